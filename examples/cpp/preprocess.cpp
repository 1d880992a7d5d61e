// A batch of NV12 frames of two sizes to one tensor [2, 3, 224, 224], on the processors and, with CUDA, on the GPU.
#include <prep/pipelines.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>

#ifdef WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace prep = cuweave::prep;

namespace {

// A frame of one colour, as a decoder would give it.
struct Frame {
  cuweave::Size size;
  cuweave::Memory memory;
  int y, u, v;

  Frame(cuweave::Size frame, int luma, int blue, int red)
      : size(frame), memory(prep::preprocess::sourceBytes(frame)), y(luma), u(blue), v(red) {
    auto* bytes = static_cast<unsigned char*>(memory.data());
    const std::size_t pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    std::memset(bytes, y, pixels);
    for (std::size_t n = pixels; n < prep::preprocess::sourceBytes(size); n += 2) {
      bytes[n] = static_cast<unsigned char>(u);
      bytes[n + 1] = static_cast<unsigned char>(v);
    }
  }
};

// Red of a frame by the formula of BT.709, limited range, and the normalisation that the pipeline settles.
float expectedRed(const Frame& frame) {
  const double red = 255.0 / 219 * (frame.y - 16) + 255.0 / 224 * 1.5748 * (frame.v - 128);
  return static_cast<float>((red / 255 - 0.485) / 0.229);
}

#ifdef WITH_CUDA
void requireCuda(cudaError_t code) {
  if (code != cudaSuccess) throw std::runtime_error(cudaGetErrorString(code));
}
// Memory of the GPU, given back with it.
struct DeviceMemory {
  void* data = nullptr;
  explicit DeviceMemory(std::size_t bytes) { requireCuda(cudaMalloc(&data, bytes)); }
  ~DeviceMemory() { cudaFree(data); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
};

// The same call with the planes in a GPU's memory: how far its tensor is from the processors'.
float differenceOnGpu(prep::preprocess& call, const Frame (&frames)[2], const cuweave::Memory& onHost, std::size_t bytes) {
  DeviceMemory tensor(2 * bytes);
  DeviceMemory first(frames[0].memory.bytes()), second(frames[1].memory.bytes());
  const DeviceMemory* sources[] = {&first, &second};
  for (int n = 0; n < 2; n++) {
    requireCuda(cudaMemcpy(sources[n]->data, frames[n].memory.data(), prep::preprocess::sourceBytes(frames[n].size), cudaMemcpyHostToDevice));
    call.source(n, frames[n].size, prep::preprocess::sourceIn(sources[n]->data, frames[n].size));
    call.sink(n, prep::preprocess::sinkIn(static_cast<char*>(tensor.data) + static_cast<std::size_t>(n) * bytes, call.resultSize(n)));
  }
  cudaStream_t stream;
  requireCuda(cudaStreamCreate(&stream));
  call.enqueue(stream);
  std::vector<float> result(2 * bytes / sizeof(float));
  requireCuda(cudaMemcpyAsync(result.data(), tensor.data, 2 * bytes, cudaMemcpyDeviceToHost, stream));
  requireCuda(cudaStreamSynchronize(stream));
  requireCuda(cudaStreamDestroy(stream));
  float most = 0;
  for (std::size_t n = 0; n < result.size(); n++) most = std::fmax(most, std::fabs(result[n] - static_cast<const float*>(onHost.data())[n]));
  return most;
}
#endif

}  // namespace

int main() try {
  const Frame frames[] = {Frame({640, 360}, 150, 110, 140), Frame({321, 243}, 60, 128, 128)};

  prep::preprocess call(2);
  for (int n = 0; n < 2; n++) {
    call.source(n, frames[n].size, prep::preprocess::sourceIn(frames[n].memory.data(), frames[n].size));
    // What the stream says.
    cuweave::yuvToRgb(call.image(n).yuvToRgb.colour, cuweave::Matrix::bt709, cuweave::Range::limited);
  }
  call.computeSizes();

  const std::size_t bytes = prep::preprocess::sinkBytes(call.resultSize());
  const cuweave::Memory tensor(2 * bytes);
  for (int n = 0; n < 2; n++) {
    call.sink(n, prep::preprocess::sinkIn(static_cast<char*>(tensor.data()) + static_cast<std::size_t>(n) * bytes, call.resultSize(n)));
  }
  call.run();

  float most = 0;
  for (int n = 0; n < 2; n++) {
    const auto planes = prep::preprocess::sinkIn(static_cast<char*>(tensor.data()) + static_cast<std::size_t>(n) * bytes, call.resultSize(n));
    for (int y = 0; y < call.resultSize(n).height; y++) {
      for (int x = 0; x < call.resultSize(n).width; x++) {
        most = std::fmax(most, std::fabs(planes.r.row(y)[x] - expectedRed(frames[n])));
      }
    }
  }
  std::printf("CPU: 2 x 3 x %d x %d, red is %.1e from the formula\n", call.resultSize().height, call.resultSize().width, static_cast<double>(most));
  if (!(most < 1e-5f)) return 1;

  if (!prep::preprocess::hasCuda()) {
    std::printf("CUDA: not in this package\n");
    return 0;
  }
#ifdef WITH_CUDA
  int devices = 0;
  if (cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0) {
    const float difference = differenceOnGpu(call, frames, tensor, bytes);
    std::printf("CUDA: %.1e from the CPU\n", static_cast<double>(difference));
    return difference < 1e-4f ? 0 : 1;
  }
#endif
  std::printf("CUDA: no device here\n");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
