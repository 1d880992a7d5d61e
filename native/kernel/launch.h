// How kernels are started: with those of later architectures the GPU sets a kernel's blocks up while the work before it in its
// stream still ends, which took a microsecond or more between two kernels otherwise.
#pragma once

#include <atomic>
#include <cstdint>

#include <cuda_runtime.h>

namespace cw {

// Every kernel begins with this: what was enqueued before is done then, and what it wrote can be read. `enqueue` counts on it.
// (PTX ISA, griddepcontrol; earlier architectures start a kernel no sooner anyway.) No kernel announces the next one: so its blocks are
// set up when those of this one have ended, and may read by `__ldg`, for which memory must not change while a kernel lives.
static __device__ __forceinline__ void waitForEarlier() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

// Whether the current device runs code in which that is an instruction, under a driver that can record such launches in a graph
// (CUDA 12.3). All kernels of a file are compiled for the same architectures, so that one answers for all.
template <class Parameters> static bool waitsForEarlier(void (*kernel)(Parameters)) {
  constexpr int devices = 64;
  static std::atomic<int8_t> known[devices];
  int device = 0, driver = 0;
  cudaFuncAttributes code;
  if (cudaGetDevice(&device) != cudaSuccess) return false;
  const bool isKept = device >= 0 && device < devices;
  if (isKept && known[device] != 0) return known[device] > 0;
  if (cudaFuncGetAttributes(&code, kernel) != cudaSuccess || cudaDriverGetVersion(&driver) != cudaSuccess) {
    // The launch itself says what is wrong.
    cudaGetLastError();
    return false;
  }
  const bool waits = code.ptxVersion >= 90 && driver >= 12030;
  if (isKept) known[device] = waits ? 1 : -1;
  return waits;
}

// Enqueues a kernel that begins with waitForEarlier.
template <class Parameters>
static cudaError_t enqueue(void (*kernel)(Parameters), dim3 grid, dim3 block, cudaStream_t stream, const Parameters& parameters) {
  cudaLaunchAttribute early = {};
  early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  early.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = grid;
  config.blockDim = block;
  config.stream = stream;
  config.attrs = &early;
  config.numAttrs = waitsForEarlier(kernel) ? 1 : 0;
  const cudaError_t error = cudaLaunchKernelEx(&config, kernel, parameters);
  // The runtime keeps the error for whoever asks next; it is returned here instead.
  if (error != cudaSuccess) cudaGetLastError();
  return error;
}

}  // namespace cw
