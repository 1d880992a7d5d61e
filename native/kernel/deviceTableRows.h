// How a GPU's thread filters by a table where the source's bytes are the filter's: several pixels of a column at once, which share the weights of
// a pass along the rows, and in whole words, four pixels at a time.
#pragma once

#include <cuda_runtime.h>

#include "windows.h"

namespace cw {

// Along the rows, at column `x`, from these rows.
template <int channels, int rows>
static __device__ __forceinline__ void sumAcross(const void* plane, const int64_t pitch, const Windows& windows, const int x, const int (&y)[rows],
                                                 uint32_t (&sums)[rows][channels]) {
  const int first = windows.first(x), count = windows.count(x);
  const int32_t* weights = windows.weights + (int64_t)x * windows.pixel;
  const uint32_t* words[rows];
  uint32_t offset[rows], earlier[rows];
  int last[rows];
#pragma unroll
  for (int r = 0; r < rows; r++) {
    const uint64_t from = (uint64_t)valuesAt<uint8_t, channels>(plane, pitch, first, y[r]);
    offset[r] = 8 * (uint32_t)(from & 3);
    // No word is read in which the window has no byte.
    last[r] = ((int)(from & 3) + count * channels + 3) / 4 - 1;
    words[r] = (const uint32_t*)__cvta_global_to_generic(from & ~(uint64_t)3);
    earlier[r] = __ldg(words[r]);
  }
  // Weights behind the window's own are zeros: see WINDOW_STEP.
#pragma unroll 1
  for (int n = 0; n < count; n += 4) {
    const uint4 group = __ldg((const uint4*)weights);
    const uint32_t weight[4] = {group.x, group.y, group.z, group.w};
    weights += windows.group;
#pragma unroll
    for (int r = 0; r < rows; r++) {
      uint32_t bytes[channels];
#pragma unroll
      for (int i = 0; i < channels; i++) {
        const uint32_t next = __ldg(words[r] + min(n / 4 * channels + i + 1, last[r]));
        bytes[i] = __funnelshift_r(earlier[r], next, offset[r]);
        earlier[r] = next;
      }
#pragma unroll
      for (int k = 0; k < 4; k++) {
#pragma unroll
        for (int c = 0; c < channels; c++) {
          const int byte = k * channels + c;
          sums[r][c] += weight[k] * __byte_perm(bytes[byte / 4], 0, 0x4440 + byte % 4);
        }
      }
    }
  }
}

// Down the columns, at row `y`, from column `x`.
template <int channels>
static __device__ __forceinline__ void sumDown(const void* plane, const int64_t pitch, const Windows& windows, const int x, const int y,
                                               uint32_t (&sums)[channels]) {
  const int first = windows.first(y), count = windows.count(y);
  const uint8_t* from = valuesAt<uint8_t, channels>(plane, pitch, x, first);
#pragma unroll 4
  for (int n = 0; n < count; n++) {
    const int weight = windows.weight(y, n);
#pragma unroll
    for (int c = 0; c < channels; c++) sums[c] += (uint32_t)weight * __ldg(from + c);
    from += pitch;
  }
}

}  // namespace cw
