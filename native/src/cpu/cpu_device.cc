#include "cpu/cpu_device.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "cpu/cpu_pool.h"
#include "device/host_blocks.h"
#include "device/task_thread.h"

namespace cuweave {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kAlignment = 64;
// Blocks that are given back wait here for the next one of their size: fresh pages cost more than a kernel's work.
constexpr size_t kCacheLimit = size_t{512} << 20;
// Rows are handed to threads in pieces of about this number of pixels: in each call several for every thread, so that all end at about
// the same time, but none so small that handing it over takes longer than its work.
constexpr size_t kMostPixels = 32768;
constexpr size_t kFewestPixels = 4096;
constexpr size_t kPiecesPerThread = 4;

class BlockCache {
 public:
  ~BlockCache() {
    for (auto& [bytes, block] : blocks_) std::free(block);
  }
  static size_t rounded(size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

  void* take(size_t bytes) {
    {
      std::lock_guard lock(mutex_);
      const auto found = blocks_.find(rounded(bytes));
      if (found != blocks_.end()) {
        void* block = found->second;
        held_ -= found->first;
        blocks_.erase(found);
        return block;
      }
    }
    return std::aligned_alloc(kAlignment, rounded(bytes));
  }
  void give(void* block, size_t bytes) {
    std::lock_guard lock(mutex_);
    if (held_ + rounded(bytes) > kCacheLimit) {
      std::free(block);
      return;
    }
    held_ += rounded(bytes);
    blocks_.emplace(rounded(bytes), block);
  }

 private:
  std::mutex mutex_;
  std::multimap<size_t, void*> blocks_;
  size_t held_ = 0;
};

uint64_t physicalMemory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGE_SIZE));
}
uint64_t availableMemory() {
  return static_cast<uint64_t>(sysconf(_SC_AVPHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGE_SIZE));
}

Failure outOfMemory(const char* operation, size_t bytes) {
  Failure failure(FailureKind::OutOfMemory, "out of memory");
  failure.operation = operation;
  failure.bytes = bytes;
  failure.freeBytes = availableMemory();
  failure.totalBytes = physicalMemory();
  return failure;
}

// One for all handles of the CPU. It is never destroyed: buffers may outlive everything else.
HostBlocks& hostBlocks() {
  static auto* blocks = new HostBlocks;
  return *blocks;
}

std::string processorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

class CpuDevice : public Device {
 public:
  CpuDevice() {
    info_.kind = "cpu";
    info_.name = processorName();
    info_.multiprocessors = static_cast<int>(parallelism());
    info_.totalMemory = physicalMemory();
  }
  const DeviceInfo& info() const override { return info_; }
  std::shared_ptr<Stream> createStream() override;
  std::shared_ptr<Memory> allocate(const std::shared_ptr<Stream>& stream, size_t bytes) override;
  std::shared_ptr<Memory> wrap(uint64_t pointer, size_t bytes, std::shared_ptr<void> keep) override;
  std::optional<uint64_t> freeMemory() override { return availableMemory(); }
  std::shared_ptr<void> allocateHost(size_t bytes) override {
    // The system would promise more than there is, and end the process when it is used.
    void* block = bytes <= info_.totalMemory ? std::calloc(bytes, 1) : nullptr;
    if (!block) throw outOfMemory("calloc", bytes);
    return hostBlocks().add(block, bytes, std::free);
  }
  std::shared_ptr<void> hostBlock(uint64_t pointer, size_t bytes) override { return hostBlocks().find(pointer, bytes); }
  BlockCache cache;

 private:
  DeviceInfo info_;
};

// Queued work holds the memory it touches, so the last holder gives the block back: after that work, never before.
class CpuMemory : public Memory {
 public:
  CpuMemory(std::shared_ptr<CpuDevice> cpu, void* block, size_t bytes, std::shared_ptr<Stream> owner)
      : Memory(cpu, reinterpret_cast<uint64_t>(block), bytes, std::move(owner)), cpu_(std::move(cpu)) {
    cpu_->addLive(static_cast<int64_t>(bytes));
  }
  ~CpuMemory() override {
    cpu_->cache.give(reinterpret_cast<void*>(pointer), bytes);
    cpu_->addLive(-static_cast<int64_t>(bytes));
  }
  void release() override {}

