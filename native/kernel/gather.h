// How the host reads the taps of many points: one after the other into words, from which their values are taken for several points
// at once.
#pragma once

#include "prelude.h"

namespace cw {

// Points that are read together.
constexpr Index kRun = 64;

// `count` neighbouring values of each point of a run, as the fewest words of 4 bytes that cover them; the last may share bytes with
// the one before it.
template <class T, int count> struct Gather {
  static constexpr int bytes = count * sizeof(T);
  static constexpr int words = (bytes + 3) / 4;
  static constexpr int startOf(int word) { return word == words - 1 && bytes >= 4 ? bytes - 4 : 4 * word; }
  uint32_t word[words][kRun];

  CW_MEMBER void read(const T* values, Index i) {
    if constexpr (bytes < 4) {
      uint32_t bits = 0;
      std::memcpy(&bits, values, bytes);
      word[0][i] = bits;
    } else {
      for (int w = 0; w < words; w++) std::memcpy(&word[w][i], (const char*)values + startOf(w), 4);
    }
  }
  // The bits of value n from the lowest on; what stands above them belongs to others.
  CW_MEMBER uint32_t bitsOf(int n, Index i) const {
    const int byte = n * (int)sizeof(T);
    const int w = min(byte / 4, words - 1);
    return word[w][i] >> (8 * (byte - startOf(w)));
  }
};

// Value n of point i, as `get` gives it from memory. Through int, from which processors convert several at once.
template <int count> CW_INLINE float get(const Gather<uint8_t, count>& from, int n, Index i) {
  return (float)(int)(from.bitsOf(n, i) & 0xffu);
}
template <int count> CW_INLINE float get(const Gather<uint16_t, count>& from, int n, Index i) {
  return (float)(int)(from.bitsOf(n, i) & 0xffffu);
}
template <int count> CW_INLINE float get(const Gather<f16, count>& from, int n, Index i) {
  return f16Value((uint16_t)from.bitsOf(n, i));
}
template <int count> CW_INLINE float get(const Gather<float, count>& from, int n, Index i) {
  return floatOf(from.bitsOf(n, i));
}
template <int count> CW_INLINE float getCode(const Gather<uint16_t, count>& from, int n, Index i, int shift, float scale) {
  return (float)(int)((from.bitsOf(n, i) & 0xffffu) >> shift) * scale;
}

}  // namespace cw
