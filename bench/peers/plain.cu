// The cases as CUDA kernels written by hand, the way a good engineer writes them first: one kernel for the whole case, one
// output pixel a thread, the read-only path, no vectors and no sharing between threads. See harness.h.
#include <type_traits>

#include "harness.h"

using bench::Case;
using bench::Type;
using bench::Work;

namespace {

struct Rgb {
  float r, g, b;
};

// BT.709, limited range.
__device__ Rgb fromYuv(float y, float u, float v) {
  const float luma = 1.16438356f * (y - 16);
  u -= 128;
  v -= 128;
  return {luma + 1.79274107f * v, luma - 0.21324861f * u - 0.53290933f * v, luma + 2.11240179f * u};
}

// Sources: the pixel at (x, y) of an image of a batch; a pixel takes kHalfBytes / 2 bytes.

struct Yuv444 {
  using Value = uint8_t;
  static constexpr int kHalfBytes = 6;
  const uint8_t* __restrict__ planes;
  int width, height;
  // The analog coefficients of ops/compat/analogYuvToRgb.ts.
  __device__ Rgb operator()(int image, int x, int y) const {
    const size_t pixels = size_t{1} * width * height;
    const size_t at = 3 * image * pixels + y * width + x;
    const float luma = __ldg(planes + at), u = __ldg(planes + at + pixels) - 128.0f,
                v = __ldg(planes + at + 2 * pixels) - 128.0f;
    return {luma + 1.14f * v, luma - 0.396f * u - 0.581f * v, luma + 2.029f * u};
  }
};

struct Nv12 {
  using Value = uint8_t;
  static constexpr int kHalfBytes = 3;
  const uint8_t* __restrict__ rows;
  int width, height;
  __device__ Rgb operator()(int image, int x, int y) const {
    const uint8_t* const luma = rows + image * (size_t{3} * width * height / 2);
    const uint8_t* const chroma = luma + width * height + y / 2 * width + x / 2 * 2;
    const uchar2 uv = __ldg(reinterpret_cast<const uchar2*>(chroma));
    return fromYuv(__ldg(luma + y * width + x), uv.x, uv.y);
  }
};

struct Packed {
  using Value = uint8_t;
  static constexpr int kHalfBytes = 6;
  const uint8_t* __restrict__ pixels;
  int width, height;
  __device__ Rgb operator()(int image, int x, int y) const {
    const uint8_t* const at = pixels + 3 * (image * (size_t{1} * width * height) + y * width + x);
    return {float(__ldg(at)), float(__ldg(at + 1)), float(__ldg(at + 2))};
  }
};

struct Planar {
  using Value = float;
  static constexpr int kHalfBytes = 24;
  const float* __restrict__ planes;
  int width, height;
  __device__ Rgb operator()(int image, int x, int y) const {
    const size_t pixels = size_t{1} * width * height;
    const float* const at = planes + 3 * image * pixels + y * width + x;
    return {__ldg(at), __ldg(at + pixels), __ldg(at + 2 * pixels)};
  }
};

// Sinks: where the pixel (x, y) of a result goes.

template <class T>
struct ToPlanes {
  using Value = T;
  static constexpr Type kType = sizeof(T) == 4 ? Type::f32 : Type::f16;
  T* __restrict__ planes;
  int width, height;
  __device__ void operator()(int image, int x, int y, Rgb px) const {
    const size_t pixels = size_t{1} * width * height;
    T* const at = planes + 3 * image * pixels + y * width + x;
    at[0] = px.r;
    at[pixels] = px.g;
    at[2 * pixels] = px.b;
  }
};

struct ToBytes {
  using Value = uint8_t;
  static constexpr Type kType = Type::u8;
  uint8_t* __restrict__ pixels;
  int width, height;
  static __device__ uint8_t rounded(float v) { return min(max(__float2int_rn(v), 0), 255); }
  __device__ void operator()(int image, int x, int y, Rgb px) const {
    uint8_t* const at = pixels + 3 * (image * (size_t{1} * width * height) + y * width + x);
    at[0] = rounded(px.r);
    at[1] = rounded(px.g);
    at[2] = rounded(px.b);
  }
};

// (v / 255 - mean) / std with ImageNet's numbers.
__device__ Rgb normalised(Rgb px) {
  return {(px.r / 255 - 0.485f) / 0.229f, (px.g / 255 - 0.456f) / 0.224f, (px.b / 255 - 0.406f) / 0.225f};
}

__device__ Rgb mixed(Rgb a, Rgb b, float t) {
  return {a.r + t * (b.r - a.r), a.g + t * (b.g - a.g), a.b + t * (b.b - a.b)};
}

// Four pixels around a point; outside, those of the edge.
template <class Source>
__device__ Rgb sampleClamped(const Source& source, int image, float x, float y) {
  const float left = floorf(x), top = floorf(y);
  const int x0 = min(max(int(left), 0), source.width - 1), x1 = min(max(int(left) + 1, 0), source.width - 1);
  const int y0 = min(max(int(top), 0), source.height - 1), y1 = min(max(int(top) + 1, 0), source.height - 1);
  const Rgb upper = mixed(source(image, x0, y0), source(image, x1, y0), x - left);
  const Rgb lower = mixed(source(image, x0, y1), source(image, x1, y1), x - left);
  return mixed(upper, lower, y - top);
}

template <class Source>
__device__ Rgb orBlack(const Source& source, int image, int x, int y) {
  const bool inside = x >= 0 && y >= 0 && x < source.width && y < source.height;
  return inside ? source(image, x, y) : Rgb{0, 0, 0};
}

// The same; outside, black.
template <class Source>
__device__ Rgb sampleOrBlack(const Source& source, int image, float x, float y) {
  const float left = floorf(x), top = floorf(y);
  const int x0 = int(left), y0 = int(top);
  const Rgb upper = mixed(orBlack(source, image, x0, y0), orBlack(source, image, x0 + 1, y0), x - left);
  const Rgb lower = mixed(orBlack(source, image, x0, y0 + 1), orBlack(source, image, x0 + 1, y0 + 1), x - left);
  return mixed(upper, lower, y - top);
}

// What a case does with the pixel (x, y) of its result.

struct Same {
  template <class Source>
  __device__ Rgb operator()(const Source& source, int image, int x, int y) const {
    return source(image, x, y);
  }
};

struct Resized {
  float stepX, stepY;
  template <class Source>
  __device__ Rgb operator()(const Source& source, int image, int x, int y) const {
    return sampleClamped(source, image, (x + 0.5f) * stepX - 0.5f, (y + 0.5f) * stepY - 0.5f);
  }
};

struct Warped {
  float a, b, c, d, e, f;
  template <class Source>
  __device__ Rgb operator()(const Source& source, int image, int x, int y) const {
    return sampleOrBlack(source, image, a * x + b * y + c, d * x + e * y + f);
  }
};

struct CroppedFlipped {
  int left, top, width;
  template <class Source>
  __device__ Rgb operator()(const Source& source, int image, int x, int y) const {
    return source(image, left + width - 1 - x, top + y);
  }
};

// Crops of the first image, in rows of ten, 380 pixels apart across and 400 down; taps stay within their crop.
struct Crop {
  Packed frame;
  int left, top, width, height;
  __device__ Rgb operator()(int, int x, int y) const { return frame(0, left + x, top + y); }
};
struct Crops {
  int width, height;
  float stepX, stepY;
  __device__ Rgb operator()(const Packed& source, int n, int x, int y) const {
    const Crop crop{source, n % 10 * 380, n / 10 * 400, width, height};
    return sampleClamped(crop, 0, (x + 0.5f) * stepX - 0.5f, (y + 0.5f) * stepY - 0.5f);
  }
};

template <class Op>
struct Normalised {
  Op op;
  template <class Source>
  __device__ Rgb operator()(const Source& source, int image, int x, int y) const {
    return normalised(op(source, image, x, y));
  }
};

template <class Source, class Op, class Sink>
__global__ void perPixel(Source source, Op op, Sink sink) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= sink.width || y >= sink.height) return;
  const int image = blockIdx.z;
  sink(image, x, y, op(source, image, x, y));
}

