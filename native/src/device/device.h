// What CUDA and the CPU have in common. Devices, streams, events and memory belong to one JavaScript thread; only
// completions and queued work run elsewhere.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "device/failure.h"
#include "device/library.h"

namespace cuweave {

namespace ring {
struct Place;
}

class Device;
class Stream;

// A place in a stream that has passed once all work before it is done.
class Event {
 public:
  using Callback = std::function<void(const Failure*)>;
  virtual ~Event() = default;
  virtual bool done() = 0;
  // Milliseconds from `start` to this one; both must have passed.
  virtual double since(Event& start) = 0;
  // What the device's own interface calls it.
  virtual uint64_t handle() const { throw unavailable("noDevice", "the CPU has no CUDA events"); }
};

// A stream's place at a number of its own count of enqueued pieces of work.
struct Mark {
  std::shared_ptr<Stream> stream;
  uint64_t sequence = 0;
};

// A stretch of memory of one device, its own or someone else's. Its owner is the stream that it was made on.
class Memory {
 public:
  Memory(std::shared_ptr<Device> device, uint64_t pointer, size_t bytes, std::shared_ptr<Stream> owner)
      : device(std::move(device)), pointer(pointer), bytes(bytes), owner(std::move(owner)) {}
  virtual ~Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  const std::shared_ptr<Device> device;
  const uint64_t pointer;
  const size_t bytes;
  const std::shared_ptr<Stream> owner;
  // What must live as long as work on this memory may run: the JavaScript object behind foreign memory.
  std::shared_ptr<void> keep;
  Mark written;
  std::vector<Mark> read;
  // Where something other than a stream filled it: passes once the content is there. Every stream waits for it once.
  std::shared_ptr<Event> ready;

  // Gives it back in stream order; called once, on the JavaScript thread.
  virtual void release() = 0;
};

// Rows of bytes in memory or on the host.
struct Rows {
  uint64_t pointer;
  size_t pitch;
};
struct Extent {
  size_t rowBytes;
  size_t rows;
  // Bytes from the first to the last, given the rows' distance.
  size_t span(size_t pitch) const { return pitch * (rows - 1) + rowBytes; }
};

// On the host; the two may overlap.
void copyRows(Rows target, Rows source, Extent extent);

// One call of a pipeline. `args` starts with { uint32 size; int32 count; const void* images }.
struct Launch {
  std::shared_ptr<const PipelineFunctions> pipeline;
  const uint8_t* args;
  const uint8_t* images;
  int32_t count;
  // The same for a pair's second kernel, of as many images.
  const uint8_t* secondArgs = nullptr;
  const uint8_t* secondImages = nullptr;
};

// A call that is kept, with all that it was given.
struct RecordedCall {
  std::shared_ptr<const PipelineFunctions> pipeline;
  std::vector<uint8_t> args;
  std::vector<uint8_t> images;
  int32_t count;
  std::vector<uint8_t> secondArgs;
  std::vector<uint8_t> secondImages;
  std::vector<std::shared_ptr<Memory>> used;
  Launch launch() const {
    return {pipeline, args.data(), images.data(), count, secondArgs.data(), secondImages.data()};
  }
};

// Calls that are enqueued together, again and again, on the stream that they were captured for.
class Graph {
 public:
  virtual ~Graph() = default;
  virtual void launch() = 0;
};

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  using Completion = std::function<void(const Failure*)>;

  explicit Stream(std::shared_ptr<Device> device);
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  const uint64_t id;
  const std::shared_ptr<Device> device;

  // What the device's own interface calls it.
  virtual uint64_t handle() const { throw unavailable("noDevice", "the CPU has no CUDA streams"); }

  // Called before work that touches `memory`: waits for other streams' work on it, and notes this one's.
  void reads(Memory& memory);
  void writes(Memory& memory);
  // Work enqueued from here on waits for that place.
  void orderAfter(const Mark& mark);
  void waitFor(const std::shared_ptr<Event>& event);

  // An event after all work up to here; it can be measured if `timed`.
  virtual std::shared_ptr<Event> record(bool timed) = 0;
  // `source` may change as soon as this returns, but for a block of Device::allocateHost(), which is held until it is read.
  virtual void upload(Memory& to, Rows target, Rows source, Extent extent) = 0;
  // `done` runs on the stream's thread, once `target` is filled; `target` must be there until then.
  virtual void download(Rows target, Memory& from, Rows source, Extent extent, Completion done) = 0;
  // The same for a target that may be gone by then: `done` gets the rows, dense, in a block of the stream's own.
  using Fetched = std::function<void(const Failure*, const std::shared_ptr<void>&)>;
  virtual void fetch(Memory& from, Rows source, Extent extent, Fetched done) = 0;
  virtual void copy(const std::shared_ptr<Memory>& to, Rows target, const std::shared_ptr<Memory>& from, Rows source,
                    Extent extent) = 0;
  virtual void launch(const Launch& launch, std::vector<std::shared_ptr<Memory>> used) = 0;
  // Enqueues nothing. Where the device has no graphs, the calls are made one after the other.
  virtual std::unique_ptr<Graph> capture(std::vector<RecordedCall> calls);
  // Runs on the stream's thread once all work up to here is done, or has failed.
  virtual void after(Completion done) = 0;

