// NVIDIA Performance Primitives, the cases that they have the operations for: image by image where NPP works on images, the
// whole batch as one tall image where an operation allows it; 8-bit values in between, as NPP's conversions give them.
// Results of warps are cleared once: NPP leaves what lies outside of the source as it was. See harness.h.
#include <nppcore.h>
#include <nppi_arithmetic_and_logical_operations.h>
#include <nppi_color_conversion.h>
#include <nppi_data_exchange_and_initialization.h>
#include <nppi_geometry_transforms.h>

#include <memory>

#include "harness.h"

using bench::Buffer;
using bench::Case;
using bench::Type;
using bench::Work;

namespace {

NppStreamContext contextOf(cudaStream_t stream) {
  NppStreamContext context{};
  context.hStream = stream;
  bench::check(cudaGetDevice(&context.nCudaDeviceId));
  cudaDeviceProp device;
  bench::check(cudaGetDeviceProperties(&device, context.nCudaDeviceId));
  context.nMultiProcessorCount = device.multiProcessorCount;
  context.nMaxThreadsPerMultiProcessor = device.maxThreadsPerMultiProcessor;
  context.nMaxThreadsPerBlock = device.maxThreadsPerBlock;
  context.nSharedMemPerBlock = device.sharedMemPerBlock;
  context.nCudaDevAttrComputeCapabilityMajor = device.major;
  context.nCudaDevAttrComputeCapabilityMinor = device.minor;
  bench::check(cudaStreamGetFlags(stream, &context.nStreamFlags));
  return context;
}

void npp(NppStatus status) {
  if (status < 0) throw std::runtime_error("NPP status " + std::to_string(status));
}

// (v / 255 - mean) / std with ImageNet's numbers, as v * scale + shift.
constexpr Npp32f kScale[3] = {1 / (255 * 0.229f), 1 / (255 * 0.224f), 1 / (255 * 0.225f)};
constexpr Npp32f kShift[3] = {-0.485f / 0.229f, -0.456f / 0.224f, -0.406f / 0.225f};

// The steps of one case, with the memory between them.
class Steps {
 public:
  Steps(const Case& one, NppStreamContext context)
      : one_(one), context_(context), source_{one.srcWidth, one.srcHeight}, size_{one.dstWidth, one.dstHeight} {}

  size_t sourcePixels() const { return size_t(source_.width) * source_.height; }
  size_t pixels() const { return size_t(size_.width) * size_.height; }

  // Packed RGB of the source's size.
  Npp8u* rgbOfNv12(const Npp8u* images, Npp8u* rgb) {
    for (int n = 0; n < one_.n; ++n) {
      const Npp8u* const luma = images + n * sourcePixels() * 3 / 2;
      const Npp8u* const planes[2] = {luma, luma + sourcePixels()};
      npp(nppiNV12ToRGB_709CSC_8u_P2C3R_Ctx(planes, source_.width, rgb + 3 * n * sourcePixels(), 3 * source_.width,
                                            source_, context_));
    }
    return rgb;
  }
  Npp8u* rgbOfNv12(const Npp8u* images) { return rgbOfNv12(images, bytes(0, 3 * one_.n * sourcePixels())); }

  // Planar RGB of the source's size.
  const Npp8u* planesOfYuv444(const Npp8u* images) {
    Npp8u* const result = bytes(0, 3 * one_.n * sourcePixels());
    for (int n = 0; n < one_.n; ++n) {
      const Npp8u* const from = images + 3 * n * sourcePixels();
      Npp8u* const to = result + 3 * n * sourcePixels();
      const Npp8u* const yuv[3] = {from, from + sourcePixels(), from + 2 * sourcePixels()};
      Npp8u* rgb[3] = {to, to + sourcePixels(), to + 2 * sourcePixels()};
      npp(nppiYUVToRGB_8u_P3R_Ctx(yuv, source_.width, rgb, source_.width, source_, context_));
    }
    return result;
  }
  const Npp8u* planesOf(const Npp8u* rgb) {
    Npp8u* const result = bytes(1, 3 * one_.n * pixels());
    for (int n = 0; n < one_.n; ++n) {
      Npp8u* const to = result + 3 * n * pixels();
      Npp8u* const planes[3] = {to, to + pixels(), to + 2 * pixels()};
      npp(nppiCopy_8u_C3P3R_Ctx(rgb + 3 * n * pixels(), 3 * size_.width, planes, size_.width, size_, context_));
    }
    return result;
  }

  const Npp8u* resized(const Npp8u* rgb) {
    Npp8u* const result = bytes(1, 3 * one_.n * pixels());
    for (int n = 0; n < one_.n; ++n)
      npp(nppiResize_8u_C3R_Ctx(rgb + 3 * n * sourcePixels(), 3 * source_.width, source_,
                                {0, 0, source_.width, source_.height}, result + 3 * n * pixels(), 3 * size_.width, size_,
                                {0, 0, size_.width, size_.height}, NPPI_INTER_LINEAR, context_));
    return result;
  }

  const Npp8u* warped(const Npp8u* rgb, Npp8u* result) {
    for (int n = 0; n < one_.n; ++n)
      npp(nppiWarpAffineBack_8u_C3R_Ctx(rgb + 3 * n * sourcePixels(), source_, 3 * source_.width,
                                        {0, 0, source_.width, source_.height}, result + 3 * n * pixels(),
                                        3 * size_.width, {0, 0, size_.width, size_.height}, matrix().rows,
                                        NPPI_INTER_LINEAR, context_));
    return result;
  }
  const Npp8u* warped(const Npp8u* rgb) { return warped(rgb, bytes(1, 3 * one_.n * pixels())); }

