// Filters by a table: for each output pixel of an axis, which pixels it reads and what they weigh. The tables are computed here, in double,
// for every caller and every device, and kept for the next call.
#pragma once

#include <pthread.h>
#include <stdlib.h>

#include "prelude.h"

#ifdef __CUDACC__
#define CW_MEMBER __host__ __device__ __forceinline__
#else
#define CW_MEMBER inline __attribute__((always_inline))
#endif

namespace cw {

// Pillow's filters. Source: Pillow, src/libImaging/Resample.c.
enum class Window { box, linear, hamming, cubic, lanczos };

// The table as kernels read it: it lies on the device that runs them.
struct Windows {
  // Of each output pixel the first pixel that it reads, and how many.
  const int32_t* spans;
  // Weights lie in groups of four, those of an output pixel `pixel` apart from those of the one before and its own groups `group` apart: the
  // host reads a pixel's in a row, and neighbouring threads of a GPU the same group of neighbouring pixels.
  const int32_t* weights;
  int pixel, group;
  // 0 along the rows, 1 down the columns.
  int way;

  static CW_MEMBER int32_t at(const int32_t* values, const int64_t i) {
#ifdef __CUDA_ARCH__
    return __ldg(values + i);
#else
    return values[i];
#endif
  }
  CW_MEMBER int axis() const { return way; }
  CW_MEMBER int first(const int x) const { return at(spans, 2 * (int64_t)x); }
  CW_MEMBER int count(const int x) const { return at(spans, 2 * (int64_t)x + 1); }
  CW_MEMBER int weight(const int x, const int n) const { return at(weights, (int64_t)x * pixel + (int64_t)(n >> 2) * group + (n & 3)); }
};

// What a pass makes of an image: the axis that it works along, and that side before and after it.
struct Pass {
  int axis, from, to;
};
// The first pass works along the rows, unless it changes the height; the second down the columns, unless it changes the width.
inline Pass passOf(const bool isFirst, const cuweaveSize from, const cuweaveSize to) {
  const int axis = isFirst ? (from.height != to.height ? 1 : 0) : (from.width != to.width ? 0 : 1);
  return axis == 0 ? Pass{0, from.width, to.width} : Pass{1, from.height, to.height};
}

// Bits of a weight's fraction: 32 for a sum, less 8 for a byte and 2 for sums of more than 1.
constexpr int WEIGHT_BITS = 32 - 8 - 2;
constexpr uint32_t HALF_WEIGHT = 1u << (WEIGHT_BITS - 1);
// The byte of a sum that began with a half.
CW_INLINE uint8_t byteOfSum(const uint32_t sum) {
  const int32_t level = (int32_t)sum >> WEIGHT_BITS;
  return (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

inline double windowRadius(const Window window) {
  switch (window) {
    case Window::box: return 0.5;
    case Window::linear: return 1.0;
    case Window::hamming: return 1.0;
    case Window::cubic: return 2.0;
    default: return 3.0;
  }
}

inline double sincOf(double x) {
  if (x == 0.0) return 1.0;
  x *= 3.14159265358979323846;
  return sin(x) / x;
}

// The weight at a distance, up to a factor.
inline double windowAt(const Window window, const double x) {
  const double far = x < 0.0 ? -x : x;
  switch (window) {
    case Window::box: return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
    case Window::linear: return far < 1.0 ? 1.0 - far : 0.0;
    case Window::hamming: {
      if (far == 0.0) return 1.0;
      if (far >= 1.0) return 0.0;
      const double angle = far * 3.14159265358979323846;
      // These two numbers are of single precision there.
      return sin(angle) / angle * (0.54f + 0.46f * cos(angle));
    }
    case Window::cubic: {
      const double a = -0.5;
      if (far < 1.0) return ((a + 2.0) * far - (a + 3.0)) * far * far + 1;
      return far < 2.0 ? (((far - 5) * far + 8) * far - 4) * a : 0.0;
    }
    default: return x >= -3.0 && x < 3.0 ? sincOf(x) * sincOf(x / 3) : 0.0;
  }
}

// A row of weights has a multiple of these, and ends in zeros: the host takes this number at once.
constexpr int WINDOW_STEP = 8;

// Values of a table for `to` pixels made of `from`: its spans and its weights, which begin at 2 * to.
struct WindowTable {
  int32_t* values;
  int64_t count;
  int stride;
};

// Computes a table; `values` is null where there is no room for it.
inline WindowTable makeWindows(const Window window, const int from, const int to) {
  const double scale = (double)from / to;
  const double filterScale = scale < 1.0 ? 1.0 : scale;
  const double support = windowRadius(window) * filterScale;
  const double perPixel = 1.0 / filterScale;
  const int64_t most = (int64_t)ceil(support) * 2 + 1;
  const int64_t stride = ((most < from ? most : from) + WINDOW_STEP - 1) / WINDOW_STEP * WINDOW_STEP;
  WindowTable table{nullptr, 2 * (int64_t)to + stride * to, (int)stride};
  double* const shares = (double*)malloc(sizeof(double) * (size_t)stride);
  table.values = shares ? (int32_t*)calloc((size_t)table.count, sizeof(int32_t)) : nullptr;
  for (int x = 0; table.values && x < to; x++) {
    const double center = (x + 0.5) * scale;
    int first = (int)(center - support + 0.5);
    if (first < 0) first = 0;
    int end = (int)(center + support + 0.5);
    if (end > from) end = from;
    const int count = end - first;
    double sum = 0.0;
    for (int n = 0; n < count; n++) {
      shares[n] = windowAt(window, (n + first - center + 0.5) * perPixel);
      sum += shares[n];
    }
    int32_t* const weights = table.values + 2 * (int64_t)to + x * stride;
    int before = count, after = 0;
    for (int n = 0; n < count; n++) {
      if (sum != 0.0) shares[n] /= sum;
      const double scaled = shares[n] * (1 << WEIGHT_BITS);
      const int32_t weight = shares[n] < 0 ? (int32_t)(-0.5 + scaled) : (int32_t)(0.5 + scaled);
      if (weight == 0) continue;
      // Pixels without a weight at both ends are not read.
      if (before == count) before = n;
      weights[n - before] = weight;
      after = n + 1;
    }
    table.values[2 * (int64_t)x] = before < count ? first + before : 0;
    table.values[2 * (int64_t)x + 1] = before < count ? after - before : 0;
  }
  free(shares);
  return table;
}

// Tables that were asked for, the same for all kernels of a library.
struct KeptWindows {
  struct Entry {
    Window window;
    int from, to;
    WindowTable table;
    int users;
    uint64_t used;
  };
  static constexpr int ENTRIES = 128;
  static constexpr int64_t MOST_VALUES = 1 << 24;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  Entry entries[ENTRIES] = {};
  int64_t values = 0;
  uint64_t time = 0;

  // Whether there is room for one more: what nobody reads makes way, what was asked for least recently first.
  Entry* room(const int64_t more) {
    while (true) {
      Entry *empty = nullptr, *oldest = nullptr;
      for (Entry& entry : entries) {
        if (!entry.table.values) {
          empty = &entry;
        } else if (entry.users == 0 && (!oldest || entry.used < oldest->used)) {
          oldest = &entry;
        }
      }
      if (empty && (values + more <= MOST_VALUES || !oldest)) return empty;
      if (!oldest) return nullptr;
      values -= oldest->table.count;
      free(oldest->table.values);
      oldest->table.values = nullptr;
    }
  }
  // The entry, with its reader counted; null where there is no memory for it.
  Entry* take(const Window window, const int from, const int to) {
    for (Entry& entry : entries) {
      if (entry.table.values && entry.window == window && entry.from == from && entry.to == to) {
        entry.users++;
        entry.used = ++time;
        return &entry;
      }
    }
    const WindowTable table = makeWindows(window, from, to);
    Entry* const entry = table.values ? room(table.count) : nullptr;
    if (!entry) {
      free(table.values);
      return nullptr;
    }
    *entry = Entry{window, from, to, table, 1, ++time};
    values += table.count;
    return entry;
  }
};
inline KeptWindows& keptWindows() {
  // A library may be unloaded while threads still run: what it keeps is left to the end of the process.
  static KeptWindows kept;
  return kept;
}

// A table for as long as it is read.
class HeldWindows {
  KeptWindows::Entry* entry_;
  const int axis_;

 public:
  HeldWindows(const Window window, const Pass& pass) : axis_(pass.axis) {
    KeptWindows& kept = keptWindows();
    pthread_mutex_lock(&kept.mutex);
    entry_ = kept.take(window, pass.from, pass.to);
    pthread_mutex_unlock(&kept.mutex);
  }
  ~HeldWindows() {
    KeptWindows& kept = keptWindows();
    pthread_mutex_lock(&kept.mutex);
    if (entry_) entry_->users--;
    pthread_mutex_unlock(&kept.mutex);
  }
  HeldWindows(const HeldWindows&) = delete;
  HeldWindows& operator=(const HeldWindows&) = delete;
  explicit operator bool() const { return entry_ != nullptr; }
  const WindowTable& table() const { return entry_->table; }
  Windows windows() const {
    const WindowTable& table = entry_->table;
    return Windows{table.values, table.values + 2 * (int64_t)entry_->to, table.stride, 4, axis_};
  }
};

}  // namespace cw