  // Work that is enqueued runs to its end; no more is taken.
  void close();
  bool closed() const { return closed_; }
  // The environment ends: drops what has not begun; join() waits for the rest.
  virtual void abandon() = 0;
  virtual void join() = 0;

 protected:
  virtual void enqueueWait(const std::shared_ptr<Event>& event) = 0;
  virtual void finish() = 0;
  uint64_t advance() { return ++sequence_; }
  void requireOpen() const;

 private:
  struct Marker {
    std::shared_ptr<Event> event;
    uint64_t sequence = 0;
  };
  const Marker& marker();
  friend std::shared_ptr<Event> eventAfter(const Mark& mark);

  uint64_t sequence_ = 0;
  bool closed_ = false;
  Marker marker_;
  // For each other stream: up to which of its places this stream waits already.
  std::unordered_map<uint64_t, uint64_t> seen_;
};

// Passes once that place has; one event for all places that no work lies between. Null: there is nothing to wait for.
std::shared_ptr<Event> eventAfter(const Mark& mark);

// A stream that takes work after that place: the mark's own, or another one where that is closed.
std::shared_ptr<Stream> openStreamAfter(const Mark& mark);

struct DeviceInfo {
  std::string kind;
  int ordinal = 0;
  std::string name;
  int major = 0;
  int minor = 0;
  int multiprocessors = 0;
  uint64_t totalMemory = 0;
  int driverVersion = 0;
};

// Memory of a device that several processes have: its own, which it gives back at the end, or another's, which it closes.
class SharedBlock {
 public:
  explicit SharedBlock(uint64_t pointer) : pointer(pointer) {}
  virtual ~SharedBlock() = default;
  SharedBlock(const SharedBlock&) = delete;
  SharedBlock& operator=(const SharedBlock&) = delete;
  const uint64_t pointer;
};

class Device : public std::enable_shared_from_this<Device> {
 public:
  virtual ~Device() = default;
  virtual const DeviceInfo& info() const = 0;
  virtual std::shared_ptr<Stream> createStream() = 0;
  // A stream of someone else's, which is there until it is closed here, and is not ended.
  virtual std::shared_ptr<Stream> wrapStream(uint64_t) { throw unavailable("noDevice", "the CPU has no CUDA streams"); }
  virtual std::shared_ptr<Memory> allocate(const std::shared_ptr<Stream>& stream, size_t bytes) = 0;
  // Memory of someone else's; `keep` holds it while work may touch it.
  virtual std::shared_ptr<Memory> wrap(uint64_t pointer, size_t bytes, std::shared_ptr<void> keep) = 0;
  // Whether other processes open its memory by a handle; the CPU's is shared by files.
  virtual bool sharesByHandle() const { return false; }
  // Takes memory that other processes can open, and writes down how.
  virtual std::shared_ptr<SharedBlock> share(size_t, ring::Place&) { throw wrongArgument("Expected a GPU."); }
  // Opens what a process has shared, this one or another. `name` is what messages call it.
  virtual std::shared_ptr<SharedBlock> openShared(const ring::Place&, const std::string&) { throw wrongArgument("Expected a GPU."); }
  virtual std::optional<uint64_t> freeMemory() = 0;
  // Bytes that it holds of the GPU's memory for its own, in use or kept for what comes next; nothing where it keeps none.
  virtual std::optional<uint64_t> reservedMemory() { return std::nullopt; }
  // Gives what is kept and not in use back to the driver, but for `keep` bytes.
  virtual void trim(size_t) {}
  // Host memory that copies read and write directly; a GPU's is page-locked.
  virtual std::shared_ptr<void> allocateHost(size_t bytes) = 0;
  // The block of allocateHost() that these bytes lie in; null: they are someone else's.
  virtual std::shared_ptr<void> hostBlock(uint64_t pointer, size_t bytes) = 0;

  int64_t live() const { return live_.load(); }
  void addLive(int64_t bytes) { live_ += bytes; }

 private:
  // Bytes of its own memory that are not given back.
  std::atomic<int64_t> live_{0};
};

}  // namespace cuweave
