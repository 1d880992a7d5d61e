// How the host's threads reduce an image, in the order of reduce.h: a thread has rows of tiles, and whoever does the last of them makes the result.
#pragma once

#include "reduce.h"

namespace cw {

// The accumulators of a tile's columns, number by number.
template <class Fold> struct Columns {
  float of[Fold::groups][Fold::lanes][TILE_WIDTH];
  inline __attribute__((always_inline)) void clear() {
    for (Index i = 0; i < TILE_WIDTH; i++) {
      for (int group = 0; group < Fold::groups; group++) Fold::save(Fold::first(), of[group], i);
    }
  }
};
// What the columns come to, two neighbours by two.
template <class Fold> CW_INLINE typename Fold::Wide mergeColumns(typename Fold::Wide (&columns)[TILE_WIDTH]) {
  for (int left = TILE_WIDTH / 2; left > 0; left /= 2) {
    for (int i = 0; i < left; i++) columns[i] = Fold::merge(columns[2 * i], columns[2 * i + 1]);
  }
  return columns[0];
}
template <class Fold> CW_INLINE void foldTile(const Columns<Fold>& acc, void* partials, const int64_t tile) {
  for (int group = 0; group < Fold::groups; group++) {
    typename Fold::Wide columns[TILE_WIDTH];
    for (Index i = 0; i < TILE_WIDTH; i++) columns[i] = Fold::wide(Fold::load(acc.of[group], i));
    ((typename Fold::Wide*)partials)[tile * Fold::groups + group] = mergeColumns<Fold>(columns);
  }
}
template <class Fold, class Image, class Args>
CW_INLINE void finishFold(const Image& image, const Args& args, const void* partials, const int64_t tiles, void* result) {
  for (int group = 0; group < Fold::groups; group++) {
    typename Fold::Wide columns[TILE_WIDTH];
    for (int i = 0; i < TILE_WIDTH; i++) columns[i] = Fold::wide(Fold::first());
    for (int64_t tile = 0; tile < tiles; tile++) {
      auto& column = columns[tile % TILE_WIDTH];
      column = Fold::merge(column, ((const typename Fold::Wide*)partials)[tile * Fold::groups + group]);
    }
    Fold::finish(image, args, mergeColumns<Fold>(columns), (typename Fold::Result*)result + group * Fold::values);
  }
}

// Counts of some rows, in several copies: neighbouring pixels are often alike, and one count waits for the other.
template <class Bins> struct Counts {
  static constexpr int length = Bins::groups * Bins::bins, copies = length <= 1024 ? 4 : 1;
  int32_t of[copies][length] = {};
  int32_t bin[TILE_WIDTH];
  inline __attribute__((always_inline)) void add(const int group, const Index count) {
    for (Index i = 0; i < count; i++) {
      if ((uint32_t)bin[i] < (uint32_t)Bins::bins) of[i % copies][group * Bins::bins + bin[i]]++;
    }
  }
  inline __attribute__((always_inline)) int32_t sum(const int n) const {
    int32_t all = 0;
    for (int copy = 0; copy < copies; copy++) all += of[copy][n];
    return all;
  }
  inline __attribute__((always_inline)) void addTo(int32_t* all) const {
    for (int n = 0; n < length; n++) {
      const int32_t here = sum(n);
      if (here != 0) __atomic_fetch_add(&all[n], here, __ATOMIC_RELAXED);
    }
  }
};
template <class Bins, class Image, class Args>
CW_INLINE void finishBins(const Image& image, const Args& args, int32_t* counts, void* result) {
  for (int group = 0; group < Bins::groups; group++) {
    for (int i = 0; i < Bins::values; i++) {
      Bins::finish(image, args, counts + group * Bins::bins, i, (typename Bins::Result*)result + group * Bins::values + i);
    }
  }
  for (int n = 0; n < Bins::groups * Bins::bins; n++) counts[n] = 0;
}

}  // namespace cw
