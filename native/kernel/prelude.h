// What generated kernels stand on: small tuples, rounding, conversions and plane access, the same for CUDA and the host.
// Every function gives the same bits on both, except where compiler/ir/math.ts says that it does not.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#define CW_INLINE static __host__ __device__ __forceinline__
#else
#define CW_INLINE static inline __attribute__((always_inline))
#endif

// The host's loops exist three times where the compiler can choose at load time: for any x86-64, for AVX2 and for AVX-512.
// -DCW_CLONES= compiles one version, in less time.
#ifndef CW_CLONES
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#define CW_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define CW_HAS_CLONES
#else
#define CW_CLONES
#endif
#endif

#ifndef CUWEAVE_SIZE
#define CUWEAVE_SIZE
// The size of an image in pixels.
typedef struct cuweaveSize {
  int32_t width, height;
} cuweaveSize;
#endif

namespace cw {

struct f32x1 { float x; };
struct f32x2 { float x, y; };
struct f32x3 { float x, y, z; };
struct f32x4 { float x, y, z, w; };
struct i32x1 { int x; };
struct i32x2 { int x, y; };
struct i32x3 { int x, y, z; };
struct i32x4 { int x, y, z, w; };
struct boolx1 { bool x; };
struct boolx2 { bool x, y; };
struct boolx3 { bool x, y, z; };
struct boolx4 { bool x, y, z, w; };
struct f64x1 { double x; };
struct f64x2 { double x, y; };
struct f64x3 { double x, y, z; };
struct f64x4 { double x, y, z, w; };
template <class T, int n> struct array { T v[n]; };

// A column of an image, or a value of its row. The host counts in 64 bits: its 32-bit integers wrap (-fwrapv), and a
// counter that may wrap keeps loops from being vectorised.
#ifdef __CUDACC__
using Index = int;
#else
using Index = int64_t;
#endif

// An IEEE 754 half, as stored.
struct f16 { uint16_t bits; };
// A bfloat16, as stored: the upper half of an f32.
struct bf16 { uint16_t bits; };

CW_INLINE uint32_t bitsOf(float v) {
#ifdef __CUDA_ARCH__
  return __float_as_uint(v);
#else
  uint32_t bits;
  std::memcpy(&bits, &v, 4);
  return bits;
#endif
}
CW_INLINE float floatOf(uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __uint_as_float(bits);
#else
  float v;
  std::memcpy(&v, &bits, 4);
  return v;
#endif
}

// As JavaScript's Math.min and Math.max: a NaN on either side is the result. Of +0 and -0 either may come out. From compute
// capability 8.0 on a GPU has an instruction for it, at the price of the one that drops NaNs.
CW_INLINE float min(float a, float b) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  float least;
  asm("min.NaN.f32 %0, %1, %2;" : "=f"(least) : "f"(a), "f"(b));
  return least;
#else
  // In two steps: compilers vectorise these, and not one test of both.
  const float least = a < b ? a : b;
  return a != a ? a : least;
#endif
}
CW_INLINE float max(float a, float b) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  float most;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(most) : "f"(a), "f"(b));
  return most;
#else
  const float most = a > b ? a : b;
  return a != a ? a : most;
#endif
}
CW_INLINE int min(int a, int b) { return a < b ? a : b; }
CW_INLINE int max(int a, int b) { return a > b ? a : b; }
// The same of f64, which reductions alone compute in.
CW_INLINE double min(double a, double b) { return a < b || a != a ? a : b; }
CW_INLINE double max(double a, double b) { return a > b || a != a ? a : b; }
CW_INLINE double abs(double v) { return fabs(v); }
CW_INLINE float abs(float v) { return fabsf(v); }
CW_INLINE int abs(int v) { return v < 0 ? (int)(0u - (uint32_t)v) : v; }
// A zero and a NaN are their own sign.
CW_INLINE float sign(float v) { return v > 0.0f ? 1.0f : v < 0.0f ? -1.0f : v; }
CW_INLINE float same(float v) { return v; }
// Integers wrap at 32 bits, also under compilers that count on signed ones never to overflow.
CW_INLINE int add(int a, int b) { return (int)((uint32_t)a + (uint32_t)b); }
CW_INLINE int sub(int a, int b) { return (int)((uint32_t)a - (uint32_t)b); }
CW_INLINE int neg(int a) { return (int)(0u - (uint32_t)a); }
CW_INLINE int imul(int a, int b) { return (int)((uint32_t)a * (uint32_t)b); }
// Division that never traps: by zero it gives 0, as JavaScript's `a / b | 0` does, and the smallest integer by -1 wraps.
CW_INLINE int idiv(int a, int b) { return b == 0 ? 0 : b == -1 ? (int)(0u - (uint32_t)a) : a / b; }
CW_INLINE int imod(int a, int b) { return b == 0 || b == -1 ? 0 : a % b; }

