// How a GPU's blocks reduce an image, in the order of reduce.h: a warp folds a tile, and the last block of an image makes the result.
#pragma once

#include <cuda_runtime.h>

#include "reduce.h"

namespace cw {

// A block's warps have a tile each, and a thread several neighbouring columns of it.
constexpr int WARP = 32, WARPS = 8, COLUMNS = TILE_WIDTH / WARP;

// The accumulator of the thread that is this many lanes further.
template <int lanes, class Wide> static __device__ __forceinline__ Wide fromLane(const Wide& v, const int further) {
  Wide other;
#pragma unroll
  for (int n = 0; n < lanes; n++) ((double*)&other)[n] = __shfl_down_sync(0xffffffffu, ((const double*)&v)[n], further);
  return other;
}
// What the columns of a warp's threads come to, two neighbours by two; in the first thread.
template <class Fold> static __device__ __forceinline__ typename Fold::Wide mergeColumns(const typename Fold::Wide (&columns)[COLUMNS]) {
  static_assert(COLUMNS == 4, "neighbours two by two");
  typename Fold::Wide v = Fold::merge(Fold::merge(columns[0], columns[1]), Fold::merge(columns[2], columns[3]));
#pragma unroll
  for (int further = 1; further < WARP; further *= 2) v = Fold::merge(v, fromLane<Fold::lanes>(v, further));
  return v;
}
// Stores what a tile's columns came to; the warps of a block do so together, also those without a tile.
template <class Fold>
static __device__ __forceinline__ void foldTile(const typename Fold::Acc (&acc)[Fold::groups][COLUMNS], void* partials, const int tile, const bool isThere) {
#pragma unroll
  for (int group = 0; group < Fold::groups; group++) {
    typename Fold::Wide columns[COLUMNS];
#pragma unroll
    for (int n = 0; n < COLUMNS; n++) columns[n] = Fold::wide(acc[group][n]);
    const typename Fold::Wide v = mergeColumns<Fold>(columns);
    if (isThere && threadIdx.x == 0) ((typename Fold::Wide*)partials)[tile * Fold::groups + group] = v;
  }
}
// Folds the tiles of an image, which are the columns of one more; a warp for each group.
template <class Fold, class Image, class Args>
static __device__ __forceinline__ void finishFold(const Image& image, const Args& args, const void* partials, const int tiles, void* result) {
#pragma unroll 1
  for (int first = 0; first < Fold::groups; first += WARPS) {
    const int group = first + threadIdx.y;
    const bool isThere = group < Fold::groups;
    typename Fold::Wide columns[COLUMNS];
#pragma unroll
    for (int n = 0; n < COLUMNS; n++) columns[n] = Fold::wide(Fold::first());
#pragma unroll 1
    for (int row = 0; isThere && row < tiles; row += TILE_WIDTH) {
#pragma unroll
      for (int n = 0; n < COLUMNS; n++) {
        const int tile = row + threadIdx.x * COLUMNS + n;
        if (tile >= tiles) break;
        typename Fold::Wide next;
#pragma unroll
        for (int lane = 0; lane < Fold::lanes; lane++) {
          // Other blocks wrote it while this one ran.
          ((double*)&next)[lane] = __ldcg((const double*)partials + (tile * Fold::groups + group) * Fold::lanes + lane);
        }
        columns[n] = Fold::merge(columns[n], next);
      }
    }
    const typename Fold::Wide v = mergeColumns<Fold>(columns);
    if (isThere && threadIdx.x == 0) Fold::finish(image, args, v, (typename Fold::Result*)result + group * Fold::values);
  }
}

// Counts in shared memory. Equal bins one after the other are counted at once: where all pixels are alike, all threads would wait for one
// another at every one of them.
struct Counter {
  int bin = -1, count = 0;
  __device__ __forceinline__ void add(int* counts, const int bins, const int next) {
    if (next != bin) {
      flush(counts, bins);
      bin = next;
      count = 0;
    }
    count++;
  }
  __device__ __forceinline__ void flush(int* counts, const int bins) const {
    if ((unsigned)bin < (unsigned)bins) atomicAdd(&counts[bin], count);
  }
};
static __device__ __forceinline__ int threadOfBlock() { return threadIdx.y * WARP + threadIdx.x; }
static __device__ __forceinline__ void clearCounts(int* counts, const int length) {
  for (int n = threadOfBlock(); n < length; n += WARP * WARPS) counts[n] = 0;
}
// Adds a block's counts to those of the image. The block has several copies of them.
template <class Bins> static __device__ __forceinline__ void addCounts(const int* counts, int* all) {
  constexpr int length = Bins::groups * Bins::bins;
  for (int n = threadOfBlock(); n < length; n += WARP * WARPS) {
    int sum = 0;
#pragma unroll
    for (int copy = 0; copy < Bins::copies; copy++) sum += counts[copy * length + n];
    if (sum != 0) atomicAdd(&all[n], sum);
  }
}
// Makes the result of an image's counts, which are 0 again then.
template <class Bins, class Image, class Args>
static __device__ __forceinline__ void finishBins(const Image& image, const Args& args, int* counts, int* all, void* result) {
  constexpr int length = Bins::groups * Bins::bins;
  for (int n = threadOfBlock(); n < length; n += WARP * WARPS) {
    counts[n] = __ldcg(&all[n]);
    all[n] = 0;
  }
  __syncthreads();
  for (int n = threadOfBlock(); n < Bins::groups * Bins::values; n += WARP * WARPS) {
    Bins::finish(image, args, counts + n / Bins::values * Bins::bins, n % Bins::values, (typename Bins::Result*)result + n);
  }
}

// Whether the block is the last of all that come here. It sees what the others wrote then.
static __device__ __forceinline__ bool isLastBlock(int* ticket, const int blocks) {
  __shared__ bool isLast;
  __threadfence();
  __syncthreads();
  if (threadOfBlock() == 0) isLast = atomicAdd(ticket, 1) == blocks - 1;
  __syncthreads();
  if (isLast) __threadfence();
  return isLast;
}

}  // namespace cw
