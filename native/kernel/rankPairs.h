// Bytes that are compared two at a time: each 16 bits of a register hold one.
#pragma once

#include <cuda_runtime.h>

#include "prelude.h"
#include "runs.h"

namespace cw {

// Byte i of two runs. From sm_90 on 16-bit numbers are compared in one instruction: each has its byte twice, which is in the order of the
// byte alone. sm_80 has that for halves alone, whose order of such small numbers is that of their bits.
template <int words> static __device__ __forceinline__ uint32_t pairOf(const uint32_t (&one)[words], const uint32_t (&other)[words], const int i) {
  const uint32_t twice = __byte_perm(one[i >> 2], other[i >> 2], 0x4400u + 0x1111u * (i & 3));
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  return twice;
#else
  return twice & 0x00ff00ffu;
#endif
}
static __device__ __forceinline__ uint32_t pairOf(const uint8_t one, const uint8_t other) {
  const uint32_t ones[1] = {one}, others[1] = {other};
  return pairOf(ones, others, 0);
}

static __device__ __forceinline__ uint32_t least(const uint32_t a, const uint32_t b) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800 && __CUDA_ARCH__ < 900
  uint32_t pair;
  asm("min.f16x2 %0, %1, %2;" : "=r"(pair) : "r"(a), "r"(b));
  return pair;
#else
  return __vminu2(a, b);
#endif
}
static __device__ __forceinline__ uint32_t most(const uint32_t a, const uint32_t b) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800 && __CUDA_ARCH__ < 900
  uint32_t pair;
  asm("max.f16x2 %0, %1, %2;" : "=r"(pair) : "r"(a), "r"(b));
  return pair;
#else
  return __vmaxu2(a, b);
#endif
}

// The bytes of four pairs: word 0 has the first one's of each, word 1 the other's.
static __device__ __forceinline__ void putPairs(const uint32_t* const pairs, uint32_t& one, uint32_t& other) {
  const uint32_t first = __byte_perm(pairs[0], pairs[1], 0x6420), second = __byte_perm(pairs[2], pairs[3], 0x6420);
  one = __byte_perm(first, second, 0x6420);
  other = __byte_perm(first, second, 0x7531);
}

}  // namespace cw