 private:
  std::shared_ptr<CpuDevice> cpu_;
};

class ForeignMemory : public Memory {
 public:
  using Memory::Memory;
  void release() override {}
};

class CpuEvent : public Event {
 public:
  bool done() override {
    std::lock_guard lock(mutex_);
    return done_;
  }
  double since(Event& start) override {
    auto& first = dynamic_cast<CpuEvent&>(start);
    if (!done() || !first.done()) throw wrongArgument("Expected events that have passed: await event.wait() first.");
    return std::chrono::duration<double, std::milli>(at_ - first.at_).count();
  }
  void set() {
    std::lock_guard lock(mutex_);
    if (done_) return;
    at_ = Clock::now();
    done_ = true;
    passed_.notify_all();
  }
  void block() {
    std::unique_lock lock(mutex_);
    passed_.wait(lock, [&] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable passed_;
  bool done_ = false;
  Clock::time_point at_;
};

// Runs all rows of all images; the first non-zero result of the generated function, or 0.
int runOnCpu(const PipelineFunctions& pipeline, const uint8_t* args, const uint8_t* images, int32_t count) {
  struct Piece {
    int image, begin, end;
  };
  const auto sizeOf = [&](int image) {
    std::array<int32_t, 2> size;
    std::memcpy(size.data(), images + image * pipeline.imageSize + pipeline.outputSize, sizeof size);
    return size;
  };
  size_t pixels = 0;
  for (int image = 0; image < count; ++image) {
    const auto [width, height] = sizeOf(image);
    pixels += static_cast<size_t>(std::max(0, width)) * static_cast<size_t>(std::max(0, height));
  }
  const size_t piecePixels = std::clamp(pixels / (kPiecesPerThread * parallelism()), kFewestPixels, kMostPixels);
  std::vector<Piece> pieces;
  for (int image = 0; image < count; ++image) {
    const auto [width, height] = sizeOf(image);
    const int rows = static_cast<int>(std::max<size_t>(1, piecePixels / std::max(1, width)));
    for (int row = 0; row < height; row += rows) pieces.push_back({image, row, std::min(row + rows, height)});
  }
  std::atomic<int> result{0};
  parallelFor(pieces.size(), [&](size_t index) {
    const Piece& piece = pieces[index];
    const int code = pipeline.host(args, piece.image, piece.begin, piece.end);
    int none = 0;
    if (code != 0) result.compare_exchange_strong(none, code);
  });
  return result.load();
}

class CpuStream : public Stream {
 public:
  explicit CpuStream(std::shared_ptr<Device> device)
      : Stream(std::move(device)), failure_(std::make_shared<std::optional<Failure>>()), thread_("cuweave stream") {}
  ~CpuStream() override { thread_.finish(); }

  std::shared_ptr<Event> record(bool) override {
    requireOpen();
    auto event = std::make_shared<CpuEvent>();
    // A task that is dropped passes its event too: nobody may wait for it for ever.
    std::shared_ptr<void> passing(nullptr, [event](void*) { event->set(); });
    thread_.post([passing]() mutable { passing.reset(); });
    return event;
  }

  void upload(Memory& to, Rows target, Rows source, Extent extent) override {
    requireOpen();
    if (!to.written.stream && to.read.empty()) {
      copyRows(target, source, extent);
      return;
    }
    auto copy = std::make_shared<std::vector<uint8_t>>(extent.rowBytes * extent.rows);
    const Rows packed{reinterpret_cast<uint64_t>(copy->data()), extent.rowBytes};
    copyRows(packed, source, extent);
    writes(to);
    thread_.post([copy, packed, target, extent] { copyRows(target, packed, extent); });
  }

  void download(Rows target, Memory& from, Rows source, Extent extent, Completion done) override {
    reads(from);
    auto block = device->hostBlock(target.pointer, extent.span(target.pitch));
    thread_.post([=, block = std::move(block), failure = failure_, done = std::move(done)] {
      copyRows(target, source, extent);
      report(failure, done);
    });
  }

  void fetch(Memory& from, Rows source, Extent extent, Fetched done) override {
    reads(from);
    thread_.post([=, failure = failure_, done = std::move(done)] {
      const size_t bytes = extent.rowBytes * extent.rows;
      const std::shared_ptr<void> block(std::malloc(bytes), std::free);
      if (block) {
        copyRows({reinterpret_cast<uint64_t>(block.get()), extent.rowBytes}, source, extent);
        report(failure, [&](const Failure* failed) { done(failed, block); });
      } else {
        const Failure none = outOfMemory("malloc", bytes);
        done(&none, nullptr);
      }
    });
  }

  void copy(const std::shared_ptr<Memory>& to, Rows target, const std::shared_ptr<Memory>& from, Rows source,
            Extent extent) override {
    reads(*from);
    writes(*to);
    // Both are named, since the copy's own words are addresses: without them either could be given out anew before it runs.
    thread_.post([to, from, target, source, extent] { copyRows(target, source, extent); });
  }

  void launch(const Launch& launch, std::vector<std::shared_ptr<Memory>> used) override {
    requireOpen();
    const auto& pipeline = *launch.pipeline;
    if (!pipeline.host) throw wrongArgument("Two kernels in one launch exist on CUDA alone, and this is a CPU device: please report it.");
    auto block = std::make_shared<std::vector<uint8_t>>(pipeline.argsSize);
    auto images = std::make_shared<std::vector<uint8_t>>(launch.images,
                                                         launch.images + pipeline.imageSize * launch.count);
    std::memcpy(block->data(), launch.args, pipeline.argsSize);
    ArgsHead head{static_cast<uint32_t>(pipeline.argsSize), launch.count, images->data()};
    std::memcpy(block->data(), &head, sizeof head);
    thread_.post([block, images, count = launch.count, functions = launch.pipeline, used = std::move(used),
                  failure = failure_] {
      const int code = runOnCpu(*functions, block->data(), images->data(), count);
      if (code != 0 && !*failure) {
        failure->emplace(FailureKind::Kernel, "Pipeline '" + functions->name + "' failed on the CPU with code " +
                                                  std::to_string(code) + ".");
      }
    });
  }

  void after(Completion done) override {
    requireOpen();
    thread_.post([failure = failure_, done = std::move(done)] { report(failure, done); });
  }

  void abandon() override { thread_.abandon(); }
  void join() override { thread_.join(); }

 protected:
  void enqueueWait(const std::shared_ptr<Event>& event) override {
    auto other = std::dynamic_pointer_cast<CpuEvent>(event);
    if (!other) throw wrongArgument("Expected an event of the same device.");
    if (!other->done()) thread_.post([other] { other->block(); });
  }
  void finish() override { thread_.finish(); }

 private:
  // The first failure, told to everyone who waits from then on. Only the stream's thread touches it.
  static void report(const std::shared_ptr<std::optional<Failure>>& failure, const Completion& done) {
    done(*failure ? &**failure : nullptr);
  }
  std::shared_ptr<std::optional<Failure>> failure_;
  TaskThread thread_;
};

std::shared_ptr<Stream> CpuDevice::createStream() { return std::make_shared<CpuStream>(shared_from_this()); }

std::shared_ptr<Memory> CpuDevice::allocate(const std::shared_ptr<Stream>& stream, size_t bytes) {
  void* block = cache.take(bytes);
  if (!block) throw outOfMemory("aligned_alloc", bytes);
  return std::make_shared<CpuMemory>(std::static_pointer_cast<CpuDevice>(shared_from_this()), block, bytes, stream);
}

std::shared_ptr<Memory> CpuDevice::wrap(uint64_t pointer, size_t bytes, std::shared_ptr<void> keep) {
  auto memory = std::make_shared<ForeignMemory>(shared_from_this(), pointer, bytes, nullptr);
  memory->keep = std::move(keep);
  return memory;
}

}  // namespace

std::shared_ptr<Device> openCpu() { return std::make_shared<CpuDevice>(); }

}  // namespace cuweave
