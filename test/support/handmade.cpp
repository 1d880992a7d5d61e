// Two pipelines written by hand against the ABI of native/manifest.ts, so that the runtime can be tested without the
// compiler. test/support/handmade.ts describes them; the offsets there are those of these structs.
#include <unistd.h>

#include <cmath>
#include <cstdint>

extern "C" {

// rgb8 > crop > gain and offset > rgb_nchw_f32
struct cuweave_cropped_image {
  const uint8_t* source;
  float* r;
  float* g;
  float* b;
  int64_t sourcePitch, rPitch, gPitch, bPitch;
  int32_t sizes[2][2];
  int32_t rect[4];
};
struct cuweave_cropped_args {
  uint32_t size;
  int32_t count;
  const cuweave_cropped_image* images;
  float gain;
  float offset[3];
};
int cuweave_cropped_host(const cuweave_cropped_args* args, int image, int rowBegin, int rowEnd) {
  if (args->size != sizeof *args || image >= args->count) return 7;
  const auto& im = args->images[image];
  float* const planes[3] = {im.r, im.g, im.b};
  const int64_t pitches[3] = {im.rPitch, im.gPitch, im.bPitch};
  for (int y = rowBegin; y < rowEnd; ++y) {
    const uint8_t* row = im.source + (y + im.rect[1]) * im.sourcePitch + im.rect[0] * 3;
    for (int c = 0; c < 3; ++c) {
      auto* out = reinterpret_cast<float*>(reinterpret_cast<char*>(planes[c]) + y * pitches[c]);
      for (int x = 0; x < im.sizes[1][0]; ++x) out[x] = row[x * 3 + c] * args->gain + args->offset[c];
    }
  }
  return 0;
}

// nv12 > the mean of luma and the chroma that covers it, through a matrix and coefficients > gray_nhwc_f32.
// It takes `pause` microseconds per row, and fails with `code` if that is not 0.
struct cuweave_slow_image {
  const uint8_t* y;
  const uint8_t* uv;
  float* out;
  int64_t yPitch, uvPitch, outPitch;
  int32_t sizes[1][2];
  float matrix[6];
  float colour[7];
  int32_t padding;
};
struct cuweave_slow_args {
  uint32_t size;
  int32_t count;
  const cuweave_slow_image* images;
  int32_t pause;
  int32_t code;
};
int cuweave_slow_host(const cuweave_slow_args* args, int image, int rowBegin, int rowEnd) {
  const auto& im = args->images[image];
  for (int y = rowBegin; y < rowEnd; ++y) {
    if (args->pause > 0) usleep(args->pause);
    auto* out = reinterpret_cast<float*>(reinterpret_cast<char*>(im.out) + y * im.outPitch);
    for (int x = 0; x < im.sizes[0][0]; ++x) {
      const uint8_t* chroma = im.uv + y / 2 * im.uvPitch + x / 2 * 2;
      out[x] = im.y[y * im.yPitch + x] + 1000.0f * chroma[0] + im.matrix[2] + im.colour[3];
    }
  }
  return args->code;
}

}  // extern "C"

#ifdef WITH_FAKE_CUDA
// The same on the fake driver's streams (fakeCuda.cpp).
#include <dlfcn.h>

#include <cstdlib>
#include <vector>

namespace {
struct Call {
  cuweave_cropped_args args;
  std::vector<cuweave_cropped_image> images;
};
}  // namespace

extern "C" int cuweave_cropped(const cuweave_cropped_args* args, void* stream) {
  if (const char* code = getenv("CUWEAVE_FAKE_LAUNCH")) return std::atoi(code);
  using Enqueue = void (*)(void*, void (*)(void*), void*, void (*)(void*));
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  const auto enqueue = reinterpret_cast<Enqueue>(dlsym(driver, "cuFakeEnqueue"));
  auto* call = new Call{*args, {args->images, args->images + args->count}};
  call->args.images = call->images.data();
  enqueue(
      stream,
      [](void* data) {
        auto* call = static_cast<Call*>(data);
        for (int n = 0; n < call->args.count; ++n) {
          cuweave_cropped_host(&call->args, n, 0, call->images[n].sizes[1][1]);
        }
      },
      call, [](void* data) { delete static_cast<Call*>(data); });
  return 0;
}
#endif
