// How pixels become a few numbers: in tiles, and then in an order that is the same for every number of threads and blocks. It is the one of
// ops/spec/reductions.ts, and part of a pipeline's meaning.
#pragma once

#include "prelude.h"

namespace cw {

constexpr int TILE_WIDTH = 128, TILE_HEIGHT = 32;
CW_INLINE int tilesAcross(const cuweaveSize size) { return (size.width + TILE_WIDTH - 1) / TILE_WIDTH; }
CW_INLINE int tilesDown(const cuweaveSize size) { return (size.height + TILE_HEIGHT - 1) / TILE_HEIGHT; }

// A number of a result as it is stored: integers rounded half to even and held to their range, a NaN as 0.
CW_INLINE void putResult(double v, double& out) { out = v; }
CW_INLINE void putResult(double v, float& out) { out = (float)v; }
CW_INLINE void putResult(double v, int32_t& out) {
  const double whole = rint(v);
  out = whole != whole ? 0 : whole >= 2147483647.0 ? 2147483647 : whole <= -2147483648.0 ? -2147483647 - 1 : (int32_t)whole;
}
CW_INLINE void putResult(double v, int64_t& out) {
  const double whole = rint(v);
  const int64_t most = 0x7fffffffffffffff;
  out = whole != whole ? 0 : whole >= 9223372036854775808.0 ? most : whole <= -9223372036854775808.0 ? -most - 1 : (int64_t)whole;
}

}  // namespace cw
