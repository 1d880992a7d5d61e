// What a library does for callers beside its kernels: it fills in settled values, computes sizes, checks a call, runs it on all
// processors, and says what is wrong. Generated code describes every kernel by the tables below; nothing here knows one.
#pragma once

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "prelude.h"

namespace cuweave {

// As in pipelines.h.
enum Code { kHeader = -1, kUnset = -2, kValue = -3, kSize = -4, kPlane = -5, kNoCuda = -6 };

constexpr int kMaxSize = 65535;

// A plane of the source, of a sink, or of an image beside the source.
struct Plane {
  const char* name;
  // Byte offsets in the image's struct.
  int pointer, pitch;
  // The image's size is size[at].
  int at;
  // The bytes of a sample, and of a number in it.
  int bytes, alignment;
  int subsamplingX, subsamplingY;
};

// A parameter of a stage.
struct Param {
  const char* name;
  // Whether it lies in the image's struct, and where; else in that of the call.
  bool ofImage;
  int offset, lanes;
  bool isFloat;
  // A rectangle that lies in the image with this size; -1: no rectangle, or one that may lie anywhere.
  int inside;
  bool isRect;
  // The settled numbers: none, one set for all images, or one for each.
  int sets;
  const void* values;
  // Limits of each number; those that are not there are NaN.
  double least, most, above, never;
};

struct Stage {
  const char* name;
  // The size of its output, where that differs; `beside` is that of the image which it reads.
  cw::i32x2 (*size)(const void* args, const void* image, cuweaveSize src, cuweaveSize beside);
  // Input pixels that an output pixel covers, across and down.
  cw::f32x2 (*scale)(const void* args, const void* image, cuweaveSize src, cuweaveSize dst);
  // Whether the caller says the size of its output, which is that of an image it reads.
  bool readsSize;
  // What its filter covers at most; 0: anything.
  float maxScale;
};

struct Kernel {
  const char* name;
  uint32_t layout;
  int argsBytes, imageBytes;
  // Where the sizes are in the image's struct: of the source, and after each stage.
  int sizes;
  const Stage* stages;
  int stageCount;
  const Plane* planes;
  int planeCount;
  const Param* params;
  int paramCount;
  int (*rows)(const void* args, int image, int begin, int end);
};

// The head of every call's block.
struct Head {
  uint32_t size;
  int32_t count;
  const char* images;
};

// What went wrong last on this thread.
static thread_local struct {
  int code;
  char text[320];
} last;

__attribute__((format(printf, 2, 3))) static int failed(const int code, const char* format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(last.text, sizeof last.text, format, values);
  va_end(values);
  last.code = code;
  return code;
}

static const char* errorText(const int code) {
  if (code < 0 && code == last.code) return last.text;
  switch (code) {
    case 0: return "no error";
    case kHeader: return "the program was compiled with another pipelines.h than this library";
    case kUnset: return "a value that the pipeline leaves to the caller is not set";
    case kValue: return "a value is out of its range";
    case kSize: return "a size is out of its range";
    case kPlane: return "a plane is missing, or its address or pitch does not fit";
    case kNoCuda: return "this library was built without CUDA";
    default: return nullptr;
  }
}

template <class T> static T at(const void* block, const int offset) {
  T value;
  std::memcpy(&value, (const char*)block + offset, sizeof value);
  return value;
}
static cuweaveSize sizeAt(const Kernel& kernel, const char* image, const int number) {
  return at<cuweaveSize>(image, kernel.sizes + 8 * number);
}

// What marks a number that nobody has set.
constexpr uint32_t kUnsetFloat = 0x7fc00000u;
constexpr int32_t kUnsetInteger = -2147483647 - 1;

static void write(const Param& param, char* block, const int image) {
  for (int lane = 0; lane < param.lanes; lane++) {
    char* place = block + param.offset + 4 * lane;
    if (param.sets > 0) {
      const int set = param.sets == 1 ? 0 : image;
      std::memcpy(place, (const char*)param.values + 4 * (set * param.lanes + lane), 4);
    } else if (param.isFloat) {
      std::memcpy(place, &kUnsetFloat, 4);
    } else {
      std::memcpy(place, &kUnsetInteger, 4);
    }
  }
}

static int initialise(const Kernel& kernel, const uint32_t layout, void* args, void* images, const int32_t count) {
  if (layout != kernel.layout) {
    return failed(kHeader, "%s: the program was compiled with another pipelines.h than this library, in which its structs differ: compile it again",
                  kernel.name);
  }
  if (!args || !images || count < 1) {
    return failed(kValue, "%s: expected a block of arguments and at least one image", kernel.name);
  }
  std::memset(args, 0, kernel.argsBytes);
  std::memset(images, 0, (size_t)kernel.imageBytes * count);
  const Head head{(uint32_t)kernel.argsBytes, count, (const char*)images};
  std::memcpy(args, &head, sizeof head);
  for (int p = 0; p < kernel.paramCount; p++) {
    const Param& param = kernel.params[p];
    if (param.sets > 1 && param.sets != count) {
      return failed(kValue, "%s: %s has values for %d images, and there are %d", kernel.name, param.name, param.sets, count);
    }
    if (!param.ofImage) {
      write(param, (char*)args, 0);
    } else {
      for (int i = 0; i < count; i++) write(param, (char*)images + (size_t)kernel.imageBytes * i, i);
    }
  }
  return 0;
}

// The name of a member, for messages: `images[2].crop.rect` or `args.clamp.least`.
struct Named {
  char text[200];
  Named(const Param& param, const int image) {
    if (param.ofImage) {
      snprintf(text, sizeof text, "images[%d].%s", image, param.name);
    } else {
      snprintf(text, sizeof text, "args.%s", param.name);
    }
  }
};

static int checkParam(const Kernel& kernel, const Param& param, const char* block, const int image) {
  for (int lane = 0; lane < param.lanes; lane++) {
    const int32_t word = at<int32_t>(block, param.offset + 4 * lane);
    const float number = at<float>(block, param.offset + 4 * lane);
    if (param.sets == 0 && (param.isFloat ? number != number : word == kUnsetInteger)) {
      return failed(kUnset, "%s: %s is not set; the pipeline leaves it to the caller", kernel.name, Named(param, image).text);
    }
    const double value = param.isFloat ? (double)number : (double)word;
    if (!(value - value == 0)) return failed(kValue, "%s: %s is not finite", kernel.name, Named(param, image).text);
    if (value < param.least || value > param.most || value <= param.above || value == param.never) {
      return failed(kValue, "%s: %s is %g, which is out of its range", kernel.name, Named(param, image).text, value);
    }
  }
  return 0;
}

// A rectangle has a size, and lies in the image that it is cut from.
static int checkRect(const Kernel& kernel, const Param& param, const char* block, const char* images, const int image) {
  struct Rect {
    int32_t x, y, width, height;
  };
  const Rect rect = at<Rect>(block, param.offset);
  bool fits = rect.width >= 1 && rect.height >= 1;
  cuweaveSize size{0, 0};
  if (fits && param.inside >= 0) {
    size = sizeAt(kernel, images, param.inside);
    fits = rect.x >= 0 && rect.y >= 0 && (int64_t)rect.x + rect.width <= size.width && (int64_t)rect.y + rect.height <= size.height;
  }
  if (fits) return 0;
  return failed(kValue, "%s: %s is %dx%d at (%d, %d), which is no rectangle inside the image of %dx%d", kernel.name,
                Named(param, image).text, rect.width, rect.height, rect.x, rect.y, size.width, size.height);
}

static int checkHead(const Kernel& kernel, const void* args, Head& head) {
  if (!args) return failed(kValue, "%s: expected a block of arguments but received NULL", kernel.name);
  head = at<Head>(args, 0);
  if (head.size != (uint32_t)kernel.argsBytes) {
    return failed(kHeader, "%s: args.size is %u where it is %d in this library: call cuweaveInit_%s, and compile with its own pipelines.h",
                  kernel.name, head.size, kernel.argsBytes, kernel.name);
  }
  if (head.count < 1 || !head.images) return failed(kValue, "%s: expected at least one image but args.count is %d", kernel.name, head.count);
  return 0;
}

static int checkSize(const Kernel& kernel, const char* image, const int number, const int n) {
  const cuweaveSize size = sizeAt(kernel, image, number);
  if (size.width >= 1 && size.height >= 1 && size.width <= kMaxSize && size.height <= kMaxSize) return 0;
  if (number == 0) {
    return failed(kSize, "%s: images[%d].size[0], the source's, is %dx%d: each is 1 to %d", kernel.name, n, size.width, size.height, kMaxSize);
  }
  return failed(kSize, "%s: images[%d].size[%d], after %s, is %dx%d: each is 1 to %d; cuweaveSizes_%s computes it", kernel.name, n, number,
                kernel.stages[number - 1].name, size.width, size.height, kMaxSize, kernel.name);
}

// Every parameter of an image, and of the call. Rectangles need the sizes of the images that they lie in.
static int checkParams(const Kernel& kernel, const void* args, const char* image, const int n) {
  for (int p = 0; p < kernel.paramCount; p++) {
    const Param& param = kernel.params[p];
    const char* block = param.ofImage ? image : (const char*)args;
    if (param.ofImage || n == 0) {
      const int code = checkParam(kernel, param, block, n);
      if (code != 0) return code;
    }
  }
  return 0;
}
static int checkRects(const Kernel& kernel, const void* args, const char* image, const int n, const int number) {
  for (int p = 0; p < kernel.paramCount; p++) {
    const Param& param = kernel.params[p];
    if (!param.isRect || param.inside != number) continue;
    const int code = checkRect(kernel, param, param.ofImage ? image : (const char*)args, image, n);
    if (code != 0) return code;
  }
  return 0;
}

// How many input pixels an output pixel covers, so far.
static cw::f32x2 scaleOf(const Kernel& kernel, const void* args, const char* image, const int stage, const cw::f32x2 before) {
  const Stage& each = kernel.stages[stage];
  if (!each.scale) return before;
  const cw::f32x2 scale = each.scale(args, image, sizeAt(kernel, image, stage), sizeAt(kernel, image, stage + 1));
  return cw::f32x2{before.x * scale.x, before.y * scale.y};
}

static int computeSizes(const Kernel& kernel, const void* args, void* given) {
  Head head;
  int code = checkHead(kernel, args, head);
  if (code == 0 && !given) code = failed(kValue, "%s: expected the images but received NULL", kernel.name);
  for (int n = 0; n < head.count && code == 0; n++) {
    char* image = (char*)given + (size_t)kernel.imageBytes * n;
    code = checkParams(kernel, args, image, n);
    if (code == 0) code = checkSize(kernel, image, 0, n);
    if (code == 0) code = checkRects(kernel, args, image, n, -1);
    cw::f32x2 scale{1, 1};
    for (int s = 0; s < kernel.stageCount && code == 0; s++) {
      const Stage& stage = kernel.stages[s];
      code = checkRects(kernel, args, image, n, s);
      if (code != 0) break;
      const cuweaveSize src = sizeAt(kernel, image, s);
      cuweaveSize dst = src;
      if (stage.readsSize) {
        dst = sizeAt(kernel, image, s + 1);
        if (dst.width == 0 && dst.height == 0) {
          code = failed(kSize, "%s: images[%d].size[%d] is not set: %s reads an image, and its result has the size of that", kernel.name, n,
                        s + 1, stage.name);
          break;
        }
      }
      if (stage.size) {
        const cw::i32x2 size = stage.size(args, image, src, dst);
        dst = cuweaveSize{size.x, size.y};
      }
      std::memcpy(image + kernel.sizes + 8 * (s + 1), &dst, sizeof dst);
      code = checkSize(kernel, image, s + 1, n);
      if (code != 0) break;
      scale = scaleOf(kernel, args, image, s, scale);
      const float most = scale.x > scale.y ? scale.x : scale.y;
      if (stage.maxScale > 0 && !(most <= stage.maxScale)) {
        code = failed(kSize, "%s: images[%d]: %s covers %g pixels of its input by one of its output, and its filter %g at most: shrink in two steps",
                      kernel.name, n, stage.name, most, stage.maxScale);
      }
    }
  }
  return code;
}

static int scaleOfImage(const Kernel& kernel, const void* args, const void* image, float* scale) {
  Head head;
  const int code = checkHead(kernel, args, head);
  if (code != 0) return code;
  cw::f32x2 all{1, 1};
  for (int s = 0; s <= kernel.stageCount; s++) {
    const int wrong = checkSize(kernel, (const char*)image, s, (int)(((const char*)image - head.images) / kernel.imageBytes));
    if (wrong != 0) return wrong;
  }
  for (int s = 0; s < kernel.stageCount; s++) all = scaleOf(kernel, args, (const char*)image, s, all);
  scale[0] = all.x;
  scale[1] = all.y;
  return 0;
}

static int checkPlane(const Kernel& kernel, const Plane& plane, const char* image, const int n) {
  const uint64_t address = at<uint64_t>(image, plane.pointer);
  const int64_t pitch = at<int64_t>(image, plane.pitch);
  const cuweaveSize size = sizeAt(kernel, image, plane.at);
  const int64_t row = (int64_t)((size.width + plane.subsamplingX - 1) / plane.subsamplingX) * plane.bytes;
  if (address == 0) return failed(kPlane, "%s: images[%d].%s is NULL", kernel.name, n, plane.name);
  if (address % plane.alignment != 0) {
    return failed(kPlane, "%s: images[%d].%s is at an address that is no multiple of %d", kernel.name, n, plane.name, plane.alignment);
  }
  if (pitch < row || pitch > 2147483647 || pitch % plane.alignment != 0) {
    return failed(kPlane, "%s: images[%d].%s_pitch is %lld: a row has %lld bytes, and pitches are multiples of %d below 2^31", kernel.name, n,
                  plane.name, (long long)pitch, (long long)row, plane.alignment);
  }
  return 0;
}

static int check(const Kernel& kernel, const void* args) {
  Head head;
  int code = checkHead(kernel, args, head);
  for (int n = 0; n < head.count && code == 0; n++) {
    const char* image = head.images + (size_t)kernel.imageBytes * n;
    code = checkParams(kernel, args, image, n);
    for (int s = 0; s <= kernel.stageCount && code == 0; s++) code = checkSize(kernel, image, s, n);
    for (int s = -1; s < kernel.stageCount && code == 0; s++) code = checkRects(kernel, args, image, n, s);
    for (int p = 0; p < kernel.planeCount && code == 0; p++) code = checkPlane(kernel, kernel.planes[p], image, n);
  }
  return code;
}

// The rows of a call, handed out in pieces: several for every thread, so that all end at about the same time, but none so small that
// handing it over takes longer than its work.
struct Work {
  const Kernel& kernel;
  const void* args;
  Head head;
  int64_t piecePixels;
  pthread_mutex_t mutex;
  int image, row, code;
};

static bool take(Work& work, int& image, int& begin, int& end) {
  pthread_mutex_lock(&work.mutex);
  const bool some = work.code == 0 && work.image < work.head.count;
  if (some) {
    const cuweaveSize size =
        sizeAt(work.kernel, work.head.images + (size_t)work.kernel.imageBytes * work.image, work.kernel.stageCount);
    const int64_t rows = work.piecePixels / size.width > 0 ? work.piecePixels / size.width : 1;
    image = work.image;
    begin = work.row;
    end = begin + rows < size.height ? (int)(begin + rows) : size.height;
    work.row = end;
    if (end == size.height) {
      work.image++;
      work.row = 0;
    }
  }
  pthread_mutex_unlock(&work.mutex);
  return some;
}

static void* workOn(void* given) {
  Work& work = *(Work*)given;
  int image, begin, end;
  while (take(work, image, begin, end)) {
    const int code = work.kernel.rows(work.args, image, begin, end);
    if (code == 0) continue;
    pthread_mutex_lock(&work.mutex);
    if (work.code == 0) work.code = code;
    pthread_mutex_unlock(&work.mutex);
  }
  return nullptr;
}

// Those that this process may use.
static int processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

static int run(const Kernel& kernel, const void* args, const int wanted) {
  const int wrong = check(kernel, args);
  if (wrong != 0) return wrong;
  constexpr int64_t fewest = 4096, most = 32768;
  constexpr int piecesPerThread = 4, mostThreads = 256;
  Work work{kernel, args, at<Head>(args, 0), fewest, PTHREAD_MUTEX_INITIALIZER, 0, 0, 0};
  int64_t pixels = 0;
  for (int n = 0; n < work.head.count; n++) {
    const cuweaveSize size = sizeAt(kernel, work.head.images + (size_t)kernel.imageBytes * n, kernel.stageCount);
    pixels += (int64_t)size.width * size.height;
  }
  int64_t threads = wanted > 0 ? wanted : processors();
  if (threads > mostThreads) threads = mostThreads;
  work.piecePixels = pixels / (piecesPerThread * threads);
  if (work.piecePixels < fewest) work.piecePixels = fewest;
  if (work.piecePixels > most) work.piecePixels = most;
  const int64_t pieces = (pixels + work.piecePixels - 1) / work.piecePixels;
  if (threads > pieces) threads = pieces;
  // The calling thread is one of them. Where the system gives no more, those that are there do the work.
  pthread_t others[mostThreads];
  int started = 0;
  while (started + 1 < threads && pthread_create(&others[started], nullptr, workOn, &work) == 0) started++;
  workOn(&work);
  for (int t = 0; t < started; t++) pthread_join(others[t], nullptr);
  pthread_mutex_destroy(&work.mutex);
  return work.code;
}

// Weights of red and blue in luma, by the number that ITU-T H.273 (table 4) gives the matrix; of 5 and 6, the same.
struct LumaWeights {
  int matrix;
  double kr, kb;
};
constexpr int kGbr = 0, kYcgco = 8;

// What codes add to luma and chroma, and how long their units are, on the scale of 8 bits (ITU-T H.273, section 8.3).
struct Quantised {
  double yOffset, cOffset, luma, chroma;
};
static Quantised quantised(const bool isFull, const int bits, const double chroma, const bool isCentred) {
  const double full = (double)((1 << bits) - 1) / (double)(1 << (bits - 8));
  const double yOffset = isFull ? 0 : 16;
  return Quantised{yOffset, isCentred ? 128 : yOffset, isFull ? full : 219, isFull ? full : chroma};
}

static int checkCoding(const int range, const int bits, const void* colour) {
  if (colour && (range == 0 || range == 1) && bits >= 8 && bits <= 16) return 0;
  return failed(kValue, "expected a range of CUWEAVE_LIMITED or CUWEAVE_FULL, and 8 to 16 bits, but received %d and %d", range, bits);
}
template <int count> static const LumaWeights* weightsOf(const LumaWeights (&all)[count], const int matrix) {
  for (const LumaWeights& each : all) {
    if (each.matrix == (matrix == 5 ? 6 : matrix)) return &each;
  }
  return nullptr;
}

// The coefficients of R = yScale (Y - yOffset) + rv (V - cOffset) and its siblings, by the formulas of ops/colour/colour.ts.
template <int count>
static int yuvToRgb(const LumaWeights (&all)[count], const int matrix, const int range, const int bits, void* colour) {
  const int wrong = checkCoding(range, bits, colour);
  if (wrong != 0) return wrong;
  const LumaWeights* weights = weightsOf(all, matrix);
  if (!weights) return failed(kValue, "expected a matrix that yuvToRgb takes (CUWEAVE_BT709, ...) but received %d", matrix);
  const double kr = weights->kr, kb = weights->kb, kg = 1 - kr - kb;
  const double u = 2 * (1 - kb), v = 2 * (1 - kr);
  const Quantised codes = quantised(range == 1, bits, 224, true);
  const double y = 255 / codes.luma, c = 255 / codes.chroma;
  const float found[7] = {
      (float)codes.yOffset, (float)codes.cOffset, (float)(1 * y),
      (float)(v * c), (float)(-u * kb / kg * c), (float)(-v * kr / kg * c), (float)(u * c),
  };
  std::memcpy(colour, found, sizeof found);
  return 0;
}

// Those of Y = yOffset + yr R + yg G + yb B and its siblings.
template <int count>
static int rgbToYuv(const LumaWeights (&all)[count], const int matrix, const int range, const int bits, void* colour) {
  const int wrong = checkCoding(range, bits, colour);
  if (wrong != 0) return wrong;
  double rows[3][3] = {{0, 1, 0}, {0, 0, 1}, {1, 0, 0}};
  double chroma = 219;
  if (matrix == kYcgco) {
    const double ycgco[3][3] = {{0.25, 0.5, 0.25}, {-0.25, 0.5, -0.25}, {0.5, 0, -0.5}};
    std::memcpy(rows, ycgco, sizeof rows);
  } else if (matrix != kGbr) {
    const LumaWeights* weights = weightsOf(all, matrix);
    if (!weights) return failed(kValue, "expected a matrix (CUWEAVE_BT709, ...) but received %d", matrix);
    const double kr = weights->kr, kb = weights->kb, kg = 1 - kr - kb;
    const double u = 2 * (1 - kb), v = 2 * (1 - kr);
    const double luma[3][3] = {{kr, kg, kb}, {-kr / u, -kg / u, 0.5}, {0.5, -kg / v, -kb / v}};
    std::memcpy(rows, luma, sizeof rows);
    chroma = 224;
  }
  const Quantised codes = quantised(range == 1, bits, chroma, matrix != kGbr);
  float found[11] = {(float)codes.yOffset, (float)codes.cOffset};
  for (int row = 0; row < 3; row++) {
    const double unit = (row == 0 ? codes.luma : codes.chroma) / 255;
    for (int column = 0; column < 3; column++) found[2 + 3 * row + column] = (float)(rows[row][column] * unit);
  }
  std::memcpy(colour, found, sizeof found);
  return 0;
}

}  // namespace cuweave
