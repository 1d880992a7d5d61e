// How threads bring memory to shared memory, 16 bytes at a time, and read it there.
#pragma once

#include <cuda_runtime.h>

#include "prelude.h"

namespace cw {

// What a block reads 16 bytes at a time begins at multiples of 16 bytes.
static inline bool isStageable(const void* plane, int64_t pitch) { return (((uint64_t)plane | (uint64_t)pitch) & 15) == 0; }

// Sixteen bytes; the first `count` of them are there to be read. Later architectures have the copy done beside their threads.
static __device__ __forceinline__ void copy16(void* to, const void* from, const int count) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"((uint32_t)__cvta_generic_to_shared(to)),
               "l"(__cvta_generic_to_global(from)), "r"(count)
               : "memory");
#else
  if (count == 16) {
    *(uint4*)to = __ldg((const uint4*)from);
  } else {
    for (int i = 0; i < count; i++) ((uint8_t*)to)[i] = ((const uint8_t*)from)[i];
  }
#endif
}

// A value in shared memory, and those behind it.
template <class T> struct Shared { const T* values; };
template <class T> static __device__ __forceinline__ float get(const Shared<T> from, Index i) { return toF32(from.values[i]); }
static __device__ __forceinline__ float getCode(const Shared<uint16_t> from, Index i, int shift, float scale) {
  return (float)(from.values[i] >> shift) * scale;
}

}  // namespace cw
