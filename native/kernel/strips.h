// How a warp of a GPU goes down a strip of its source: rows are brought to shared memory ahead of the one that it works on, each value
// once for all of its threads.
#pragma once

#include <cuda_runtime.h>

#include "copies.h"
#include "prelude.h"
#include "runs.h"

namespace cw {

// Ends what this thread has copied since the last time, and waits for all but the latest `ahead` of what it ended.
static __device__ __forceinline__ void commitCopies() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
template <int ahead> static __device__ __forceinline__ void waitForAllBut() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(ahead) : "memory");
#endif
}

// One row of a plane's samples, as a warp has it. The first one lies `before` samples left of that of the warp's first column, each thread's
// begin `step` samples behind those of the one before it, and `edges` pixels from beyond the image's edges follow the row.
template <class T, int channels, int before, int samples, int step, int edges> struct StripRow {
  static constexpr int size = channels * (int)sizeof(T), access = 16;
  static_assert(32 * step * size % access == 0, "what a warp writes begins at whole accesses");
  // Where the first sample lies in the first access.
  static constexpr int shift = -before * size & (access - 1);
  static constexpr int accesses = (shift + samples * size + access - 1) / access;
  static constexpr int bytes = (accesses * access + edges * size + access - 1) / access * access;

  // Threads whose samples begin at words read these; others move what they read.
  static constexpr bool isWhole = step * size % 4 == 0;
  // The place of a thread's first value in its run.
  static constexpr int first = isWhole ? (shift & 3) / (int)sizeof(T) : 0;

  // Has a warp copy the row of a plane of `width` samples; `left` is the sample of its first column.
  static __device__ __forceinline__ void copy(uint8_t* row, const void* plane, int64_t pitch, int width, int left, int y, int lane) {
    const int begin = (left - before) * size - shift;
#pragma unroll
    for (int n = 0; n < accesses; n += 32) {
      const int at = begin + (n + lane) * access;
      const int count = min(width * size - at, access);
      if (n + lane >= accesses || at < 0 || count <= 0) continue;
      copy16(row + (n + lane) * access, valuesAt<uint8_t, 1>(plane, pitch, at, y), count);
    }
  }
  // The place of sample i of a thread, and of the n-th pixel from beyond an edge.
  static __device__ __forceinline__ T* sample(uint8_t* row, int lane, int i) { return (T*)(row + shift) + (lane * step + i) * channels; }
  static __device__ __forceinline__ T* beyond(uint8_t* row, int n) { return (T*)(row + accesses * access) + n * channels; }

  // A thread's values, from number `first` of the run on.
  template <int count> static __device__ __forceinline__ Run<T, wholeWords<T>(first + count)> run(const uint8_t* row, int lane) {
    Run<T, wholeWords<T>(first + count)> run;
    constexpr int words = run.words;
    const uint8_t* const from = row + (isWhole ? shift & ~3 : shift) + lane * step * size;
    if constexpr (isWhole) {
      // As wide as every thread's place allows.
      constexpr int begins = (shift & ~3) | step * size, wide = begins % 16 == 0 ? 4 : begins % 8 == 0 ? 2 : 1;
#pragma unroll
      for (int i = 0; i < words; i += wide) {
        if (wide == 4 && i + 4 <= words) {
          const uint4 v = *(const uint4*)(from + 4 * i);
          run.word[i] = v.x, run.word[i + 1] = v.y, run.word[i + 2] = v.z, run.word[i + 3] = v.w;
        } else if (wide == 2 && i + 2 <= words) {
          const uint2 v = *(const uint2*)(from + 4 * i);
          run.word[i] = v.x, run.word[i + 1] = v.y;
        } else {
#pragma unroll
          for (int n = i; n < min(i + wide, words); n++) run.word[n] = *(const uint32_t*)(from + 4 * n);
        }
      }
    } else {
      const uint32_t offset = (uint32_t)(from - row) & 3;
      const uint32_t* const word = (const uint32_t*)(from - offset);
#pragma unroll
      for (int i = 0; i < words; i++) run.word[i] = __funnelshift_r(word[i], word[i + 1], 8 * offset);
    }
    return run;
  }
};

}  // namespace cw
