// A stand-in for NVIDIA's driver, so that the addon's CUDA side can be tested without a GPU. Streams are threads, device
// memory is the host's, filled with 0xDD when it is freed; what cuMemAlloc gives can be opened in other processes. It is strict where a real driver would only be slow or lucky: a copy
// to ordinary host memory is refused. CUWEAVE_FAKE_FAIL=cuEventRecord:700 makes a function fail. Compiled with
// -DMEMORY_MIB and -DWORK_MICROSECONDS it has another size and speed.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

#ifndef MEMORY_MIB
#define MEMORY_MIB 64
#endif
#ifndef WORK_MICROSECONDS
#define WORK_MICROSECONDS 2000
#endif
constexpr size_t kTotal = size_t{MEMORY_MIB} << 20;

struct Kernel {
  void (*work)(void*);
  std::shared_ptr<void> data;
};
using Graph = std::vector<Kernel>;
struct Stream {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> work;
  size_t queued = 0, done = 0;
  bool ending = false;
  // What is enqueued while a graph is captured goes there.
  Graph* capturing = nullptr;
};
struct Event {
  std::mutex mutex;
  std::condition_variable changed;
  // An event may be recorded anew before its last place has passed, and places of several streams pass in any order.
  uint64_t recorded = 0;
  std::set<uint64_t> pending;
  std::chrono::steady_clock::time_point at;
};

std::mutex heapMutex;
std::map<uint64_t, size_t> heap, pinned;
size_t used = 0;

// Blocks that processes share: files without a name, mapped. Of one that was opened from elsewhere there is no file.
struct Mapped {
  int file;
  size_t bytes;
};
std::map<uint64_t, Mapped> mapped;
// What names such a block for other processes, for as long as its own has it.
struct Handle {
  char magic[8];
  int process, file;
  size_t bytes;
  unsigned serial;
  char rest[36];
};
static_assert(sizeof(Handle) == 64, "as CUipcMemHandle");

int injected(const char* name) {
  const char* wish = getenv("CUWEAVE_FAKE_FAIL");
  if (!wish) return 0;
  const std::string text = wish;
  const auto colon = text.find(':');
  return colon != std::string::npos && text.substr(0, colon) == name ? std::atoi(text.c_str() + colon + 1) : 0;
}
#define INJECT() \
  if (const int code = injected(__func__)) return code

void run(Stream* stream) {
  std::unique_lock lock(stream->mutex);
  for (;;) {
    stream->changed.wait(lock, [&] { return stream->ending || !stream->work.empty(); });
    if (stream->work.empty()) break;
    auto next = std::move(stream->work.front());
    stream->work.pop_front();
    lock.unlock();
    next();
    lock.lock();
    ++stream->done;
    stream->changed.notify_all();
  }
}
// Of a null handle: the legacy default stream.
Stream* named(Stream* stream) {
  if (stream) return stream;
  static Stream* legacy = [] {
    auto* made = new Stream();
    std::thread(run, made).detach();
    return made;
  }();
  return legacy;
}
void enqueue(Stream* handle, std::function<void()> work) {
  Stream* stream = named(handle);
  std::lock_guard lock(stream->mutex);
  stream->work.push_back(std::move(work));
  ++stream->queued;
  stream->changed.notify_all();
}
bool inside(const std::map<uint64_t, size_t>& blocks, uint64_t pointer, size_t bytes) {
  std::lock_guard lock(heapMutex);
  auto next = blocks.upper_bound(pointer);
  if (next == blocks.begin()) return false;
  --next;
  return pointer + bytes <= next->first + next->second;
}
int allocate(unsigned long long* pointer, size_t bytes) {
  std::lock_guard lock(heapMutex);
  if (used + bytes > kTotal) return 2;
  *pointer = reinterpret_cast<uint64_t>(std::aligned_alloc(256, (bytes + 255) / 256 * 256));
  heap[*pointer] = bytes;
  used += bytes;
  return 0;
}
uint64_t map(int file, size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return at == MAP_FAILED ? 0 : reinterpret_cast<uint64_t>(at);
}
// Memory that another process can open.
int allocateMapped(unsigned long long* pointer, size_t bytes) {
  std::lock_guard lock(heapMutex);
  if (used + bytes > kTotal) return 2;
  const int file = memfd_create("cuda", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, static_cast<off_t>(bytes)) != 0 || (*pointer = map(file, bytes)) == 0) return 999;
  heap[*pointer] = bytes;
  mapped[*pointer] = {file, bytes};
  used += bytes;
  return 0;
}
void release(uint64_t pointer) {
  std::lock_guard lock(heapMutex);
  const auto block = heap.find(pointer);
  if (block == heap.end()) std::abort();
  std::memset(reinterpret_cast<void*>(pointer), 0xDD, block->second);
  if (const auto shared = mapped.find(pointer); shared != mapped.end()) {
    if (shared->second.file < 0) std::abort();
    munmap(reinterpret_cast<void*>(pointer), shared->second.bytes);
    close(shared->second.file);
    mapped.erase(shared);
  } else {
    std::free(reinterpret_cast<void*>(pointer));
  }
  used -= block->second;
  heap.erase(block);
}
// Copies and kernels take a while, so that what is given back or read too early is seen.
void takeTime() { std::this_thread::sleep_for(std::chrono::microseconds(WORK_MICROSECONDS)); }
void copyRows(uint64_t to, size_t toPitch, uint64_t from, size_t fromPitch, size_t bytes, size_t rows) {
  takeTime();
  for (size_t row = 0; row < rows; ++row) {
    std::memcpy(reinterpret_cast<char*>(to) + row * toPitch, reinterpret_cast<char*>(from) + row * fromPitch, bytes);
  }
}
struct Copy2D {
  size_t srcX, srcY;
  int srcType;
  const void* srcHost;
  unsigned long long srcDevice;
  void* srcArray;
  size_t srcPitch;
  size_t dstX, dstY;
  int dstType;
  void* dstHost;
  unsigned long long dstDevice;
  void* dstArray;
  size_t dstPitch;
  size_t width, height;
};

}  // namespace

