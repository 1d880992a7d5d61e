// How a block of a GPU's threads brings a rectangle of its source to shared memory, in accesses of 16 bytes, and reads the taps of
// all its pixels there: with addresses of 32 bits, and without a second way to a cache for what neighbours share.
#pragma once

#include <cuda_runtime.h>

#include "copies.h"
#include "prelude.h"
#include "runs.h"

namespace cw {

// The pixels of the source that the taps of a tile lie in; of no use where a point of it is no number, or far away.
struct Part {
  int left, top, right, bottom;
  bool isKnown;
};
// That of the points between four, of a map that is monotonic along rows and along columns: their extremes are at the corners,
// in f32 as well, since a rounding keeps the order. Taps lie from floor(point) + low to floor(point) + high.
CW_INLINE Part partOf(f32x2 a, f32x2 b, f32x2 c, f32x2 d, int lowX, int highX, int lowY, int highY) {
  const float left = min(min(a.x, b.x), min(c.x, d.x)), right = max(max(a.x, b.x), max(c.x, d.x));
  const float top = min(min(a.y, b.y), min(c.y, d.y)), bottom = max(max(a.y, b.y), max(c.y, d.y));
  // Of a NaN none of this holds. Up to 2^24 every whole f32 is an int, with room for what is added to it.
  const float most = 16777216.0f;
  const bool isKnown = (left > -most) & (right < most) & (top > -most) & (bottom < most);
  return Part{
      toI32(floorf(left)) + lowX,  toI32(floorf(top)) + lowY, toI32(floorf(right)) + highX,
      toI32(floorf(bottom)) + highY, isKnown,
  };
}

// What of it lies in an image.
CW_INLINE Part within(const Part& part, const cuweaveSize size) {
  const i32x2 first = within(i32x2{part.left, part.top}, size), last = within(i32x2{part.right, part.bottom}, size);
  return Part{first.x, first.y, last.x, last.y, part.isKnown};
}
CW_INLINE bool isWithin(const Part& part, const cuweaveSize size) {
  return (part.left >= 0) & (part.top >= 0) & (part.right < size.width) & (part.bottom < size.height);
}

// Waits for the copies of all threads of the block.
static __device__ __forceinline__ void waitForCopies() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_all;" ::: "memory");
#endif
  __syncthreads();
}

// Rows of a plane in shared memory, each with the same number of bytes.
template <class T, int channels, int bytes, int rows> struct Patch {
  static_assert(bytes % 16 == 0, "whole accesses");
  T (&memory)[rows * bytes / sizeof(T)];
  // Where its first value is in the plane, counted in rows of this width.
  int first;

  // Its first byte in the rows of the plane, for samples from the column `left` on.
  CW_INLINE int start(const int left) { return left * channels * (int)sizeof(T) & ~15; }
  // Whether it has room for the samples from (left, top) to (right, bottom).
  CW_INLINE bool holds(const int left, const int top, const int right, const int bottom) {
    return ((right + 1) * channels * (int)sizeof(T) - start(left) <= bytes) & (bottom - top < rows);
  }
  // Has all threads of a block of `threads` copy those, of a plane with this width in samples.
  template <int threads>
  __device__ __forceinline__ void fill(const void* plane, const int64_t pitch, const int width, const int left, const int top,
                                       const int right, const int bottom, const int thread) {
    constexpr int accesses = bytes / 16, step = threads / accesses;
    const int begin = start(left), at = begin + thread % accesses * 16;
    first = top * (bytes / (int)sizeof(T)) + begin / (int)sizeof(T);
    // Behind the last sample of the last row may be nothing.
    const int count = min(width * channels * (int)sizeof(T) - at, 16);
    if (at >= (right + 1) * channels * (int)sizeof(T) || thread >= accesses * step) return;
    const uint8_t* from = valuesAt<uint8_t, 1>(plane, pitch, at, top + thread / accesses);
    uint8_t* to = (uint8_t*)memory + thread * 16;
    for (int row = top + thread / accesses; row <= bottom; row += step) {
      copy16(to, from, count);
      to += step * bytes, from += step * pitch;
    }
  }
  // The plane's sample at (x, y).
  __device__ __forceinline__ Shared<T> at(const Index x, const int y) const {
    return Shared<T>{memory + (y * (bytes / (int)sizeof(T)) + x * channels - first)};
  }
  // The same in one access, of two or four bytes.
  __device__ __forceinline__ Run<T, channels> run(const Index x, const int y) const {
    const T* const values = at(x, y).values;
    return Run<T, channels>{ {Run<T, channels>::isHalf ? *(const uint16_t*)values : *(const uint32_t*)values} };
  }
};

}  // namespace cw
