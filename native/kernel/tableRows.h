// How the host filters by a table: a row at a time, in whole numbers that are vectorised.
#pragma once

#include <stdlib.h>

#include "windows.h"

namespace cw {

// Memory of a call, given back at its end.
template <class T> struct Scratch {
  T* const values;
  explicit Scratch(const int64_t count) : values((T*)malloc(sizeof(T) * (size_t)(count > 0 ? count : 1))) {}
  ~Scratch() { free(values); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

// A row of pixels whose channels lie apart, with room for a vector of zeros behind each.
template <int channels> struct Channels {
  Scratch<uint32_t> all;
  const int64_t length;
  explicit Channels(const int64_t pixels) : all((pixels + WINDOW_STEP) * channels), length(pixels + WINDOW_STEP) {
    for (int64_t i = 0; all.values && i < length * channels; i++) all.values[i] = 0;
  }
  CW_MEMBER uint32_t* of(const int channel) const { return all.values + channel * length; }
};

// Vectors are taken apart for the processor before functions are put into one another, so the clones of a kernel do not reach them: what is
// in the file comes once for every processor, and once for those with AVX2. A build of one clone has the first alone.
#define CW_TABLE_TARGET __attribute__((noinline))
#define CW_TABLE_WAY forAll
#include "tableLines.h"
#undef CW_TABLE_TARGET
#undef CW_TABLE_WAY
#ifdef CW_HAS_CLONES
#define CW_TABLE_TARGET __attribute__((noinline, target("avx2")))
#define CW_TABLE_WAY forAvx2
#include "tableLines.h"
#undef CW_TABLE_TARGET
#undef CW_TABLE_WAY
#endif

// Takes pixels that lie side by side.
template <int channels> inline void takePixels(const Channels<channels>& row, const uint8_t* pixels, const Index count) {
#ifdef CW_HAS_CLONES
  if (__builtin_cpu_supports("avx2")) return forAvx2::takePixels(row, pixels, count);
#endif
  forAll::takePixels(row, pixels, count);
}
// The results at columns [begin, end), side by side, of a row that begins with the source's pixel `left`. It writes up to three bytes more.
template <int channels>
inline void filterAcross(const Channels<channels>& row, const Index left, const Windows& windows, const Index begin, const Index end, uint8_t* to) {
#ifdef CW_HAS_CLONES
  if (__builtin_cpu_supports("avx2")) return forAvx2::filterAcross(row, left, windows, begin, end, to);
#endif
  forAll::filterAcross(row, left, windows, begin, end, to);
}
// The results at row y for the values [begin, end) of rows that begin at `plane`.
inline void filterDown(const void* plane, const int64_t pitch, const Windows& windows, const int y, const Index begin, const Index end, uint8_t* to) {
#ifdef CW_HAS_CLONES
  if (__builtin_cpu_supports("avx2")) return forAvx2::filterDown(plane, pitch, windows, y, begin, end, to);
#endif
  forAll::filterDown(plane, pitch, windows, y, begin, end, to);
}

}  // namespace cw