extern "C" {

// For kernels: handmade ones, and those of test/support/standIn.
// `forget` frees the data, which a graph uses more than once.
void cuFakeEnqueue(Stream* stream, void (*work)(void*), void* data, void (*forget)(void*)) {
  const std::shared_ptr<void> kept(data, forget);
  if (stream && stream->capturing) {
    stream->capturing->push_back({work, kept});
    return;
  }
  enqueue(stream, [=] {
    takeTime();
    work(kept.get());
  });
}
// Surfaces of a decoder: memory that is there all along, and counts as used while a picture is in it.
unsigned long long cuFakeReserve(size_t bytes) {
  unsigned long long pointer = 0;
  if (allocate(&pointer, bytes) != 0) return 0;
  std::lock_guard lock(heapMutex);
  used -= bytes;
  return pointer;
}
void cuFakeRelease(unsigned long long pointer) {
  {
    std::lock_guard lock(heapMutex);
    used += heap.at(pointer);
  }
  release(pointer);
}
void cuFakeMap(unsigned long long pointer) {
  std::lock_guard lock(heapMutex);
  used += heap.at(pointer);
}
// What is in it is overwritten when the stream comes so far.
void cuFakeUnmap(Stream* stream, unsigned long long pointer) {
  size_t bytes = 0;
  {
    std::lock_guard lock(heapMutex);
    used -= bytes = heap.at(pointer);
  }
  enqueue(stream, [=] { std::memset(reinterpret_cast<void*>(pointer), 0xDD, bytes); });
}
int cuStreamBeginCapture_v2(Stream* stream, int) {
  INJECT();
  if (!stream || stream->capturing) return 900;
  stream->capturing = new Graph();
  return 0;
}
int cuStreamEndCapture(Stream* stream, Graph** graph) {
  INJECT();
  *graph = stream->capturing;
  stream->capturing = nullptr;
  return *graph ? 0 : 901;
}
int cuGraphInstantiateWithFlags(Graph** executable, Graph* graph, unsigned long long) {
  INJECT();
  *executable = new Graph(*graph);
  return 0;
}
int cuGraphDestroy(Graph* graph) { delete graph; return 0; }
int cuGraphExecDestroy(Graph* graph) { delete graph; return 0; }
int cuGraphLaunch(Graph* graph, Stream* stream) {
  INJECT();
  enqueue(stream, [kernels = *graph] {
    for (const auto& [work, data] : kernels) {
      takeTime();
      work(data.get());
    }
  });
  return 0;
}

int cuInit(unsigned) { INJECT(); return 0; }
int cuDriverGetVersion(int* version) { *version = injected("version") ? injected("version") : 13000; return 0; }
int cuGetErrorName(int code, const char** name) {
  *name = code == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : code == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS" : code == 209 ? "CUDA_ERROR_NO_BINARY_FOR_GPU" : "CUDA_ERROR_FAKE";
  return 0;
}
int cuGetErrorString(int code, const char** text) {
  *text = code == 2 ? "out of memory" : code == 700 ? "an illegal memory access was encountered" : code == 209 ? "no kernel image is available for execution on the device" : "fake";
  return 0;
}
int cuDeviceGetCount(int* count) { *count = 1; return 0; }
int cuDeviceGet(int* device, int ordinal) { *device = ordinal; return ordinal == 0 ? 0 : 101; }
int cuDeviceGetName(char* name, int size, int) { std::strncpy(name, "Fake GPU", size); return 0; }
int cuDeviceGetUuid_v2(unsigned char* uuid, int) {
  std::memset(uuid, injected("uuid") ? injected("uuid") : 0xFA, 16);
  return 0;
}
int cuDeviceTotalMem_v2(size_t* bytes, int) { *bytes = kTotal; return 0; }
int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 4 : injected("noPools") ? 0 : 1;
  return 0;
}
int cuDeviceGetDefaultMemPool(void** pool, int) { *pool = &heap; return 0; }
int cuMemPoolSetAttribute(void*, int, void*) { return 0; }
// The heap keeps nothing that is freed.
int cuMemPoolGetAttribute(void*, int attribute, void* value) {
  if (attribute != 5) return 1;
  *static_cast<uint64_t*>(value) = used;
  return 0;
}
int cuMemPoolTrimTo(void*, size_t) { return 0; }
int cuDevicePrimaryCtxRetain(void** context, int) { *context = &heap; return 0; }
thread_local void* current = nullptr;
int cuCtxSetCurrent(void* context) { current = context; return 0; }
// What Python calls: the addon sets the context and leaves it.
thread_local std::vector<void*> pushed;
int cuCtxGetCurrent(void** context) { *context = current; return 0; }
int cuCtxPushCurrent_v2(void* context) { pushed.push_back(current); current = context; return 0; }
int cuCtxPopCurrent_v2(void** context) {
  if (pushed.empty()) return 201;
  *context = current;
  current = pushed.back();
  pushed.pop_back();
  return 0;
}
// CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL alone.
int cuPointerGetAttribute(int* ordinal, int attribute, unsigned long long pointer) {
  *ordinal = 0;
  return attribute == 9 && inside(heap, pointer, 1) ? 0 : 1;
}
int cuMemGetInfo_v2(size_t* free, size_t* total) { *total = kTotal; *free = kTotal - used; return 0; }
int cuMemAlloc_v2(unsigned long long* pointer, size_t bytes) { INJECT(); return allocateMapped(pointer, bytes); }
int cuMemFree_v2(unsigned long long pointer) { release(pointer); return 0; }
int cuMemGetAddressRange_v2(unsigned long long* base, size_t* bytes, unsigned long long pointer) {
  INJECT();
  std::lock_guard lock(heapMutex);
  const auto next = heap.upper_bound(pointer);
  if (next == heap.begin()) return 1;
  *base = std::prev(next)->first;
  *bytes = std::prev(next)->second;
  return 0;
}
int cuIpcGetMemHandle(Handle* handle, unsigned long long pointer) {
  INJECT();
  std::lock_guard lock(heapMutex);
  const auto block = mapped.find(pointer);
  // A small one may share its page of the GPU with others.
  if (block == mapped.end() || block->second.bytes % (size_t{2} << 20) != 0) return 1;
  static unsigned serial = 0;
  *handle = {"fakeIpc", getpid(), block->second.file, block->second.bytes, ++serial, {}};
  return 0;
}
int cuIpcOpenMemHandle_v2(unsigned long long* pointer, Handle handle, unsigned flags) {
  INJECT();
  if (!current || handle.process == getpid()) return 201;
  if (flags != 1 || std::memcmp(handle.magic, "fakeIpc", 8) != 0) return 1;
  const std::string path = "/proc/" + std::to_string(handle.process) + "/fd/" + std::to_string(handle.file);
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return 1;
  *pointer = map(file, handle.bytes);
  close(file);
  if (*pointer == 0) return 205;
  std::lock_guard lock(heapMutex);
  heap[*pointer] = handle.bytes;
  mapped[*pointer] = {-1, handle.bytes};
  return 0;
}
int cuIpcCloseMemHandle(unsigned long long pointer) {
  std::lock_guard lock(heapMutex);
  const auto block = mapped.find(pointer);
  if (block == mapped.end() || block->second.file >= 0) return 1;
  munmap(reinterpret_cast<void*>(pointer), block->second.bytes);
  heap.erase(pointer);
  mapped.erase(block);
  return 0;
}
int cuMemAllocAsync(unsigned long long* pointer, size_t bytes, Stream*) { INJECT(); return allocate(pointer, bytes); }
int cuMemFreeAsync(unsigned long long pointer, Stream* stream) {
  INJECT();
  // On the default stream, which never has work here.
  if (!stream) release(pointer);
  else enqueue(stream, [=] { release(pointer); });
  return 0;
}
int cuMemHostAlloc(void** pointer, size_t bytes, unsigned) {
  INJECT();
  if (!current) return 201;
  *pointer = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  std::lock_guard lock(heapMutex);
  pinned[reinterpret_cast<uint64_t>(*pointer)] = bytes;
  return 0;
}
int cuMemFreeHost(void* pointer) {
  std::lock_guard lock(heapMutex);
  if (!pinned.erase(reinterpret_cast<uint64_t>(pointer))) std::abort();
  std::free(pointer);
  return 0;
}
int cuMemcpyHtoDAsync_v2(unsigned long long to, const void* from, size_t bytes, Stream* stream) {
  INJECT();
  const auto source = reinterpret_cast<uint64_t>(from);
  if (!inside(heap, to, bytes) || !inside(pinned, source, bytes)) return 1;
  enqueue(stream, [=] { copyRows(to, 0, source, 0, bytes, 1); });
  return 0;
}
int cuMemcpyDtoHAsync_v2(void* to, unsigned long long from, size_t bytes, Stream* stream) {
  INJECT();
  const auto target = reinterpret_cast<uint64_t>(to);
  if (!inside(heap, from, bytes) || !inside(pinned, target, bytes)) return 1;
  enqueue(stream, [=] { copyRows(target, 0, from, 0, bytes, 1); });
  return 0;
}
int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, Stream* stream) {
  INJECT();
  if (!inside(heap, from, bytes) || !inside(heap, to, bytes)) return 1;
  enqueue(stream, [=] { copyRows(to, 0, from, 0, bytes, 1); });
  return 0;
}
int cuMemcpy2DAsync_v2(const Copy2D* copy, Stream* stream) {
  const Copy2D c = *copy;
  const uint64_t from = c.srcType == 1 ? reinterpret_cast<uint64_t>(c.srcHost) : c.srcDevice;
  const uint64_t to = c.dstType == 1 ? reinterpret_cast<uint64_t>(c.dstHost) : c.dstDevice;
  const auto span = [&](size_t pitch) { return pitch * (c.height - 1) + c.width; };
  const size_t most = 0x7fffffff;
  const auto fits = [&](int type, uint64_t pointer, size_t pitch) {
    return pitch >= c.width && pitch <= most && inside(type == 1 ? pinned : heap, pointer, span(pitch));
  };
  if (!fits(c.srcType, from, c.srcPitch) || !fits(c.dstType, to, c.dstPitch)) {
    return 1;
  }
  enqueue(stream, [=] { copyRows(to, c.dstPitch, from, c.srcPitch, c.width, c.height); });
  return 0;
}
int cuStreamCreate(Stream** stream, unsigned) {
  INJECT();
  if (!current) return 201;
  *stream = new Stream();
  std::thread(run, *stream).detach();
  return 0;
}
int cuStreamGetCtx(Stream* stream, void** context) {
  INJECT();
  // Streams of another device's context have odd addresses here.
  *context = reinterpret_cast<uint64_t>(stream) % 2 == 1 ? static_cast<void*>(&current) : static_cast<void*>(&heap);
  return 0;
}
int cuStreamDestroy_v2(Stream* stream) {
  std::lock_guard lock(stream->mutex);
  if (stream->ending) std::abort();
  stream->ending = true;
  stream->changed.notify_all();
  return 0;
}
int cuStreamSynchronize(Stream* handle) {
  INJECT();
  Stream* stream = named(handle);
  std::unique_lock lock(stream->mutex);
  const size_t until = stream->queued;
  stream->changed.wait(lock, [&] { return stream->done >= until; });
  return 0;
}
int cuStreamIsCapturing(Stream* stream, int* status) {
  *status = stream && stream->capturing ? 1 : 0;
  return 0;
}
int cuLaunchHostFunc(Stream* stream, void (*call)(void*), void* data) {
  INJECT();
  enqueue(stream, [=] { call(data); });
  return 0;
}
int cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
  std::lock_guard lock(event->mutex);
  enqueue(stream, [event, until = event->recorded] {
    std::unique_lock lock(event->mutex);
    event->changed.wait(lock, [&] { return event->pending.count(until) == 0; });
  });
  return 0;
}
int cuEventCreate(Event** event, unsigned) { INJECT(); *event = new Event(); return 0; }
int cuEventDestroy_v2(Event*) { return 0; }
int cuEventRecord(Event* event, Stream* stream) {
  INJECT();
  std::lock_guard lock(event->mutex);
  event->pending.insert(++event->recorded);
  enqueue(stream, [event, now = event->recorded] {
    std::lock_guard lock(event->mutex);
    event->pending.erase(now);
    event->at = std::chrono::steady_clock::now();
    event->changed.notify_all();
  });
  return 0;
}
int cuEventQuery(Event* event) {
  std::lock_guard lock(event->mutex);
  return event->pending.count(event->recorded) == 0 ? 0 : 600;
}
int cuEventSynchronize(Event* event) {
  INJECT();
  std::unique_lock lock(event->mutex);
  const uint64_t until = event->recorded;
  event->changed.wait(lock, [&] { return event->pending.count(until) == 0; });
  return 0;
}
int cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
  *milliseconds = std::chrono::duration<float, std::milli>(end->at - start->at).count();
  return 0;
}

}  // extern "C"
