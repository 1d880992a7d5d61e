// What the peers in CUDA share: arguments, buffers, times, the check against our result, the JSON document that is printed.
//   PEER REPETITIONS SECONDS DATA ID,N,SRC_WIDTH,SRC_HEIGHT,DST_WIDTH,DST_HEIGHT,TOLERANCE[,MATRIX x6]...
// The method is that of bench/kernels.js: 20 calls between two events, behind copies that keep the GPU busy until all of them
// are enqueued; buffers rotated beyond the caches; random data; the median. DATA holds ID.in, one image of a case, and ID.out,
// what cuweave makes of it. No case is begun after SECONDS.
#pragma once

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

constexpr int kLaunches = 20;
constexpr double kRotatedBytes = 400e6;
// A copy takes a quarter of a millisecond on a fast GPU. With more of them the GPU waits for the host.
constexpr int kMostCopies = 128;
constexpr size_t kBusyBytes = size_t{1} << 29;

struct Case {
  std::string id;
  int n = 0, srcWidth = 0, srcHeight = 0, dstWidth = 0, dstHeight = 0;
  double tolerance = 0;
  // From output to input, in pixels; where the case has one.
  float matrix[6] = {};
};

enum class Type { u8, f16, f32 };
inline size_t bytesOf(Type type) { return type == Type::u8 ? 1 : type == Type::f16 ? 2 : 4; }

// How a peer does a case: bytes of one image, the type of its values, and the call that enqueues the whole batch.
struct Work {
  size_t imageBytes;
  bool floats;
  // A batch of one image, from which N parts are taken.
  bool oneImage;
  Type result;
  std::function<void(const void* images, void* results, cudaStream_t)> call;
};

inline void check(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}

// Device memory of a scope.
class Buffer {
 public:
  explicit Buffer(size_t bytes) : bytes_(bytes) {
    check(cudaMalloc(&pointer_, bytes));
    check(cudaMemset(pointer_, 0, bytes));
  }
  Buffer(Buffer&& other) noexcept : pointer_(other.pointer_), bytes_(other.bytes_) { other.pointer_ = nullptr; }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { cudaFree(pointer_); }
  void* get() const { return pointer_; }
  size_t bytes() const { return bytes_; }

 private:
  void* pointer_ = nullptr;
  size_t bytes_;
};

__device__ inline uint32_t hashed(uint32_t v) {
  v = (v ^ (v >> 16)) * 0x7feb352dU;
  v = (v ^ (v >> 15)) * 0x846ca68bU;
  return v ^ (v >> 16);
}
static __global__ void fillBytes(uint8_t* to, size_t count) {
  for (size_t i = blockIdx.x * size_t{blockDim.x} + threadIdx.x; i < count; i += size_t{gridDim.x} * blockDim.x)
    to[i] = hashed(static_cast<uint32_t>(i)) & 255;
}
static __global__ void fillFloats(float* to, size_t count) {
  for (size_t i = blockIdx.x * size_t{blockDim.x} + threadIdx.x; i < count; i += size_t{gridDim.x} * blockDim.x)
    to[i] = hashed(static_cast<uint32_t>(i)) * (255.0f / 4294967296.0f);
}

class Program {
 public:
  Program(int argc, char** argv, const char* name) : name_(name) {
    if (argc < 5) throw std::runtime_error("expected REPETITIONS SECONDS DATA CASE...");
    repetitions_ = std::atoi(argv[1]);
    seconds_ = std::atof(argv[2]);
    data_ = argv[3];
    for (int i = 4; i < argc; ++i) cases_.push_back(parse(argv[i]));
    check(cudaStreamCreate(&stream_));
    for (auto& event : events_) check(cudaEventCreate(&event));
  }

  cudaStream_t stream() const { return stream_; }

