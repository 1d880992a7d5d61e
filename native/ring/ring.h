// Rings of batches in shared memory, between a process that writes them and others that read them. docs/rings.md has the protocol.
// The addon and the libraries of Python modules compile this one implementation. It needs the C library alone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <pthread.h>

namespace cuweave {
namespace ring {

enum Code : int {
  kOk = 0,
  // What takes and acquires give beside a slot's number: nothing now, and nothing any more.
  kNothing = -1,
  kEnd = -2,
  kName = -10,
  kMissing = -11,
  kExists = -12,
  kRefused = -13,
  kVersion = -14,
  kFull = -15,
  kNoRoom = -16,
  kProducerLost = -17,
  kConsumerLost = -18,
  kClosed = -19,
  kInfoTooLarge = -20,
  kForked = -21,
  kSystem = -22,
};
// The name of a code, for programs: "producerLost".
const char* codeName(int code);

// What went wrong, in words for people: cause, place and remedy.
struct Failure {
  int code = kOk;
  char text[400] = "";
};

// Who gets a batch: one of the consumers, all that are there, or, of a ring that has one batch for good, whoever looks.
enum Mode : uint32_t { kShare = 0, kBroadcast = 1, kStill = 2 };

constexpr uint32_t kMostSlots = 1024;
constexpr uint32_t kMostTensors = 16;
constexpr uint32_t kMostAxes = 6;
constexpr uint32_t kMostInfo = 1u << 20;
constexpr uint32_t kConsumers = 63;
constexpr size_t kNameBytes = 64;
// A GPU's block is a multiple of this: smaller ones may lie in one allocation with others, which would be shared too.
constexpr uint64_t kGpuBlock = uint64_t{2} << 20;

// A tensor of every slot; the first axis counts what a batch holds.
struct TensorSpec {
  char name[kNameBytes];
  char dtype[8];
  char layout[8];
  uint32_t axes;
  uint32_t reserved;
  uint64_t shape[kMostAxes];
};

// What a ring is made of. Everything else follows from it.
struct Spec {
  uint32_t slots;
  uint32_t mode;
  // Room for each batch's info, in bytes.
  uint32_t infoBytes;
  uint32_t tensors;
  TensorSpec tensor[kMostTensors];
};

// Where the slots' bytes lie: in the file, or in one block of a GPU's memory that other processes open by its handle.
enum PlaceKind : uint32_t { kInFile = 0, kOnGpu = 1 };
struct Place {
  uint32_t kind;
  uint32_t reserved;
  // Of the block on a GPU: its size, the GPU, and what CUDA opens it by (CUipcMemHandle).
  uint64_t bytes;
  uint8_t uuid[16];
  uint8_t handle[64];
};

// Takes a GPU's memory for a ring and writes down where it lies. What it throws goes through create().
struct Placing {
  void (*take)(void* context, uint64_t bytes, Place& place);
  void* context;
};

// Where things lie, in bytes from the beginning of the file, and of a slot's data. `data` and `total` leave out what is on a GPU.
struct Layout {
  uint64_t info;
  uint64_t data;
  uint64_t slotBytes;
  // What all slots take on a GPU; 0: they are in the file.
  uint64_t gpuBytes;
  uint64_t total;
  uint64_t offset[kMostTensors];
  uint64_t bytes[kMostTensors];
};

struct Header;
struct Consumer;
struct Slot;

struct Batch {
  uint64_t sequence;
  // Null on a GPU.
  uint8_t* data;
  const char* info;
  uint32_t infoBytes;
  uint32_t count;
};

// One side of a ring: its producer or one of its consumers. All functions may be called from any thread.
class Ring {
 public:
  // Both give null where `failure` says why. `placing`: the slots are to be on a GPU.
  static Ring* create(const char* name, const Spec& spec, const Placing* placing, Failure& failure);
  static Ring* open(const char* name, Failure& failure);
  // Leaves the ring and forgets the memory: whoever calls it is done with all slots.
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  const Spec& spec() const { return spec_; }
  const Layout& layout() const { return layout_; }
  const Place& place() const { return place_; }
  const char* name() const { return name_; }

  // The producer. acquire() gives a slot's number, kNothing, or an error's code.
  int acquire(Failure& failure);
  int publish(uint32_t slot, uint32_t count, const char* info, size_t infoBytes, Failure& failure);
  void cancel(uint32_t slot);
  // The producer publishes no more: consumers come to an end once they have had everything.
  void end();
  // Whether consumers have everything and have given it back.
  bool drained(Failure& failure);

  // A consumer. take() gives a slot's number, kNothing, kEnd, or an error's code.
  int take(Failure& failure);
  void give(uint32_t slot);

  Batch batch(uint32_t slot) const;
  uint8_t* data(uint32_t slot) const;
  // Returns once something has changed since the last acquire(), take() or drained(), or after the time.
  void wait(uint32_t milliseconds);
  // A producer calls end(), and nobody else can open it. A consumer takes no more.
  void close();
  bool isProducer() const { return isProducer_; }
  // The producer is gone though its memory is not yet: without close() consumers take it for lost.
  void leave();
  // Whether no consumer is there any more, and none can come: the producer's memory on a GPU is nobody else's. After close() or leave().
  bool isLeft();
  // Whether the producer is there.
  bool producerLives() const;

 private:
  // One that is neither mapped nor locked yet.
  static Ring* made(const char* name, uint64_t inode, const Spec& spec, const Place& place, const Layout& layout, Failure& failure);
  Ring() = default;
  bool map(int file, uint64_t bytes, Failure& failure);
  bool enter(Failure& failure);
  void recover(uint32_t consumer, bool isLost);
  void recoverLost(bool always);
  void removeFile() const;
  int refuse(int code, Failure& failure) const;
  friend struct Registry;

  Spec spec_{};
  Place place_{};
  Layout layout_{};
  char name_[128] = "";
  bool isProducer_ = false;
  bool isClosed_ = false;
  std::atomic<bool> isForked_{false};
  int locks_ = -1;
  uint32_t self_ = 0;
  uint8_t* base_ = nullptr;
  uint64_t inode_ = 0;
  Header* header_ = nullptr;
  Consumer* consumers_ = nullptr;
  Slot* slots_ = nullptr;
  // Slots that this side has, by number.
  bool held_[kMostSlots] = {};
  std::atomic<uint32_t> seen_{0};
  uint64_t published_ = 0;
  uint32_t next_ = 0;
  uint32_t lostBefore_ = 0;
  uint64_t looked_ = 0;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  Ring* following_ = nullptr;
};

}  // namespace ring
}  // namespace cuweave
