// What tableRows.h has once for each kind of processor, whose name is CW_TABLE_WAY.

namespace CW_TABLE_WAY {

// Numbers that are computed together. They wrap as one does.
typedef uint32_t Eight __attribute__((vector_size(32), aligned(4), may_alias));
typedef uint32_t Four __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t Levels __attribute__((vector_size(16), aligned(4), may_alias));
typedef uint8_t Bytes __attribute__((vector_size(16), aligned(1), may_alias));
static_assert(WINDOW_STEP == 8, "rows of a table are whole vectors");

template <int channels>
CW_TABLE_TARGET static void takePixels(const Channels<channels>& row, const uint8_t* pixels, const Index count) {
  Index i = 0;
#if defined(__AVX2__) && !defined(__clang__)
  // Four pixels from sixteen bytes, which must all be the row's.
  uint8_t places[channels][16];
  for (int c = 0; c < channels; c++) {
    for (int n = 0; n < 16; n++) places[c][n] = (uint8_t)(c + n / 4 * channels);
  }
  for (; i * channels + 16 <= count * channels; i += 4) {
    const Bytes bytes = *(const Bytes*)(pixels + i * channels);
    for (int c = 0; c < channels; c++) {
      *(Four*)(row.of(c) + i) = (Four)__builtin_shuffle(bytes, *(const Bytes*)places[c]) & 255u;
    }
  }
#endif
  for (int c = 0; c < channels; c++) {
    uint32_t* const to = row.of(c);
    for (Index k = i; k < count; k++) to[k] = pixels[k * channels + c];
  }
}

template <int channels>
CW_TABLE_TARGET static void filterAcross(
    const Channels<channels>& row, const Index left, const Windows& windows, const Index begin, const Index end, uint8_t* to) {
#ifdef __clang__
#define CW_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define CW_SHUFFLE_BYTES(a, ...) __builtin_shufflevector(a, a, __VA_ARGS__)
#else
#define CW_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (Four){__VA_ARGS__})
#define CW_SHUFFLE_BYTES(a, ...) __builtin_shuffle(a, (Bytes){__VA_ARGS__})
#endif
  // Copies: bytes that are stored might be anything's.
  const Windows table = windows;
  const uint32_t* const pixels = row.of(0) - left;
  const Index length = row.length;
  for (Index x = begin; x < end; x++, to += channels) {
    const Index first = table.first((int)x), count = table.count((int)x);
    const uint32_t* const weights = (const uint32_t*)table.weights + x * table.pixel;
    const uint32_t* const from = pixels + first;
    Eight sums[4] = {};
    for (Index n = 0; n < count; n += WINDOW_STEP) {
      const Eight weight = *(const Eight*)(weights + n);
      for (int c = 0; c < channels; c++) sums[c] += weight * *(const Eight*)(from + c * length + n);
    }
    // The numbers of a vector each to one, for four channels at once.
    Four half[4];
    for (int c = 0; c < 4; c++) half[c] = ((const Four*)&sums[c])[0] + ((const Four*)&sums[c])[1];
    const Four one = CW_SHUFFLE(half[0], half[1], 0, 4, 1, 5) + CW_SHUFFLE(half[0], half[1], 2, 6, 3, 7);
    const Four two = CW_SHUFFLE(half[2], half[3], 0, 4, 1, 5) + CW_SHUFFLE(half[2], half[3], 2, 6, 3, 7);
    const Four all = CW_SHUFFLE(one, two, 0, 1, 4, 5) + CW_SHUFFLE(one, two, 2, 3, 6, 7) + HALF_WEIGHT;
    const Levels level = (Levels)all >> WEIGHT_BITS;
    const Levels positive = level & ~(level >> 31);
    const Levels most = positive > 255;
    const Bytes bytes = (Bytes)((positive & ~most) | (most & 255));
    // One word: what it writes behind the pixel is the next one's.
    const Four packed = (Four)CW_SHUFFLE_BYTES(bytes, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    const uint32_t word = packed[0];
    memcpy(to, &word, 4);
  }
}
#undef CW_SHUFFLE
#undef CW_SHUFFLE_BYTES

CW_TABLE_TARGET static void filterDown(
    const void* plane, const int64_t pitch, const Windows& windows, const int y, const Index begin, const Index end, uint8_t* to) {
  constexpr Index step = 64;
  const uint8_t* const rows = (const uint8_t*)plane + windows.first(y) * pitch;
  const uint32_t* const weights = (const uint32_t*)windows.weights + (int64_t)y * windows.pixel;
  const int count = windows.count(y);
  Index i = begin;
  for (; i + step <= end; i += step, to += step) {
    uint32_t sums[step];
    for (Index k = 0; k < step; k++) sums[k] = HALF_WEIGHT;
    const uint8_t* from = rows + i;
    int n = 0;
    // Four rows at once: sums are read and written once for them.
    for (; n + 4 <= count; n += 4, from += 4 * pitch) {
      const uint8_t *const a = from, *const b = from + pitch, *const c = from + 2 * pitch, *const d = from + 3 * pitch;
      const uint32_t wa = weights[n], wb = weights[n + 1], wc = weights[n + 2], wd = weights[n + 3];
      for (Index k = 0; k < step; k++) sums[k] += (wa * a[k] + wb * b[k]) + (wc * c[k] + wd * d[k]);
    }
    for (; n < count; n++, from += pitch) {
      const uint32_t weight = weights[n];
      for (Index k = 0; k < step; k++) sums[k] += weight * from[k];
    }
    for (Index k = 0; k < step; k++) to[k] = byteOfSum(sums[k]);
  }
  for (; i < end; i++, to++) {
    uint32_t sum = HALF_WEIGHT;
    const uint8_t* from = rows + i;
    for (int n = 0; n < count; n++, from += pitch) sum += weights[n] * *from;
    *to = byteOfSum(sum);
  }
}

}  // namespace CW_TABLE_WAY