// A product that a GPU does not fuse with the sum it goes into: the point of a map has the same bits wherever a kernel computes it,
// and those of the host, but for quotients and functions that differ there.
CW_INLINE float product(float a, float b) {
#ifdef __CUDA_ARCH__
  return __fmul_rn(a, b);
#else
  return a * b;
#endif
}

// v / by for a number `by` that all pixels share; `reciprocal` is 1 / by, rounded. Without CUWEAVE_STRICT a GPU multiplies: that
// rounds twice where the division does once.
CW_INLINE float quotient(float v, float by, float reciprocal) {
#if defined(__CUDA_ARCH__) && !defined(CUWEAVE_STRICT)
  (void)by;
  return product(v, reciprocal);
#else
  (void)reciprocal;
  return v / by;
#endif
}

// JavaScript's Math.round: halves go up.
CW_INLINE float roundHalfUp(float v) {
  const float floor = floorf(v);
  return v - floor >= 0.5f ? floor + 1.0f : floor;
}

// Halves go to the even neighbour; -0.3 becomes -0. From 2^23 on every f32 is whole.
CW_INLINE float roundHalfEven(float v) {
#ifdef __CUDA_ARCH__
  return rintf(v);
#else
  const float shift = copysignf(8388608.0f, v);
  const float rounded = (v + shift) - shift;
  return fabsf(v) < 8388608.0f ? copysignf(rounded, v) : v;
#endif
}

// Drops the fraction; saturates, and a NaN gives 0, as CUDA's cvt.rzi does.
CW_INLINE int toI32(float v) {
#ifdef __CUDA_ARCH__
  return __float2int_rz(v);
#else
  const bool fits = v >= -2147483648.0f && v < 2147483648.0f;
  return fits ? (int)v : v > 0.0f ? 2147483647 : v < 0.0f ? -2147483647 - 1 : 0;
#endif
}

CW_INLINE int toI32(double v) {
  return v != v ? 0 : v >= 2147483647.0 ? 2147483647 : v <= -2147483648.0 ? -2147483647 - 1 : (int)v;
}

// The bits of the nearest half, halves to even. Without branches, so that host loops vectorise.
CW_INLINE uint16_t f16Bits(float v) {
#ifdef __CUDA_ARCH__
  uint16_t bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(v));
  return bits;
#else
  const uint32_t word = bitsOf(v);
  const uint32_t sign = (word >> 16) & 0x8000u;
  const uint32_t magnitude = word & 0x7fffffffu;
  // Normal halves: rebias the exponent by 127 - 15 and round the 13 dropped bits to even; a carry moves the exponent.
  const uint32_t normal = (magnitude - 0x38000000u + 0x0fffu + ((magnitude >> 13) & 1u)) >> 13;
  // Below 2^-14: adding 0.5 leaves the half's subnormal bits, rounded by the addition itself, at the bottom.
  const uint32_t subnormal = bitsOf(floatOf(magnitude) + 0.5f) - 0x3f000000u;
  const uint32_t finite = magnitude < 0x38800000u ? subnormal : normal;
  // From 65520 on the nearest half is infinity; a NaN is CUDA's canonical one.
  const uint32_t large = magnitude > 0x7f800000u ? 0x7fffu : 0x7c00u;
  const uint32_t bits = magnitude < 0x477ff000u ? finite : large;
  return (uint16_t)(magnitude > 0x7f800000u ? 0x7fffu : sign | bits);
#endif
}
CW_INLINE float f16Value(uint16_t bits) {
#ifdef __CUDA_ARCH__
  float v;
  asm("cvt.f32.f16 %0, %1;" : "=f"(v) : "h"(bits));
  return v;
#else
  const uint32_t sign = (uint32_t)(bits & 0x8000u) << 16;
  const uint32_t magnitude = (uint32_t)(bits & 0x7fffu) << 13;
  // 2^112 moves the bias from 15 to 127, and makes normal numbers of subnormal halves.
  const float scaled = floatOf(magnitude) * 5.192296858534828e33f;
  const uint32_t special = magnitude | 0x7f800000u;
  return floatOf(sign | (magnitude >= 0x0f800000u ? special : bitsOf(scaled)));
#endif
}
CW_INLINE float roundToF16(float v) { return f16Value(f16Bits(v)); }

