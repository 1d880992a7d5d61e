// How the host reads the taps of a run of points: bytes first, point by point, so that all that is computed of them is
// vectorised over the run.
#pragma once

#include "prelude.h"

#define CW_MEMBER inline __attribute__((always_inline))

namespace cw {

// Pixels of a row that the host computes together: as long as what is gathered of them stays in the first cache.
constexpr Index RUN = 128;
struct Run {
  Index begin;
  int row;
  Index count;
};
// Rows are runs, one row after the other, and the n-th of them from `row` on.
CW_INLINE Index runsOf(const Index width, const int rows) { return (width + RUN - 1) / RUN * rows; }
CW_INLINE Run runFrom(const Index begin, const Index width, const int row) {
  return Run{begin, row, width - begin < RUN ? width - begin : RUN};
}
CW_INLINE Run runAt(const Index n, const Index width, const int row) {
  const Index across = (width + RUN - 1) / RUN;
  return runFrom(n % across * RUN, width, row + (int)(n / across));
}
// So many runs of a row are located together, where columns and rows stay apart.
constexpr Index STRIP = 8;

// Has a plane's samples under a run, from that of its first pixel on, brought from memory, to be written.
template <class T, int channels> CW_INLINE void prefetchResults(const T* values, const Run& run) {
  constexpr int line = 64;
  const char* const to = (const char*)values;
  for (Index byte = 0; byte < run.count * channels * (Index)sizeof(T); byte += line) __builtin_prefetch(to + byte, 1);
}

// Values that lie in one word, from its lowest bits on.
template <class T> struct Packed { uint32_t bits; };

CW_INLINE float get(const Packed<uint8_t> v, const int i) { return (float)(int)((v.bits >> (8 * i)) & 0xffu); }
CW_INLINE float get(const Packed<uint16_t> v, const int i) { return (float)(int)((v.bits >> (16 * i)) & 0xffffu); }
CW_INLINE float get(const Packed<f16> v, const int i) { return f16Value((uint16_t)(v.bits >> (16 * i))); }
CW_INLINE float get(const Packed<bf16> v, const int i) { return bf16Value((uint16_t)(v.bits >> (16 * i))); }
CW_INLINE float get(const Packed<float> v, int) { return floatOf(v.bits); }
CW_INLINE float getCode(const Packed<uint16_t> v, const int i, const int shift, const float scale) {
  return (float)(int)(((v.bits >> (16 * i)) & 0xffffu) >> shift) * scale;
}

// Around each point of a run `rows` rows of a plane, one below the other, and `count` values of each.
template <class T, int count, int rows> struct Gather {
  static constexpr int bytes = count * (int)sizeof(T);
  // One access where eight bytes are enough: of three bytes four are read, and of five to seven eight.
  static constexpr int access = bytes <= 2 ? bytes : bytes <= 4 ? 4 : 8;
  static constexpr int accesses = (bytes + 7) / 8;
  static constexpr int words = access == 8 ? 2 : 1;
  // Where the n-th one begins: what it shares with the one before is read twice.
  static constexpr int start(const int n) { return n > 0 && n == accesses - 1 ? bytes - 8 : 8 * n; }

  uint32_t word[rows][accesses][RUN][words];

  // Reads those of point i, which begin so far from `base`.
  CW_MEMBER void take(const char* base, const int64_t pitch, const int64_t offset, const Index i) {
    for (int row = 0; row < rows; row++) {
      const char* const from = base + row * pitch + offset;
      for (int n = 0; n < accesses; n++) {
        if constexpr (access >= 4) {
          std::memcpy(word[row][n][i], from + start(n), access);
        } else if constexpr (access == 2) {
          uint16_t bits;
          std::memcpy(&bits, from, 2);
          word[row][n][i][0] = bits;
        } else {
          word[row][n][i][0] = (uint8_t)*from;
        }
      }
    }
  }

  CW_MEMBER static void prefetch(const char* from, const int64_t pitch, const bool lastRow = false) {
    for (int row = lastRow ? rows - 1 : 0; row < rows; row++) __builtin_prefetch(from + row * pitch);
  }

  // The word that begins with value `value` of a row, as far as it was read.
  CW_MEMBER Packed<T> at(const int row, const int value, const Index i) const {
    const int byte = value * (int)sizeof(T);
    const int n = byte / 8 < accesses ? byte / 8 : accesses - 1;
    const int within = byte - start(n);
    return Packed<T>{word[row][n][i][within / 4] >> (8 * (within % 4))};
  }

  // The sample that covers a pixel of the window whose first pixel is (left, top), where samples cover several pixels.
  template <int channels, int across, int down>
  CW_MEMBER Packed<T> sample(const int left, const int top, const int column, const int row, const Index i) const {
    const Packed<T> even = sampleIn<channels, across>(left, column, row / down, i);
    if constexpr (down == 1) return even;
    const Packed<T> odd = sampleIn<channels, across>(left, column, (row + 1) / down, i);
    return Packed<T>{(top & 1) != 0 ? odd.bits : even.bits};
  }
  template <int channels, int across>
  CW_MEMBER Packed<T> sampleIn(const int left, const int column, const int row, const Index i) const {
    const Packed<T> even = at(row, column / across * channels, i);
    if constexpr (across == 1) return even;
    const Packed<T> odd = at(row, (column + 1) / across * channels, i);
    return Packed<T>{(left & 1) != 0 ? odd.bits : even.bits};
  }

  // The farthest from the plane's begin that a window may lie for all that is read to be the plane's. -1: nowhere, as in planes
  // of more than 2 GB.
  CW_MEMBER static int last(const int64_t samples, const int64_t lines, const int channels, const int64_t pitch) {
    const int64_t end = (lines - 1) * pitch + samples * channels * (int64_t)sizeof(T);
    const int64_t most = end - (rows - 1) * pitch - start(accesses - 1) - access;
    return end > 2147483647 || most < 0 ? -1 : (int)most;
  }
};

// Offsets, none of which is beyond `room`; `most` is the largest. Those that are, are moved to `moved`, and what is read there
// is not used.
CW_INLINE const int* held(const int* offsets, const int most, const int room, const Index count, int (&moved)[RUN]) {
  if (most <= room) return offsets;
  for (Index i = 0; i < count; i++) moved[i] = min(offsets[i], room);
  return moved;
}

// How far a sample is from the plane's begin. It fits an int wherever `last` is not -1.
template <class T, int channels> CW_INLINE int offsetOf(const int64_t pitch, const int x, const int y) {
  return add(imul(y, (int)pitch), imul(x, channels * (int)sizeof(T)));
}

}  // namespace cw
