// One GPU's primary context, shared by the whole process, and what belongs to it: events, staging memory, its health.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda/cuda_driver.h"
#include "device/device.h"
#include "cuda/pinned.h"

namespace cuweave {

// What the driver says of a GPU; makes no context.
DeviceInfo cudaDeviceInfo(int ordinal);

class CudaContext {
 public:
  // Retained once per process and GPU, and never released: others in the process may use the same primary context.
  static CudaContext& of(int ordinal);

  const Driver& driver;
  DeviceInfo info;
  bool pools = false;
  PinnedPool pinned;

  // Whether a context is this one.
  bool is(CUcontext context) const { return context == context_; }
  // Makes the context current on this thread; throws once the device is lost.
  void enter();
  // Throws unless `code` is success. Remembers errors after which the context is of no more use.
  void check(CUresult code, const char* operation);
  Failure failure(CUresult code, const std::string& operation);

  // Device memory in the stream's order.
  CUdeviceptr allocate(size_t bytes, CUstream stream);
  // Device memory of no pool, for driver.memFree().
  CUdeviceptr allocateAlone(size_t bytes);
  void free(CUdeviceptr pointer, CUstream stream);
  // What the pool holds of the GPU's memory; nothing without pools.
  std::optional<uint64_t> reservedMemory();
  // Gives what the pool keeps and nobody uses back, but for `keep` bytes.
  void trim(size_t keep);

  CUevent takeEvent(bool timed);
  void giveEvent(CUevent event, bool timed);

 private:
  CudaContext(const Driver& driver, int ordinal);
  Failure noMemory(CUresult code, const std::string& operation, size_t bytes);
  CUcontext context_ = nullptr;
  CUmemoryPool pool_ = nullptr;
  std::mutex mutex_;
  std::vector<CUevent> events_[2];
  // The code of the error that lost the device; 0: none.
  std::atomic<int> lost_{0};
};

}  // namespace cuweave
