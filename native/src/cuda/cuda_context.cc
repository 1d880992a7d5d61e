#include "cuda/cuda_context.h"

#include <map>
#include <set>

namespace cuweave {

namespace {

// After these the context answers every call with the same error until the process ends.
const std::set<int> kSticky = {214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911, 999};

std::string named(CUresult code) { return errorName(code) + " (" + std::to_string(code) + "): " + errorText(code); }

}  // namespace

CudaContext& CudaContext::of(int ordinal) {
  static std::mutex mutex;
  // Never destroyed: at the process's end the driver may be gone before static objects are.
  static auto* contexts = new std::map<int, CudaContext*>();
  const DriverState& state = driverState();
  if (!state.driver) throw unavailable(state.reason, state.message);
  std::lock_guard lock(mutex);
  auto& context = (*contexts)[ordinal];
  if (!context) context = new CudaContext(*state.driver, ordinal);
  return *context;
}

DeviceInfo cudaDeviceInfo(int ordinal) {
  const Driver& driver = *driverState().driver;
  const auto check = [](CUresult code, const char* operation) {
    if (code == CUDA_SUCCESS) return;
    Failure failure(FailureKind::Cuda, std::string(operation) + " failed with " + named(code));
    failure.code = code;
    failure.name = errorName(code);
    failure.operation = operation;
    throw failure;
  };
  CUdevice device = 0;
  check(driver.deviceGet(&device, ordinal), "cuDeviceGet");
  char name[256] = "";
  check(driver.deviceName(name, sizeof name, device), "cuDeviceGetName");
  size_t total = 0;
  check(driver.deviceTotalMem(&total, device), "cuDeviceTotalMem");
  const auto attribute = [&](int which) {
    int value = 0;
    check(driver.deviceAttribute(&value, which, device), "cuDeviceGetAttribute");
    return value;
  };
  DeviceInfo info;
  info.kind = "cuda";
  info.ordinal = ordinal;
  info.name = name;
  info.major = attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
  info.minor = attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  info.multiprocessors = attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  info.totalMemory = total;
  info.driverVersion = driverState().version;
  return info;
}

CudaContext::CudaContext(const Driver& driver, int ordinal)
    : driver(driver), info(cudaDeviceInfo(ordinal)), pinned(*this) {
  CUdevice device = 0;
  check(driver.deviceGet(&device, ordinal), "cuDeviceGet");
  check(driver.primaryContextRetain(&context_, device), "cuDevicePrimaryCtxRetain");
  enter();

  int supported = 0;
  check(driver.deviceAttribute(&supported, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, device), "cuDeviceGetAttribute");
  pools = supported != 0;
  if (pools) {
    // Freed memory stays in the pool up to this size, so that the next allocation is a matter of microseconds.
    uint64_t threshold = info.totalMemory / 4;
    check(driver.deviceDefaultPool(&pool_, device), "cuDeviceGetDefaultMemPool");
    check(driver.poolSetAttribute(pool_, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &threshold), "cuMemPoolSetAttribute");
  }
}

void CudaContext::enter() {
  if (const int code = lost_.load()) throw failure(code, "an earlier call");
  check(driver.contextSetCurrent(context_), "cuCtxSetCurrent");
}

void CudaContext::check(CUresult code, const char* operation) {
  if (code != CUDA_SUCCESS) throw failure(code, operation);
}

Failure CudaContext::failure(CUresult code, const std::string& operation) {
  if (kSticky.count(code)) lost_.store(code);
  const int lost = lost_.load();
  Failure failure(lost ? FailureKind::DeviceLost
                       : (code == CUDA_ERROR_OUT_OF_MEMORY ? FailureKind::OutOfMemory : FailureKind::Cuda),
                  operation + " failed with " + named(code));
  failure.code = code;
  failure.name = errorName(code);
  failure.operation = operation;
  return failure;
}

CUdeviceptr CudaContext::allocate(size_t bytes, CUstream stream) {
  CUdeviceptr pointer = 0;
  const auto attempt = [&] {
    return pools ? driver.memAllocAsync(&pointer, bytes, stream) : driver.memAlloc(&pointer, bytes);
  };
  CUresult code = attempt();
  if (code == CUDA_ERROR_OUT_OF_MEMORY) {
    // Memory whose release is still enqueued comes back with the stream's work.
    check(driver.streamSynchronize(stream), "cuStreamSynchronize");
    code = attempt();
  }
  if (code == CUDA_SUCCESS) return pointer;
  throw noMemory(code, pools ? "cuMemAllocAsync" : "cuMemAlloc", bytes);
}

CUdeviceptr CudaContext::allocateAlone(size_t bytes) {
  CUdeviceptr pointer = 0;
  CUresult code = driver.memAlloc(&pointer, bytes);
  if (code == CUDA_ERROR_OUT_OF_MEMORY && pools) {
    // What the pool keeps for later serves nobody now.
    trim(0);
    code = driver.memAlloc(&pointer, bytes);
  }
  if (code != CUDA_SUCCESS) throw noMemory(code, "cuMemAlloc", bytes);
  return pointer;
}

Failure CudaContext::noMemory(CUresult code, const std::string& operation, size_t bytes) {
  Failure failure = this->failure(code, operation);
  failure.bytes = bytes;
  failure.totalBytes = info.totalMemory;
  size_t free = 0;
  size_t total = 0;
  if (driver.memGetInfo(&free, &total) == CUDA_SUCCESS) failure.freeBytes = free;
  return failure;
}

std::optional<uint64_t> CudaContext::reservedMemory() {
  if (!pools) return std::nullopt;
  uint64_t bytes = 0;
  enter();
  check(driver.poolGetAttribute(pool_, CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT, &bytes), "cuMemPoolGetAttribute");
  return bytes;
}

void CudaContext::trim(size_t keep) {
  if (!pools) return;
  enter();
  check(driver.poolTrimTo(pool_, keep), "cuMemPoolTrimTo");
}

void CudaContext::free(CUdeviceptr pointer, CUstream stream) {
  check(pools ? driver.memFreeAsync(pointer, stream) : driver.memFree(pointer), "cuMemFreeAsync");
}

CUevent CudaContext::takeEvent(bool timed) {
  {
    std::lock_guard lock(mutex_);
    auto& free = events_[timed];
    if (!free.empty()) {
      CUevent event = free.back();
      free.pop_back();
      return event;
    }
  }
  CUevent event = nullptr;
  const unsigned flags = CU_EVENT_BLOCKING_SYNC | (timed ? 0u : unsigned{CU_EVENT_DISABLE_TIMING});
  check(driver.eventCreate(&event, flags), "cuEventCreate");
  return event;
}

void CudaContext::giveEvent(CUevent event, bool timed) {
  std::lock_guard lock(mutex_);
  events_[timed].push_back(event);
}

}  // namespace cuweave