// The bits of the nearest bfloat16, halves to even; a NaN is CUDA's canonical one. The instruction comes with compute capability 8.0.
CW_INLINE uint16_t bf16Bits(float v) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  uint16_t bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(v));
  return bits;
#else
  const uint32_t word = bitsOf(v);
  // A carry out of the fraction moves the exponent, up to infinity.
  const uint32_t rounded = (word + 0x7fffu + ((word >> 16) & 1u)) >> 16;
  return (uint16_t)((word & 0x7fffffffu) > 0x7f800000u ? 0x7fffu : rounded);
#endif
}
CW_INLINE float bf16Value(uint16_t bits) { return floatOf((uint32_t)bits << 16); }
CW_INLINE float roundToBf16(float v) { return bf16Value(bf16Bits(v)); }

// Stored values as f32, unchanged in number.
CW_INLINE float toF32(uint8_t v) { return (float)v; }
CW_INLINE float toF32(uint16_t v) { return (float)v; }
CW_INLINE float toF32(f16 v) { return f16Value(v.bits); }
CW_INLINE float toF32(bf16 v) { return bf16Value(v.bits); }
CW_INLINE float toF32(float v) { return v; }

// The host's half of `put`: v, rounded and held to 0..most, in the lowest bits. Both clamps are arithmetic on bits: of conditions with
// constants g++ makes jumps, and of those masks over bytes, which took more than half of the time of a store.
CW_INLINE uint32_t rounded(float v, uint32_t most) {
  const float positive = floatOf(bitsOf(v) & -(uint32_t)(v > 0.0f));
  // 2^23 + v has no room for a fraction: the addition itself rounds half to even.
  const uint32_t bits = bitsOf(positive + 8388608.0f);
  const uint32_t last = 0x4b000000u + most;
  return bits < last ? bits : last;
}
// f32 as a stored value: rounded half to even and clamped to the type's range; a NaN gives 0 in an integer type.
CW_INLINE void put(float v, uint8_t& out) {
#ifdef __CUDA_ARCH__
  uint32_t rounded;
  asm("cvt.rni.sat.u8.f32 %0, %1;" : "=r"(rounded) : "f"(v));
  out = (uint8_t)rounded;
#else
  out = (uint8_t)rounded(v, 255);
#endif
}
CW_INLINE void put(float v, uint16_t& out) {
#ifdef __CUDA_ARCH__
  asm("cvt.rni.sat.u16.f32 %0, %1;" : "=h"(out) : "f"(v));
#else
  out = (uint16_t)rounded(v, 65535);
#endif
}
// A code of more than 8 bits, given on the scale of 8-bit codes: rounded half to even, held to 0..most, `shift` bits up in its
// u16. `scale` is a power of two, or a quotient that codes survive.
CW_INLINE void putCode(float v, uint16_t& out, int shift, float scale, uint32_t most) {
  uint16_t code;
  put(v * scale, code);
  out = (uint16_t)((code < most ? code : most) << shift);
}
CW_INLINE void put(float v, f16& out) { out.bits = f16Bits(v); }
CW_INLINE void put(float v, bf16& out) { out.bits = bf16Bits(v); }
CW_INLINE void put(float v, float& out) { out = v; }

// The mean of pixels that share a sample. The order of the additions is part of a pipeline's meaning; the factor is exact.
CW_INLINE float mean(float a, float b) { return 0.5f * (a + b); }
CW_INLINE float mean(float a, float b, float c, float d) { return 0.25f * ((a + b) + (c + d)); }

// The two samples of chroma on both sides of a pixel, in a plane at half the size, and how much of the second there is in it.
// Samples lie between two pixels each (centred), or on the first of them (coSited); beyond the edge is the last one again.
struct Between {
  Index near, other;
  float weight;
};
CW_INLINE Between centred(Index pixel, Index pixels) {
  const Index last = (pixels - 1) >> 1;
  const Index near = pixel >> 1;
  const Index other = (pixel & 1) == 0 ? near - 1 : near + 1;
  return Between{near, other < 0 ? 0 : other > last ? last : other, 0.25f};
}
CW_INLINE Between coSited(Index pixel, Index pixels) {
  const Index last = (pixels - 1) >> 1;
  const Index other = (pixel + 1) >> 1;
  return Between{pixel >> 1, other > last ? last : other, 0.5f};
}
// Exact for codes of up to 16 bits, also twice in a row: fused or not, the bits are the same.
CW_INLINE float between(float near, float other, float weight) { return near + weight * (other - near); }