  // `workFor` gives a case's work; one without a call for what the peer does not do.
  void run(const std::string& version, const std::function<Work(const Case&)>& workFor) {
    const auto began = std::chrono::steady_clock::now();
    std::string rows, skipped;
    const auto add = [](std::string& list, const Case& one, const std::string& rest) {
      list += (list.empty() ? "" : ", ") + ("{\"case\": \"" + one.id) + "\", \"n\": " + std::to_string(one.n) + ", " + rest + "}";
    };
    for (const Case& one : cases_) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
      try {
        const Work work = workFor(one);
        if (!work.call) {
          add(skipped, one, "\"why\": \"not an operation of this peer\"");
        } else if (elapsed.count() > seconds_) {
          add(skipped, one, "\"why\": \"cut off\", \"cutOff\": true");
        } else {
          add(rows, one, measure(one, work));
        }
      } catch (const std::exception& error) {
        add(skipped, one, "\"why\": \"" + std::string(error.what()) + "\"");
      }
    }
    std::printf("{\"peer\": \"%s\", \"version\": \"%s\", \"rows\": [%s], \"skipped\": [%s]}\n", name_, version.c_str(),
                rows.c_str(), skipped.c_str());
  }

 private:
  static Case parse(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
    if (parts.size() != 7 && parts.size() != 13) throw std::runtime_error("a case has 7 or 13 parts: " + text);
    Case one;
    one.id = parts[0];
    int* const sizes[] = {&one.n, &one.srcWidth, &one.srcHeight, &one.dstWidth, &one.dstHeight};
    for (int i = 0; i < 5; ++i) *sizes[i] = std::atoi(parts[1 + i].c_str());
    one.tolerance = std::atof(parts[6].c_str());
    for (size_t i = 7; i < parts.size(); ++i) one.matrix[i - 7] = std::strtof(parts[i].c_str(), nullptr);
    return one;
  }

  std::vector<char> read(const std::string& name) const {
    std::ifstream in(data_ + "/" + name, std::ios::binary);
    if (!in) throw std::runtime_error("no " + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string measure(const Case& one, const Work& work) {
    const size_t inBytes = work.imageBytes * (work.oneImage ? 1 : one.n);
    const size_t outBytes = bytesOf(work.result) * 3 * one.dstWidth * one.dstHeight * one.n;
    const std::string compared = compare(one, work, inBytes, outBytes);
    struct Set {
      Buffer in, out;
    };
    std::vector<Set> sets;
    const double touched = static_cast<double>(outBytes) + (work.oneImage ? 0 : inBytes);
    do {
      sets.push_back({Buffer(inBytes), Buffer(outBytes)});
      void* const images = sets.back().in.get();
      if (work.floats) {
        fillFloats<<<1024, 256, 0, stream_>>>(static_cast<float*>(images), inBytes / 4);
      } else {
        fillBytes<<<1024, 256, 0, stream_>>>(static_cast<uint8_t*>(images), inBytes);
      }
    } while (sets.size() * touched < kRotatedBytes && sets.size() < 64);
    bool waited = false;
    const double micros = time(
        [&](int i) { work.call(sets[i % sets.size()].in.get(), sets[i % sets.size()].out.get(), stream_); }, waited);
    char text[64];
    std::snprintf(text, sizeof text, "\"micros\": %.3f, \"check\": ", micros);
    return text + compared + (waited ? ", \"waited\": true" : "");
  }

  double time(const std::function<void(int)>& call, bool& waited) {
    std::vector<float> runs;
    int copies = 4;
    for (int n = 0; static_cast<int>(runs.size()) < repetitions_; ++n) {
      for (int i = 0; i < copies; ++i)
        check(cudaMemcpyAsync(busy_[0].get(), busy_[1].get(), kBusyBytes, cudaMemcpyDeviceToDevice, stream_));
      check(cudaEventRecord(events_[0], stream_));
      for (int i = 0; i < kLaunches; ++i) call(n * kLaunches + i);
      const bool tooLate = cudaEventQuery(events_[0]) == cudaSuccess;
      check(cudaEventRecord(events_[1], stream_));
      check(cudaEventSynchronize(events_[1]));
      check(cudaGetLastError());
      // The first run warms up.
      if (n == 0) continue;
      if (tooLate && copies < kMostCopies) {
        copies *= 2;
        continue;
      }
      waited = waited || tooLate;
      float milliseconds = 0;
      check(cudaEventElapsedTime(&milliseconds, events_[0], events_[1]));
      runs.push_back(1000 * milliseconds / kLaunches);
    }
    std::nth_element(runs.begin(), runs.begin() + runs.size() / 2, runs.end());
    return runs[runs.size() / 2];
  }

  // The peer's results on `n` times our image against ours.
  std::string compare(const Case& one, const Work& work, size_t inBytes, size_t outBytes) const {
    const std::vector<char> image = read(one.id + ".in"), expected = read(one.id + ".out");
    if (image.size() != work.imageBytes || outBytes % expected.size() != 0) throw std::runtime_error("sizes differ from ours");
    Buffer in(inBytes), out(outBytes);
    for (size_t at = 0; at < inBytes; at += image.size())
      check(cudaMemcpy(static_cast<char*>(in.get()) + at, image.data(), image.size(), cudaMemcpyHostToDevice));
    work.call(in.get(), out.get(), stream_);
    check(cudaStreamSynchronize(stream_));
    std::vector<char> actual(outBytes);
    check(cudaMemcpy(actual.data(), out.get(), outBytes, cudaMemcpyDeviceToHost));
    const size_t values = outBytes / bytesOf(work.result), ours = expected.size() / bytesOf(work.result);
    double worst = 0;
    size_t outside = 0;
    for (size_t i = 0; i < values; ++i) {
      const double difference = std::fabs(value(actual, i, work.result) - value(expected, i % ours, work.result));
      // Not a number is outside, too.
      if (!(difference <= one.tolerance)) ++outside;
      if (difference > worst) worst = difference;
    }
    char text[128];
    std::snprintf(text, sizeof text, "{\"maxError\": %.6g, \"share\": %.6g, \"tolerance\": %g}", worst,
                  static_cast<double>(outside) / values, one.tolerance);
    return text;
  }

  static float value(const std::vector<char>& from, size_t i, Type type) {
    if (type == Type::u8) return static_cast<uint8_t>(from[i]);
    if (type == Type::f16) {
      __half half;
      std::memcpy(&half, &from[2 * i], 2);
      return __half2float(half);
    }
    float number;
    std::memcpy(&number, &from[4 * i], 4);
    return number;
  }

  const char* name_;
  int repetitions_ = 0;
  double seconds_ = 0;
  std::string data_;
  std::vector<Case> cases_;
  cudaStream_t stream_ = nullptr;
  cudaEvent_t events_[2] = {};
  Buffer busy_[2] = {Buffer(kBusyBytes), Buffer(kBusyBytes)};
};

// Runs a peer; what goes wrong as a whole goes to stderr.
inline int runPeer(int argc, char** argv, const char* name, const std::function<void(Program&)>& peer) {
  try {
    Program program(argc, argv, name);
    peer(program);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 1;
  }
}

inline std::string cudaVersion() {
  int runtime = 0;
  check(cudaRuntimeGetVersion(&runtime));
  return std::to_string(runtime / 1000) + "." + std::to_string(runtime % 1000 / 10);
}

}  // namespace bench