  void warpedPlanes(const Npp32f* planes, Npp32f* result) {
    for (int n = 0; n < 3 * one_.n; ++n)
      npp(nppiWarpAffineBack_32f_C1R_Ctx(planes + n * sourcePixels(), source_, 4 * source_.width,
                                         {0, 0, source_.width, source_.height}, result + n * pixels(), 4 * size_.width,
                                         {0, 0, size_.width, size_.height}, matrix().rows, NPPI_INTER_LINEAR, context_));
  }

  const Npp8u* croppedFlipped(const Npp8u* rgb) {
    Npp8u* const result = bytes(1, 3 * one_.n * pixels());
    for (int n = 0; n < one_.n; ++n)
      npp(nppiMirror_8u_C3R_Ctx(rgb + 3 * (n * sourcePixels() + 28 * source_.width + 448), 3 * source_.width,
                                result + 3 * n * pixels(), 3 * size_.width, size_, NPP_VERTICAL_AXIS, context_));
    return result;
  }

  void toFloat(const Npp8u* planes, void* result) {
    npp(nppiConvert_8u32f_C1R_Ctx(planes, size_.width, static_cast<Npp32f*>(result), 4 * size_.width,
                                  {size_.width, 3 * size_.height * one_.n}, context_));
  }

  void normalised(const Npp8u* rgb, void* result) {
    auto* const floats = reinterpret_cast<Npp32f*>(bytes(2, 12 * one_.n * pixels()));
    const NppiSize tall{size_.width, size_.height * one_.n};
    const int pitch = 12 * size_.width;
    npp(nppiConvert_8u32f_C3R_Ctx(rgb, 3 * size_.width, floats, pitch, tall, context_));
    npp(nppiMulC_32f_C3IR_Ctx(kScale, floats, pitch, tall, context_));
    npp(nppiAddC_32f_C3IR_Ctx(kShift, floats, pitch, tall, context_));
    for (int n = 0; n < one_.n; ++n) {
      Npp32f* const to = static_cast<Npp32f*>(result) + 3 * n * pixels();
      Npp32f* const planes[3] = {to, to + pixels(), to + 2 * pixels()};
      npp(nppiCopy_32f_C3P3R_Ctx(floats + 3 * n * pixels(), pitch, planes, 4 * size_.width, size_, context_));
    }
  }

 private:
  struct Matrix {
    double rows[2][3];
  };
  Matrix matrix() const {
    const float* const m = one_.matrix;
    return {{{m[0], m[1], m[2]}, {m[3], m[4], m[5]}}};
  }
  // Memory of a step: made at the first call, kept.
  Npp8u* bytes(int step, size_t count) {
    if (!memory_[step]) memory_[step] = std::make_unique<Buffer>(count);
    return static_cast<Npp8u*>(memory_[step]->get());
  }

  const Case one_;
  const NppStreamContext context_;
  const NppiSize source_, size_;
  std::unique_ptr<Buffer> memory_[3];
};

Work workFor(const Case& one, NppStreamContext context) {
  const auto steps = std::make_shared<Steps>(one, context);
  const size_t pixels = steps->sourcePixels();
  const auto work = [&](size_t imageBytes, Type result, auto call) {
    return Work{imageBytes, false, false, result, [steps, call](const void* images, void* results, cudaStream_t) {
                  call(*steps, static_cast<const Npp8u*>(images), results);
                }};
  };
  const size_t nv12 = pixels * 3 / 2, packed = pixels * 3;
  if (one.id == "yuv444-rgb-f32")
    return work(packed, Type::f32, [](Steps& to, const Npp8u* in, void* out) { to.toFloat(to.planesOfYuv444(in), out); });
  if (one.id == "nv12-rgb-f32")
    return work(nv12, Type::f32, [](Steps& to, const Npp8u* in, void* out) { to.toFloat(to.planesOf(to.rgbOfNv12(in)), out); });
  if (one.id == "nv12-rgb-u8")
    return work(nv12, Type::u8, [](Steps& to, const Npp8u* in, void* out) { to.rgbOfNv12(in, static_cast<Npp8u*>(out)); });
  if (one.id == "nv12-640" || one.id == "nv12-224")
    return work(nv12, Type::f32, [](Steps& to, const Npp8u* in, void* out) { to.normalised(to.resized(to.rgbOfNv12(in)), out); });
  if (one.id == "rgb-640")
    return work(packed, Type::f32, [](Steps& to, const Npp8u* in, void* out) { to.normalised(to.resized(in), out); });
  if (one.id == "rgb-normalise")
    return work(packed, Type::f32, [](Steps& to, const Npp8u* in, void* out) { to.normalised(in, out); });
  if (one.id == "warp-u8")
    return work(packed, Type::u8, [](Steps& to, const Npp8u* in, void* out) { to.warped(in, static_cast<Npp8u*>(out)); });
  if (one.id == "nv12-warp")
    return work(nv12, Type::f32, [](Steps& to, const Npp8u* in, void* out) { to.normalised(to.warped(to.rgbOfNv12(in)), out); });
  if (one.id == "crop-flip")
    return work(packed, Type::f32, [](Steps& to, const Npp8u* in, void* out) { to.normalised(to.croppedFlipped(in), out); });
  if (one.id == "warp-f32") {
    Work floats = work(4 * packed, Type::f32, [](Steps& to, const Npp8u* in, void* out) {
      to.warpedPlanes(reinterpret_cast<const Npp32f*>(in), static_cast<Npp32f*>(out));
    });
    floats.floats = true;
    return floats;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  return bench::runPeer(argc, argv, "npp", [](bench::Program& program) {
    const NppLibraryVersion* const version = nppGetLibVersion();
    const std::string name = std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                             std::to_string(version->build);
    const NppStreamContext context = contextOf(program.stream());
    program.run(name, [&](const Case& one) { return workFor(one, context); });
  });
}
