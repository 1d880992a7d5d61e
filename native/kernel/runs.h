// How a GPU's thread moves neighbouring values of a row together, in accesses of up to 16 bytes.
#pragma once

#include <cuda_runtime.h>

#include "prelude.h"

namespace cw {

// Values of one row that a thread moves together, in words. Their number is such that the words are whole, or it is half a word.
template <class T, int count> struct Run {
  static constexpr bool isHalf = count * sizeof(T) == 2;
  static constexpr int words = isHalf ? 1 : count * sizeof(T) / 4;
  static_assert(isHalf || words * 4 == count * sizeof(T), "runs are whole words");
  uint32_t word[words];
};

// The widest access, in words, that a run of this length can be made of.
__host__ __device__ constexpr int accessWords(int words) { return words % 4 == 0 ? 4 : words % 2 == 0 ? 2 : 1; }

// Whether a row's values lie so that runs can be moved in their widest accesses, wherever a run begins.
template <class T, int count> static inline bool isAligned(const void* plane, int64_t pitch) {
  const uint64_t mask = Run<T, count>::isHalf ? 1 : 4 * accessWords(Run<T, count>::words) - 1;
  return (((uint64_t)plane | (uint64_t)pitch) & mask) == 0;
}

template <class T, int count> static __device__ __forceinline__ Run<T, count> loadRun(const T* values) {
  Run<T, count> run;
  constexpr int words = Run<T, count>::words, step = accessWords(words);
#pragma unroll
  for (int i = 0; i < words; i += step) {
    const uint32_t* const from = (const uint32_t*)values + i;
    if constexpr (step == 4) {
      const uint4 v = __ldg((const uint4*)from);
      run.word[i] = v.x, run.word[i + 1] = v.y, run.word[i + 2] = v.z, run.word[i + 3] = v.w;
    } else if constexpr (step == 2) {
      const uint2 v = __ldg((const uint2*)from);
      run.word[i] = v.x, run.word[i + 1] = v.y;
    } else if constexpr (Run<T, count>::isHalf) {
      run.word[i] = __ldg((const uint16_t*)values);
    } else {
      run.word[i] = __ldg(from);
    }
  }
  return run;
}
// The values of one sample: in one access where samples lie on multiples of their size, else one by one.
template <bool aligned, class T, int count> static __device__ __forceinline__ Run<T, count> loadSample(const T* values) {
  if constexpr (aligned) return loadRun<T, count>(values);
  Run<T, count> run = {};
  constexpr int perWord = 4 / sizeof(T);
#pragma unroll
  for (int i = 0; i < count; i++) run.word[i / perWord] |= (uint32_t)__ldg(values + i) << (8 * sizeof(T) * (i % perWord));
  return run;
}
// How many values fill the words that this number of values begins to fill.
template <class T> __host__ __device__ constexpr int wholeWords(int count) { return (count * (int)sizeof(T) + 3) / 4 * 4 / (int)sizeof(T); }

// A run of values that may begin anywhere: read in whole words, but in none that has not one of the values in it.
template <class T, int count> static __device__ __forceinline__ Run<T, wholeWords<T>(count)> gatherRun(const T* values) {
  Run<T, wholeWords<T>(count)> run;
  constexpr int words = Run<T, wholeWords<T>(count)>::words;
  const uint32_t offset = (uint32_t)(uint64_t)values & 3;
  const uint32_t* const from = (const uint32_t*)__cvta_global_to_generic((uint64_t)values & ~(uint64_t)3);
  uint32_t word[words + 1];
#pragma unroll
  for (int i = 0; i < words; i++) word[i] = __ldg(from + i);
  word[words] = offset + count * sizeof(T) > 4 * words ? __ldg(from + words) : 0;
#pragma unroll
  for (int i = 0; i < words; i++) run.word[i] = __funnelshift_r(word[i], word[i + 1], 8 * offset);
  return run;
}
// Written once and not read again here: it should not push the source out of the cache.
template <class T, int count> static __device__ __forceinline__ void storeRun(T* values, const Run<T, count>& run) {
  constexpr int words = Run<T, count>::words, step = accessWords(words);
#pragma unroll
  for (int i = 0; i < words; i += step) {
    uint32_t* const to = (uint32_t*)values + i;
    if constexpr (step == 4) {
      __stcs((uint4*)to, uint4{run.word[i], run.word[i + 1], run.word[i + 2], run.word[i + 3]});
    } else if constexpr (step == 2) {
      __stcs((uint2*)to, uint2{run.word[i], run.word[i + 1]});
    } else {
      __stcs(to, run.word[i]);
    }
  }
}

// Value i of a run, as `get` gives it from memory.
template <int count> static __device__ __forceinline__ float get(const Run<uint8_t, count>& run, int i) {
  // With one word the index is 0 even where `i` is known at run time alone, so the run stays in registers.
  return (float)((run.word[run.words == 1 ? 0 : i >> 2] >> (8 * (i & 3))) & 0xffu);
}
// The same by way of the mantissa of 2^23, whose last bit is 1: conversions from integers have a quarter of the throughput of these two.
template <int count> static __device__ __forceinline__ float getQuick(const Run<uint8_t, count>& run, int i) {
  return floatOf(__byte_perm(run.word[i >> 2], 0x4b000000u, 0x7540u + (i & 3))) - 8388608.0f;
}
template <int count> static __device__ __forceinline__ float get(const Run<uint16_t, count>& run, int i) {
  return (float)((run.word[i >> 1] >> (16 * (i & 1))) & 0xffffu);
}
template <int count> static __device__ __forceinline__ float get(const Run<f16, count>& run, int i) {
  return f16Value((uint16_t)(run.word[i >> 1] >> (16 * (i & 1))));
}
template <int count> static __device__ __forceinline__ float get(const Run<bf16, count>& run, int i) {
  return bf16Value((uint16_t)(run.word[i >> 1] >> (16 * (i & 1))));
}
template <int count> static __device__ __forceinline__ float get(const Run<float, count>& run, int i) {
  return floatOf(run.word[i]);
}
template <int count>
static __device__ __forceinline__ float getCode(const Run<uint16_t, count>& run, int i, int shift, float scale) {
  return (float)(((run.word[i >> 1] >> (16 * (i & 1))) & 0xffffu) >> shift) * scale;
}

// Sets value i of a run, as `put` writes it to memory; once, in a run that was zero.
template <class T, int count> static __device__ __forceinline__ void put(float v, Run<T, count>& run, int i) {
  T value;
  put(v, value);
  uint32_t bits = 0;
  if constexpr (sizeof(T) == 4) bits = bitsOf(v);
  else if constexpr (sizeof(T) == 2) bits = *(const uint16_t*)&value;
  else bits = *(const uint8_t*)&value;
  constexpr int perWord = 4 / sizeof(T);
  run.word[i / perWord] |= bits << (8 * sizeof(T) * (i % perWord));
}

template <int count>
static __device__ __forceinline__ void putCode(float v, Run<uint16_t, count>& run, int i, int shift, float scale, uint32_t most) {
  uint16_t code;
  putCode(v, code, shift, scale, most);
  run.word[i >> 1] |= (uint32_t)code << (16 * (i & 1));
}

}  // namespace cw