// The pixel of an image that is nearest to a position.
CW_INLINE i32x2 within(i32x2 at, cuweaveSize size) {
  return i32x2{min(max(at.x, 0), size.width - 1), min(max(at.y, 0), size.height - 1)};
}

// A coordinate that a filter can stand on: further than 2^30 away is there, and a NaN is as far to the left, or above, so that it shows
// the border.
CW_INLINE float finite(float v) {
  const float most = 1073741824.0f;
#ifdef __CUDA_ARCH__
  return fminf(fmaxf(v, -most), most);
#else
  const float below = v < most ? v : most;
  return v > -most ? below : -most;
#endif
}
CW_INLINE f32x2 finite(f32x2 at) { return f32x2{finite(at.x), finite(at.y)}; }

// A tap's place in its filter's window.
template <int column_, int row_> struct Place { static constexpr int column = column_, row = row_; };

// Whether it holds for all threads that run together, so that they take one way and not both, one after the other.
CW_INLINE bool together(bool here) {
#ifdef __CUDA_ARCH__
  return __all_sync(__activemask(), here);
#else
  return here;
#endif
}

// The values of a plane's sample at (x, y), which lies in the plane. The pitch is in bytes and below 2^31: a GPU then needs
// one instruction for the row and one for the column. They are written out, since nvcc would rather add row and column
// first, and the plane to every such sum; and it has to be told again that the address is one of global memory.
template <class T, int channels> CW_INLINE const T* valuesAt(const void* plane, int64_t pitch, Index x, int y) {
#ifdef __CUDA_ARCH__
  uint64_t row, sample;
  asm("mad.wide.u32 %0, %1, %2, %3;" : "=l"(row) : "r"(y), "r"((uint32_t)pitch), "l"(plane));
  asm("mad.wide.u32 %0, %1, %2, %3;" : "=l"(sample) : "r"(x), "n"(channels * sizeof(T)), "l"(row));
  return (const T*)__cvta_global_to_generic(sample);
#else
  return (const T*)((const char*)plane + (int64_t)y * (int)pitch) + x * channels;
#endif
}
template <class T, int channels> CW_INLINE T* valuesAt(void* plane, int64_t pitch, Index x, int y) {
  return (T*)valuesAt<T, channels>((const void*)plane, pitch, x, y);
}

// The same of pixel (x, y) in a plane that lies in patches: see `patches` in ops/formats/patches.ts. A row of squares of merge × merge patches has
// `pitch` bytes, and a token `token` values.
template <class T, int channels, int patch, int merge, int token>
CW_INLINE T* patchAt(void* plane, int64_t pitch, Index x, int y) {
  constexpr int side = patch * merge;
  const Index across = x / side * (merge * merge * token) + x / patch % merge * token + x % patch * channels;
  const int down = y / patch % merge * (merge * token) + y % patch * (patch * channels);
  return (T*)((char*)plane + y / side * pitch) + across + down;
}

// What lies a number of rows below.
template <class T> CW_INLINE const T* below(const T* values, int64_t pitch, int rows) {
  return (const T*)((const char*)values + rows * pitch);
}

// A stored value of an image that nothing writes while the kernel runs.
template <class T> CW_INLINE float get(const T* row, Index i) {
#ifdef __CUDA_ARCH__
  return toF32(__ldg(row + i));
#else
  return toF32(row[i]);
#endif
}
// A code of more than 8 bits, `shift` bits up in its u16, on the scale of 8-bit codes: by a power of two, which is exact, or a quotient.
CW_INLINE float getCode(const uint16_t* row, Index i, int shift, float scale) {
#ifdef __CUDA_ARCH__
  return (float)(__ldg(row + i) >> shift) * scale;
#else
  return (float)(row[i] >> shift) * scale;
#endif
}
#ifdef __CUDACC__
CW_INLINE float get(const f16* row, Index i) {
#ifdef __CUDA_ARCH__
  return f16Value(__ldg((const uint16_t*)row + i));
#else
  return toF32(row[i]);
#endif
}
CW_INLINE float get(const bf16* row, Index i) {
#ifdef __CUDA_ARCH__
  return bf16Value(__ldg((const uint16_t*)row + i));
#else
  return toF32(row[i]);
#endif
}
#endif

}  // namespace cw