template <class Sink, class Source, class Op>
void launch(const Case& one, Source source, Op op, void* results, cudaStream_t stream) {
  const dim3 block(32, 8), grid((one.dstWidth + 31) / 32, (one.dstHeight + 7) / 8, one.n);
  const Sink sink{static_cast<typename Sink::Value*>(results), one.dstWidth, one.dstHeight};
  perPixel<<<grid, block, 0, stream>>>(source, op, sink);
}

template <class Source, class Sink, class Op>
Work work(const Case& one, Op op) {
  const auto call = [one, op](const void* images, void* results, cudaStream_t stream) {
    const Source source{static_cast<const typename Source::Value*>(images), one.srcWidth, one.srcHeight};
    launch<Sink>(one, source, op, results, stream);
  };
  const size_t bytes = size_t(one.srcWidth) * one.srcHeight * Source::kHalfBytes / 2;
  return {bytes, std::is_same_v<typename Source::Value, float>, std::is_same_v<Op, Normalised<Crops>>, Sink::kType, call};
}

Work workFor(const Case& one) {
  using F32 = ToPlanes<float>;
  const float stepX = float(one.srcWidth) / one.dstWidth, stepY = float(one.srcHeight) / one.dstHeight;
  const float* const m = one.matrix;
  const Warped warped{m[0], m[1], m[2], m[3], m[4], m[5]};
  const Normalised<Resized> resized{{stepX, stepY}};
  if (one.id == "yuv444-rgb-f32") return work<Yuv444, F32>(one, Same{});
  if (one.id == "nv12-rgb-f32") return work<Nv12, F32>(one, Same{});
  if (one.id == "nv12-rgb-f16") return work<Nv12, ToPlanes<__half>>(one, Same{});
  if (one.id == "nv12-rgb-u8") return work<Nv12, ToBytes>(one, Same{});
  if (one.id == "nv12-640" || one.id == "nv12-224") return work<Nv12, F32>(one, resized);
  if (one.id == "rgb-640") return work<Packed, F32>(one, resized);
  if (one.id == "rgb-normalise") return work<Packed, F32>(one, Normalised<Same>{});
  if (one.id == "warp-f32") return work<Planar, F32>(one, warped);
  if (one.id == "warp-u8") return work<Packed, ToBytes>(one, warped);
  if (one.id == "nv12-warp") return work<Nv12, F32>(one, Normalised<Warped>{warped});
  if (one.id == "crop-flip") return work<Packed, F32>(one, Normalised<CroppedFlipped>{{448, 28, 1024}});
  if (one.id == "crops") return work<Packed, F32>(one, Normalised<Crops>{{60, 120, 60.0f / 64, 120.0f / 128}});
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  return bench::runPeer(argc, argv, "plain", [](bench::Program& program) {
    program.run("CUDA runtime " + bench::cudaVersion(), workFor);
  });
}
