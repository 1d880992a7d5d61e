// A stand-in for CUDA's runtime under bench/peers: kernels run on the CPU at once, one thread after the other. It shows what
// their arithmetic gives; nothing of speed, of threads at the same time, or of a GPU.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#define __device__
#define __global__
#define __restrict__

using std::max;
using std::min;

using cudaError_t = int;
constexpr cudaError_t cudaSuccess = 0, cudaErrorNotReady = 600;
using cudaStream_t = void*;
using cudaEvent_t = void*;
enum { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };

inline const char* cudaGetErrorString(cudaError_t) { return "out of memory"; }
inline cudaError_t cudaMalloc(void** pointer, size_t bytes) { return (*pointer = calloc(bytes, 1)) ? cudaSuccess : 2; }
inline cudaError_t cudaFree(void* pointer) { return free(pointer), cudaSuccess; }
// Memory comes cleared; what is cleared here has just been made.
inline cudaError_t cudaMemset(void*, int, size_t) { return cudaSuccess; }
inline cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, int) { return memcpy(to, from, bytes), cudaSuccess; }
// Only the copies that keep a GPU busy.
inline cudaError_t cudaMemcpyAsync(void*, const void*, size_t, int, cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaStreamCreate(cudaStream_t*) { return cudaSuccess; }
inline cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaEventCreate(cudaEvent_t*) { return cudaSuccess; }
inline cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaEventQuery(cudaEvent_t) { return cudaErrorNotReady; }
inline cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaEventElapsedTime(float* time, cudaEvent_t, cudaEvent_t) { return *time = 1, cudaSuccess; }
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline cudaError_t cudaRuntimeGetVersion(int* version) { return *version = 13000, cudaSuccess; }

struct dim3 {
  unsigned x, y, z;
  dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct uchar2 {
  uint8_t x, y;
};
inline dim3 gridDim, blockDim, blockIdx, threadIdx;

template <class T>
T __ldg(const T* at) {
  return *at;
}
inline int __float2int_rn(float v) { return static_cast<int>(nearbyintf(v)); }

// What `kernel<<<grid, block, 0, stream>>>(…)` becomes.
template <class Kernel>
void standInLaunch(dim3 grid, dim3 block, Kernel kernel) {
  gridDim = grid;
  blockDim = block;
  for (blockIdx.z = 0; blockIdx.z < grid.z; ++blockIdx.z)
    for (blockIdx.y = 0; blockIdx.y < grid.y; ++blockIdx.y)
      for (blockIdx.x = 0; blockIdx.x < grid.x; ++blockIdx.x)
        for (threadIdx.y = 0; threadIdx.y < block.y; ++threadIdx.y)
          for (threadIdx.x = 0; threadIdx.x < block.x; ++threadIdx.x) kernel();
}
