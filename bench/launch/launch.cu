// The bare C++ side of bench/launch/launch.js: opens the built library and calls a pipeline's C function in a loop.
// usage: launch LIBRARY FUNCTION ARGS_SIZE IMAGE_SIZE SRC_POINTERS DST_POINTERS AT_ONCE ROUNDS; reads the two blocks from stdin.
#include <cuda_runtime.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 9) return 2;
  const size_t argsSize = atol(argv[3]), imageSize = atol(argv[4]);
  const int pointers = atoi(argv[5]) + atoi(argv[6]), atOnce = atoi(argv[7]), rounds = atoi(argv[8]);
  std::vector<char> args(argsSize), image(imageSize);
  if (fread(args.data(), 1, argsSize, stdin) != argsSize || fread(image.data(), 1, imageSize, stdin) != imageSize) return 3;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) { fprintf(stderr, "%s\n", dlerror()); return 4; }
  auto call = (int (*)(const void*, void*))dlsym(library, argv[2]);
  if (!call) return 5;
  for (int i = 0; i < pointers; i++) {
    void* memory;
    if (cudaMalloc(&memory, 64 << 20) != cudaSuccess) return 6;
    memcpy(image.data() + 8 * i, &memory, 8);
  }
  const void* images = image.data();
  memcpy(args.data() + 8, &images, 8);
  cudaStream_t stream;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  std::vector<double> micros;
  for (int round = 0; round < rounds; round++) {
    const auto from = std::chrono::steady_clock::now();
    for (int i = 0; i < atOnce; i++) {
      const int error = call(args.data(), stream);
      if (error) { fprintf(stderr, "CUDA error %d\n", error); return 7; }
    }
    const auto to = std::chrono::steady_clock::now();
    micros.push_back(std::chrono::duration<double, std::micro>(to - from).count() / atOnce);
    cudaStreamSynchronize(stream);
  }
  micros.erase(micros.begin(), micros.begin() + rounds / 10);
  std::sort(micros.begin(), micros.end());
  printf("%.3f\n", micros[micros.size() / 2]);
  return 0;
}
