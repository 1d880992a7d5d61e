#include "ring.h"

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <initializer_list>
#include <linux/futex.h>
#include <new>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cuweave {
namespace ring {

// The file: a page of Header, a page of Consumers, the Slots, each batch's info, and the batches where they are not on a GPU.
// Every word has one writer at a time, but for `holders`, whose bits do.

// What is read before a file is mapped, and all else follows from.
struct Start {
  char magic[8];
  uint32_t version;
  uint32_t headerBytes;
  uint64_t total;
  Spec spec;
  Place place;
};

struct Header {
  Start start;
  // Raised by whoever publishes or closes, and by whoever gives back, comes or goes.
  alignas(64) std::atomic<uint32_t> written;
  alignas(64) std::atomic<uint32_t> freed;
  alignas(64) std::atomic<uint32_t> closed;
  std::atomic<uint32_t> lost;
  // The producer gives its memory on a GPU back: who comes now is too late.
  std::atomic<uint32_t> released;
};
struct Consumer {
  std::atomic<uint32_t> state;
  uint32_t reserved[15];
};
struct Slot {
  std::atomic<uint64_t> sequence;
  // Bits of the consumers that are to read it or read it; 0: free.
  std::atomic<uint64_t> holders;
  std::atomic<uint32_t> count;
  std::atomic<uint32_t> infoBytes;
  uint32_t reserved[10];
};
static_assert(sizeof(Consumer) == 64 && sizeof(Slot) == 64, "entries are lines of the cache");
static_assert(std::atomic<uint64_t>::is_always_lock_free, "processes share what needs no lock");

namespace {

constexpr char kMagic[8] = {'c', 'u', 'w', 'e', 'a', 'v', 'e', 'R'};
constexpr uint32_t kFormat = 2;
constexpr uint64_t kPage = 4096;
constexpr uint64_t kUnclaimed = uint64_t{1} << 63;
enum State : uint32_t { kAway = 0, kThere = 1, kLeaving = 2 };
// Bytes of the file that are locked for as long as somebody lives: the producer's, and one for each consumer.
constexpr off_t kProducerLock = 0;
constexpr off_t kConsumerLock = 1;
// How often those that wait look after the others.
constexpr uint32_t kLookMilliseconds = 200;
static_assert(sizeof(Header) <= kPage, "the header is a page");

uint64_t milliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1000000;
}

__attribute__((format(printf, 3, 4))) int failed(Failure& failure, int code, const char* format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(failure.text, sizeof failure.text, format, values);
  va_end(values);
  failure.code = code;
  return code;
}

void wake(std::atomic<uint32_t>& word) {
  word.fetch_add(1);
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

struct flock oneByte(off_t byte, short type) {
  struct flock wish {};
  wish.l_type = type;
  wish.l_whence = SEEK_SET;
  wish.l_start = byte;
  wish.l_len = 1;
  return wish;
}
// A lock of the open file: it goes with the process, however that ends, and two openings in one process are two owners.
bool lock(int file, off_t byte) {
  struct flock wish = oneByte(byte, F_WRLCK);
  return fcntl(file, F_OFD_SETLK, &wish) == 0;
}
void unlock(int file, off_t byte) {
  struct flock wish = oneByte(byte, F_UNLCK);
  fcntl(file, F_OFD_SETLK, &wish);
}
bool isLocked(int file, off_t byte) {
  struct flock found = oneByte(byte, F_WRLCK);
  return fcntl(file, F_OFD_GETLK, &found) == 0 && found.l_type != F_UNLCK;
}

struct File {
  int number = -1;
  File() = default;
  explicit File(int number) : number(number) {}
  ~File() {
    if (number >= 0) ::close(number);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int take() {
    const int taken = number;
    number = -1;
    return taken;
  }
};

bool isName(const char* name) {
  const size_t length = std::strlen(name);
  if (length < 1 || length > 64 || name[0] == '.') return false;
  for (const char* at = name; *at; ++at) {
    const bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
    if (!letter && !(*at >= '0' && *at <= '9') && *at != '-' && *at != '_' && *at != '.') return false;
  }
  return true;
}
bool checkName(const char* name, Failure& failure) {
  if (isName(name)) return true;
  failed(failure, kName, "Expected a ring's name of 1 to 64 letters, digits, '-', '_' and '.', without a dot in front.");
  return false;
}

bool folderPath(char* path, size_t bytes) {
  const char* own = std::getenv("CUWEAVE_RINGS");
  const bool isNamed = own && *own;
  const int length = isNamed ? snprintf(path, bytes, "%s", own)
                             : snprintf(path, bytes, "/dev/shm/cuweave-%u", static_cast<unsigned>(geteuid()));
  return length > 0 && static_cast<size_t>(length) < bytes;
}

// The user's own folder; nobody else may look into it.
int openFolder(bool make, Failure& failure) {
  char path[PATH_MAX];
  if (!folderPath(path, sizeof path)) {
    failed(failure, kSystem, "CUWEAVE_RINGS is longer than a path may be. Set it to a folder in memory.");
    return -1;
  }
  if (make && mkdir(path, 0700) != 0 && errno != EEXIST) {
    failed(failure, kSystem, "The folder of rings %.180s cannot be made: %s. Set CUWEAVE_RINGS to a folder in memory.", path,
           std::strerror(errno));
    return -1;
  }
  File folder(::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder.number < 0) {
    if (errno == ENOENT) failed(failure, kMissing, "There are no rings: there is no folder %.180s. Start the producer first.", path);
    else
      failed(failure, kRefused, "The folder of rings %.180s is refused: it is a link, or no folder of yours (%s). Remove it.", path,
             std::strerror(errno));
    return -1;
  }
  struct stat found;
  if (fstat(folder.number, &found) != 0 || found.st_uid != geteuid() || (found.st_mode & 077) != 0) {
    failed(failure, kRefused,
           "The folder of rings %.180s is refused: it must be yours, and closed to others (chmod 700), since who writes there "
           "writes into your programs' memory.",
           path);
    return -1;
  }
  return folder.take();
}

// Makes, sweeps and removals of a folder's files come one after the other.
int lockFolder(int folder, Failure& failure) {
  File file(openat(folder, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  int done = -1;
  if (file.number >= 0) {
    do done = flock(file.number, LOCK_EX);
    while (done != 0 && errno == EINTR);
  }
  if (done != 0) {
    failed(failure, kSystem, "The folder of rings cannot be locked: %s.", std::strerror(errno));
    return -1;
  }
  return file.take();
}

// Opens a file of the folder if it is an ordinary one of ours that nobody else can open.
int openFile(int folder, const char* name, struct stat& found, Failure& failure) {
  File file(openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.number < 0) {
    if (errno == ENOENT) failed(failure, kMissing, "There is no ring '%s'. Start its producer first.", name);
    else
      failed(failure, kRefused, "Ring '%s' is refused: its file is a link, or cannot be opened (%s). Remove it.", name,
             std::strerror(errno));
    return -1;
  }
  if (fstat(file.number, &found) != 0 || !S_ISREG(found.st_mode) || found.st_nlink > 1) {
    failed(failure, kRefused, "Ring '%s' is refused: it is no file of its own. Remove it.", name);
    return -1;
  }
  if (found.st_uid != geteuid() || (found.st_mode & 077) != 0) {
    failed(failure, kRefused, "Ring '%s' is refused: its file must be yours, and closed to others (mode 0600). Remove it.", name);
    return -1;
  }
  return file.take();
}

// Files whose producer is gone. Those who still read them keep what they have.
void sweep(int folder) {
  const int own = dup(folder);
  DIR* list = own < 0 ? nullptr : fdopendir(own);
  if (!list) {
    if (own >= 0) ::close(own);
    return;
  }
  rewinddir(list);
  while (const dirent* entry = readdir(list)) {
    const bool isHalf = std::strcmp(entry->d_name, ".new") == 0;
    if (!isHalf && !isName(entry->d_name)) continue;
    struct stat found;
    Failure ignored;
    File file(openFile(folder, entry->d_name, found, ignored));
    if (file.number < 0 || isLocked(file.number, kProducerLock)) continue;
    char magic[sizeof kMagic] = {};
    const bool isRing = pread(file.number, magic, sizeof magic, 0) == sizeof magic && std::memcmp(magic, kMagic, sizeof magic) == 0;
    if (isHalf || isRing) unlinkat(folder, entry->d_name, 0);
  }
  closedir(list);
}

uint64_t bytesOf(const char* dtype) {
  static const struct {
    const char* name;
    uint64_t bytes;
  } known[] = {{"u8", 1}, {"u16", 2}, {"i32", 4}, {"f16", 2}, {"bf16", 2}, {"f32", 4}, {"f64", 8}, {"i64", 8}};
  for (const auto& type : known) {
    if (std::strncmp(dtype, type.name, 8) == 0) return type.bytes;
  }
  return 0;
}
bool isLayout(const char* layout) {
  for (const char* known : {"NHWC", "NCHW", "HWC", "CHW", "any"}) {
    if (std::strncmp(layout, known, 8) == 0) return true;
  }
  return false;
}
bool isTensorName(const char* name) {
  if (!((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z') || name[0] == '_')) return false;
  for (size_t at = 0; at < kNameBytes; ++at) {
    const char c = name[at];
    if (c == 0) return true;
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return false;
}
uint64_t rounded(uint64_t bytes, uint64_t to) { return (bytes + to - 1) / to * to; }

// Where everything lies; false where a size is out of its bounds. Nothing overflows: a tensor has 2^46 bytes at most.
bool layOut(const Spec& spec, uint32_t place, Layout& layout) {
  if (spec.slots < 1 || spec.slots > kMostSlots || spec.mode > kStill || spec.infoBytes > kMostInfo) return false;
  if (spec.tensors < 1 || spec.tensors > kMostTensors || place > kOnGpu) return false;
  layout.slotBytes = 0;
  for (uint32_t n = 0; n < spec.tensors; ++n) {
    const TensorSpec& tensor = spec.tensor[n];
    uint64_t bytes = bytesOf(tensor.dtype);
    if (bytes == 0 || !isLayout(tensor.layout) || !isTensorName(tensor.name)) return false;
    if (tensor.axes < 1 || tensor.axes > kMostAxes) return false;
    for (uint32_t axis = 0; axis < tensor.axes; ++axis) {
      const uint64_t size = tensor.shape[axis];
      if (size < 1 || size > INT_MAX || bytes > (uint64_t{1} << 46) / size) return false;
      bytes *= size;
    }
    layout.offset[n] = layout.slotBytes;
    layout.bytes[n] = bytes;
    layout.slotBytes = rounded(layout.slotBytes + bytes, kPage);
  }
  layout.info = 2 * kPage + spec.slots * sizeof(Slot);
  layout.data = rounded(layout.info + spec.slots * rounded(spec.infoBytes, 64), kPage);
  const uint64_t bytes = spec.slots * layout.slotBytes;
  layout.gpuBytes = place == kOnGpu ? rounded(bytes, kGpuBlock) : 0;
  layout.total = place == kOnGpu ? layout.data : layout.data + bytes;
  return layout.data + bytes <= (uint64_t{1} << 47);
}

}  // namespace

// The rings of this process. A forked child must not keep the locks: they say who lives.
struct Registry {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  Ring* first = nullptr;

  static Registry& one() {
    static Registry* made = [] {
      auto* registry = new Registry;
      pthread_atfork([] { pthread_mutex_lock(&one().mutex); }, [] { pthread_mutex_unlock(&one().mutex); }, inChild);
      return registry;
    }();
    return *made;
  }
  static void inChild() {
    for (Ring* ring = one().first; ring; ring = ring->following_) {
      ring->isForked_ = true;
      ::close(ring->locks_);
      ring->locks_ = -1;
      // Another thread may have had it.
      ring->mutex_ = PTHREAD_MUTEX_INITIALIZER;
    }
    pthread_mutex_unlock(&one().mutex);
  }
  void add(Ring* ring) {
    pthread_mutex_lock(&mutex);
    ring->following_ = first;
    first = ring;
    pthread_mutex_unlock(&mutex);
  }
  void remove(Ring* ring) {
    pthread_mutex_lock(&mutex);
    for (Ring** at = &first; *at; at = &(*at)->following_) {
      if (*at == ring) {
        *at = ring->following_;
        break;
      }
    }
    pthread_mutex_unlock(&mutex);
  }
};

namespace {
struct Guard {
  pthread_mutex_t& mutex;
  explicit Guard(pthread_mutex_t& mutex) : mutex(mutex) { pthread_mutex_lock(&mutex); }
  ~Guard() { pthread_mutex_unlock(&mutex); }
};
}  // namespace

const char* codeName(int code) {
  switch (code) {
    case kName: return "name";
    case kMissing: return "missing";
    case kExists: return "exists";
    case kRefused: return "refused";
    case kVersion: return "version";
    case kFull: return "full";
    case kNoRoom: return "noRoom";
    case kProducerLost: return "producerLost";
    case kConsumerLost: return "consumerLost";
    case kClosed: return "closed";
    case kInfoTooLarge: return "infoTooLarge";
    case kForked: return "forked";
    default: return "system";
  }
}

bool Ring::map(int file, uint64_t bytes, Failure& failure) {
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    failed(failure, errno == ENOMEM ? kNoRoom : kSystem, "Ring '%s' of %llu bytes cannot be mapped: %s.", name_,
           static_cast<unsigned long long>(bytes), std::strerror(errno));
    return false;
  }
  base_ = static_cast<uint8_t*>(mapped);
  header_ = reinterpret_cast<Header*>(base_);
  consumers_ = reinterpret_cast<Consumer*>(base_ + kPage);
  slots_ = reinterpret_cast<Slot*>(base_ + 2 * kPage);
  return true;
}

Ring* Ring::made(const char* name, uint64_t inode, const Spec& spec, const Place& place, const Layout& layout, Failure& failure) {
  auto* ring = new (std::nothrow) Ring;
  if (!ring) {
    failed(failure, kNoRoom, "There is no memory for ring '%s'.", name);
    return nullptr;
  }
  snprintf(ring->name_, sizeof ring->name_, "%s", name);
  ring->inode_ = inode;
  ring->spec_ = spec;
  ring->place_ = place;
  ring->layout_ = layout;
  return ring;
}

Ring* Ring::create(const char* name, const Spec& spec, const Placing* placing, Failure& failure) {
  if (!checkName(name, failure)) return nullptr;
  Place place{};
  place.kind = placing ? kOnGpu : kInFile;
  Layout layout{};
  if (!layOut(spec, place.kind, layout)) {
    failed(failure, kRefused, "Ring '%s' is out of bounds: 1 to %u slots, 1 to %u tensors, and 128 TiB at most.", name, kMostSlots,
           kMostTensors);
    return nullptr;
  }
  File folder(openFolder(true, failure));
  if (folder.number < 0) return nullptr;
  File guard(lockFolder(folder.number, failure));
  if (guard.number < 0) return nullptr;
  sweep(folder.number);
  struct stat found;
  if (fstatat(folder.number, name, &found, AT_SYMLINK_NOFOLLOW) == 0) {
    Failure why;
    File file(openFile(folder.number, name, found, why));
    if (file.number >= 0 && isLocked(file.number, kProducerLock)) {
      failed(failure, kExists, "Ring '%s' is there: another process writes it. Take another name, or end that process.", name);
    } else if (file.number >= 0) {
      failed(failure, kRefused, "Ring '%s' is refused: its file is no ring. Remove it from the folder of rings.", name);
    } else {
      failure = why;
    }
    return nullptr;
  }
  if (placing) {
    place.bytes = layout.gpuBytes;
    placing->take(placing->context, layout.gpuBytes, place);
  }
  unlinkat(folder.number, ".new", 0);
  File file(openat(folder.number, ".new", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  File locks(openat(folder.number, ".new", O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (file.number < 0 || locks.number < 0 || fchmod(file.number, 0600) != 0) {
    failed(failure, kSystem, "The file of ring '%s' cannot be made: %s.", name, std::strerror(errno));
    unlinkat(folder.number, ".new", 0);
    return nullptr;
  }
  lock(locks.number, kProducerLock);
  // All of it now: memory that is missing later would end the process.
  if (const int code = posix_fallocate(file.number, 0, static_cast<off_t>(layout.total)); code != 0) {
    failed(failure, code == ENOSPC || code == ENOMEM || code == EFBIG ? kNoRoom : kSystem,
           "There is no room for ring '%s' of %.1f MiB in shared memory: %s. Take fewer slots or smaller batches, or set CUWEAVE_RINGS to "
           "a larger folder.",
           name, static_cast<double>(layout.total) / 1048576, std::strerror(code));
    unlinkat(folder.number, ".new", 0);
    return nullptr;
  }
  fstat(file.number, &found);
  Ring* const ring = made(name, found.st_ino, spec, place, layout, failure);
  if (!ring) return nullptr;
  ring->isProducer_ = true;
  if (!ring->map(file.number, layout.total, failure)) {
    unlinkat(folder.number, ".new", 0);
    delete ring;
    return nullptr;
  }
  Start& start = ring->header_->start;
  start.version = kFormat;
  start.headerBytes = kPage;
  start.total = layout.total;
  start.spec = spec;
  start.place = place;
  std::memcpy(start.magic, kMagic, sizeof kMagic);
  if (renameat(folder.number, ".new", folder.number, name) != 0) {
    failed(failure, kSystem, "The file of ring '%s' cannot be named: %s.", name, std::strerror(errno));
    unlinkat(folder.number, ".new", 0);
    delete ring;
    return nullptr;
  }
  ring->locks_ = locks.take();
  Registry::one().add(ring);
  return ring;
}

Ring* Ring::open(const char* name, Failure& failure) {
  if (!checkName(name, failure)) return nullptr;
  File folder(openFolder(false, failure));
  if (folder.number < 0) return nullptr;
  struct stat found;
  File file(openFile(folder.number, name, found, failure));
  if (file.number < 0) return nullptr;
  const auto refused = [&](const char* why) {
    failed(failure, kRefused, "Ring '%s' is refused: %s. Remove its file, and start its producer again.", name, why);
    return nullptr;
  };
  Start start;
  if (pread(file.number, &start, sizeof start, 0) != sizeof start) return refused("its file is cut off");
  if (std::memcmp(start.magic, kMagic, sizeof kMagic) != 0) return refused("its file is no ring");
  if (start.version != kFormat) {
    failed(failure, kVersion, "Ring '%s' has version %u, and this side reads %u: build both with one version of cuweave.", name, start.version,
           kFormat);
    return nullptr;
  }
  Layout layout{};
  if (start.headerBytes != kPage || !layOut(start.spec, start.place.kind, layout) || start.place.bytes != layout.gpuBytes) {
    return refused("its sizes are out of bounds");
  }
  if (start.total != layout.total || static_cast<uint64_t>(found.st_size) != layout.total) {
    return refused("its file has another size than its batches take");
  }
  struct stat same;
  File locks(openat(folder.number, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (locks.number < 0 || fstat(locks.number, &same) != 0 || same.st_ino != found.st_ino || same.st_dev != found.st_dev) {
    failed(failure, kMissing, "Ring '%s' was replaced while it was opened. Open it again.", name);
    return nullptr;
  }
  Ring* const ring = made(name, found.st_ino, start.spec, start.place, layout, failure);
  if (!ring) return nullptr;
  ring->locks_ = locks.take();
  if (!ring->producerLives()) {
    Failure ignored;
    File guard(lockFolder(folder.number, ignored));
    if (guard.number >= 0) sweep(folder.number);
    failed(failure, kMissing, "There is no ring '%s': its producer has ended, and what it left was removed. Start it again.", name);
    ::close(ring->locks_);
    ring->locks_ = -1;
    delete ring;
    return nullptr;
  }
  if (!ring->map(file.number, layout.total, failure) || !ring->enter(failure)) {
    if (ring->locks_ >= 0) ::close(ring->locks_);
    ring->locks_ = -1;
    delete ring;
    return nullptr;
  }
  Registry::one().add(ring);
  return ring;
}

// Takes a consumer's place, which is its lock: only who has that changes the place's state.
bool Ring::enter(Failure& failure) {
  // A file is there for as long as it is mapped; a GPU's memory is the producer's, which must know who has it.
  if (spec_.mode == kStill && place_.kind == kInFile) {
    self_ = kConsumers;
    return true;
  }
  for (self_ = 0; self_ < kConsumers; ++self_) {
    if (!lock(locks_, kConsumerLock + self_)) continue;
    if (const uint32_t state = consumers_[self_].state.load(); state != kAway) recover(self_, state == kThere);
    consumers_[self_].state.store(kThere);
    wake(header_->freed);
    // The producer says first that it gives the memory back, and looks then: one of the two sees the other.
    if (header_->released.load() == 0) return true;
    recover(self_, false);
    failed(failure, kMissing, "There is no ring '%s': its producer has ended. Start it again.", name_);
    return false;
  }
  failed(failure, kFull, "Ring '%s' has %u consumers, which is all it can have. End one.", name_, kConsumers);
  return false;
}

// This side has the lock of the place: what the place held is free again.
void Ring::recover(uint32_t consumer, bool isLost) {
  consumers_[consumer].state.store(kLeaving);
  for (uint32_t slot = 0; slot < spec_.slots; ++slot) slots_[slot].holders.fetch_and(~(uint64_t{1} << consumer));
  if (isLost) header_->lost.fetch_add(1);
  consumers_[consumer].state.store(kAway);
}

// Looks for consumers that are there by their state and not by their lock.
void Ring::recoverLost(bool always) {
  const uint64_t now = milliseconds();
  if (!always && now - looked_ < kLookMilliseconds) return;
  looked_ = now;
  for (uint32_t consumer = 0; consumer < kConsumers; ++consumer) {
    if (consumers_[consumer].state.load() == kAway || !lock(locks_, kConsumerLock + consumer)) continue;
    // One that had closed the ring, and was not done with its last batches, is no loss.
    if (const uint32_t state = consumers_[consumer].state.load(); state != kAway) {
      recover(consumer, state == kThere);
      wake(header_->freed);
    }
    unlock(locks_, kConsumerLock + consumer);
  }
}

bool Ring::producerLives() const { return isLocked(locks_, kProducerLock); }

int Ring::refuse(int code, Failure& failure) const {
  if (code == kForked) {
    return failed(failure, kForked, "Ring '%s' was opened before this process was forked. Open it in the process that reads it.", name_);
  }
  return failed(failure, kClosed, "Ring '%s' is closed here. Open it again.", name_);
}

int Ring::acquire(Failure& failure) {
  Guard guard(mutex_);
  if (isForked_) return refuse(kForked, failure);
  if (isClosed_ || !isProducer_) return refuse(kClosed, failure);
  seen_ = header_->freed.load();
  recoverLost(false);
  const uint32_t lostNow = header_->lost.load();
  if (lostNow != lostBefore_) {
    const uint32_t count = lostNow - lostBefore_;
    lostBefore_ = lostNow;
    return failed(failure, kConsumerLost,
                  "%u of the consumers of ring '%s' ended without closing it. What they had not given back is free again, and "
                  "the ring can be used: go on, or start them again.",
                  count, name_);
  }
  if (spec_.mode == kBroadcast) {
    bool isThere = false;
    for (uint32_t consumer = 0; consumer < kConsumers && !isThere; ++consumer) isThere = consumers_[consumer].state.load() == kThere;
    if (!isThere) return kNothing;
  }
  for (uint32_t n = 0; n < spec_.slots; ++n) {
    const uint32_t slot = (next_ + n) % spec_.slots;
    if (held_[slot] || slots_[slot].holders.load() != 0) continue;
    held_[slot] = true;
    next_ = (slot + 1) % spec_.slots;
    return static_cast<int>(slot);
  }
  return kNothing;
}

int Ring::publish(uint32_t slot, uint32_t count, const char* info, size_t infoBytes, Failure& failure) {
  Guard guard(mutex_);
  if (isForked_) return refuse(kForked, failure);
  if (isClosed_ || !isProducer_ || slot >= spec_.slots || !held_[slot]) return refuse(kClosed, failure);
  if (infoBytes > spec_.infoBytes) {
    return failed(failure, kInfoTooLarge, "The info of a batch has %zu bytes, and ring '%s' has room for %u. Make it with more.", infoBytes,
                  name_, spec_.infoBytes);
  }
  Slot& target = slots_[slot];
  if (infoBytes > 0) std::memcpy(base_ + layout_.info + slot * rounded(spec_.infoBytes, 64), info, infoBytes);
  target.infoBytes.store(static_cast<uint32_t>(infoBytes));
  target.count.store(count);
  target.sequence.store(++published_);
  uint64_t readers = kUnclaimed;
  if (spec_.mode == kBroadcast) {
    readers = 0;
    for (uint32_t n = 0; n < kConsumers; ++n) readers |= consumers_[n].state.load() == kThere ? uint64_t{1} << n : 0;
  }
  held_[slot] = false;
  target.holders.store(readers);
  // Who left meanwhile may have let go of its slots before this one was its.
  if (spec_.mode == kBroadcast) {
    for (uint32_t n = 0; n < kConsumers; ++n) {
      const uint64_t bit = uint64_t{1} << n;
      if ((readers & bit) != 0 && consumers_[n].state.load() != kThere) target.holders.fetch_and(~bit);
    }
  }
  wake(header_->written);
  return kOk;
}

void Ring::cancel(uint32_t slot) {
  Guard guard(mutex_);
  if (isProducer_ && slot < spec_.slots) held_[slot] = false;
}

bool Ring::drained(Failure& failure) {
  Guard guard(mutex_);
  if (isForked_) return refuse(kForked, failure) == kOk;
  if (isClosed_ || !isProducer_) return true;
  seen_ = header_->freed.load();
  recoverLost(false);
  for (uint32_t slot = 0; slot < spec_.slots; ++slot) {
    if (slots_[slot].holders.load() != 0) return false;
  }
  return true;
}

int Ring::take(Failure& failure) {
  Guard guard(mutex_);
  if (isForked_) return refuse(kForked, failure);
  if (isClosed_ || isProducer_) return refuse(kClosed, failure);
  const uint64_t own = self_ < kConsumers ? uint64_t{1} << self_ : 0;
  // What was published before the producer closed or ended is seen by the second look.
  for (bool isLast = false;; isLast = true) {
    seen_ = header_->written.load();
    const bool isClosed = header_->closed.load() != 0;
    const bool mayBeLost = !isClosed && milliseconds() - looked_ >= kLookMilliseconds;
    for (;;) {
      uint32_t oldest = kMostSlots;
      uint64_t sequence = UINT64_MAX;
      for (uint32_t slot = 0; slot < spec_.slots; ++slot) {
        const uint64_t holders = slots_[slot].holders.load();
        const bool isMine = spec_.mode == kBroadcast ? (holders & own) != 0 : holders == kUnclaimed;
        if (!isMine || held_[slot]) continue;
        const uint64_t number = slots_[slot].sequence.load();
        if (number < sequence) {
          sequence = number;
          oldest = slot;
        }
      }
      if (oldest == kMostSlots) break;
      if (spec_.mode == kShare) {
        uint64_t unclaimed = kUnclaimed;
        if (!slots_[oldest].holders.compare_exchange_strong(unclaimed, own)) continue;
      }
      held_[oldest] = true;
      return static_cast<int>(oldest);
    }
    if (isLast) {
      return header_->closed.load() != 0 ? kEnd
                                         : failed(failure, kProducerLost,
                                                  "The producer of ring '%s' has ended without closing it. Start it again, and "
                                                  "open the ring anew.",
                                                  name_);
    }
    if (isClosed) continue;
    if (!mayBeLost) return kNothing;
    looked_ = milliseconds();
    if (producerLives()) return kNothing;
  }
}

void Ring::give(uint32_t slot) {
  Guard guard(mutex_);
  if (isForked_ || isProducer_ || slot >= spec_.slots || !held_[slot]) return;
  held_[slot] = false;
  if (spec_.mode == kStill) return;
  slots_[slot].holders.fetch_and(~(uint64_t{1} << self_));
  wake(header_->freed);
}

uint8_t* Ring::data(uint32_t slot) const {
  return place_.kind == kInFile ? base_ + layout_.data + slot * layout_.slotBytes : nullptr;
}

Batch Ring::batch(uint32_t slot) const {
  const Slot& from = slots_[slot];
  Batch found{};
  found.sequence = from.sequence.load();
  found.data = data(slot);
  found.info = reinterpret_cast<const char*>(base_ + layout_.info + slot * rounded(spec_.infoBytes, 64));
  found.infoBytes = from.infoBytes.load();
  found.count = from.count.load();
  // Whatever the other side wrote there.
  if (found.infoBytes > spec_.infoBytes) found.infoBytes = spec_.infoBytes;
  for (uint32_t n = 0; n < spec_.tensors; ++n) {
    if (found.count > spec_.tensor[n].shape[0]) found.count = static_cast<uint32_t>(spec_.tensor[n].shape[0]);
  }
  return found;
}

void Ring::wait(uint32_t most) {
  if (isForked_) return;
  const uint32_t until = most < kLookMilliseconds ? most : kLookMilliseconds;
  timespec time{static_cast<time_t>(until / 1000), static_cast<long>(until % 1000) * 1000000};
  std::atomic<uint32_t>& word = isProducer_ ? header_->freed : header_->written;
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), FUTEX_WAIT, seen_.load(), &time, nullptr, 0);
}

void Ring::close() {
  Guard guard(mutex_);
  if (isForked_ || isClosed_ || locks_ < 0) return;
  isClosed_ = true;
  if (!isProducer_) {
    if (self_ >= kConsumers) return;
    // What it has stays its own until it is given back; the rest is not for it.
    consumers_[self_].state.store(kLeaving);
    for (uint32_t slot = 0; slot < spec_.slots; ++slot) {
      if (!held_[slot]) slots_[slot].holders.fetch_and(~(uint64_t{1} << self_));
    }
    wake(header_->freed);
    return;
  }
  header_->closed.store(1);
  wake(header_->written);
  wake(header_->freed);
  removeFile();
}

void Ring::end() {
  Guard guard(mutex_);
  if (isForked_ || isClosed_ || !isProducer_) return;
  header_->closed.store(1);
  wake(header_->written);
}

void Ring::leave() {
  Guard guard(mutex_);
  if (isForked_ || !isProducer_ || locks_ < 0) return;
  if (!isClosed_) removeFile();
  isClosed_ = true;
  unlock(locks_, kProducerLock);
}

bool Ring::isLeft() {
  Guard guard(mutex_);
  if (isForked_ || !isProducer_ || !isClosed_) return false;
  header_->released.store(1);
  recoverLost(true);
  for (uint32_t consumer = 0; consumer < kConsumers; ++consumer) {
    if (consumers_[consumer].state.load() != kAway) return false;
  }
  return true;
}

void Ring::removeFile() const {
  Failure ignored;
  File folder(openFolder(false, ignored));
  if (folder.number < 0) return;
  File gate(lockFolder(folder.number, ignored));
  struct stat found;
  if (gate.number >= 0 && fstatat(folder.number, name_, &found, AT_SYMLINK_NOFOLLOW) == 0 && found.st_ino == inode_) {
    unlinkat(folder.number, name_, 0);
  }
}

Ring::~Ring() {
  if (locks_ >= 0 && !isForked_) {
    // A producer that has not closed has failed, and its consumers are to hear of it.
    if (isProducer_ && !isClosed_) removeFile();
    if (!isProducer_ && self_ < kConsumers) {
      recover(self_, false);
      wake(header_->freed);
    }
  }
  Registry::one().remove(this);
  if (locks_ >= 0) ::close(locks_);
  if (base_) munmap(base_, layout_.total);
}

}  // namespace ring
}  // namespace cuweave
