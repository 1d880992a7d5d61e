// The memory that decoded pictures lie in: the decoder's own, or copies of it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda/cuda_event.h"
#include "video/nvcuvid.h"
#include "device/task_thread.h"

namespace cuweave {

// The stream that a decoder works on, for all who enqueue there; the driver lets what is enqueued end before it goes.
class DecoderStream {
 public:
  explicit DecoderStream(CudaContext& context);
  ~DecoderStream();
  DecoderStream(const DecoderStream&) = delete;
  DecoderStream& operator=(const DecoderStream&) = delete;
  CUstream handle = nullptr;

 private:
  CudaContext& context_;
};

// A decoder of the driver's with its own surfaces. They are costly to make, and go back to a store for the next stream of
// the same kind.
class HardwareDecoder {
 public:
  HardwareDecoder(CudaContext& context, const CUVIDDECODECREATEINFO& info, std::shared_ptr<DecoderStream> stream);
  ~HardwareDecoder();
  HardwareDecoder(const HardwareDecoder&) = delete;
  HardwareDecoder& operator=(const HardwareDecoder&) = delete;
  // Whether it would do for a stream that asks for `info`.
  bool serves(const CUVIDDECODECREATEINFO& info) const;

  CUvideodecoder handle = nullptr;
  // Something went wrong: no other stream is to get it.
  std::atomic<bool> broken{false};

 private:
  CudaContext& context_;
  CUVIDDECODECREATEINFO info_;
  // All its pictures come by this one.
  std::shared_ptr<DecoderStream> stream_;
};

// The surfaces of one session: counts those that are mapped, and unmaps them in order.
class SurfaceKeeper : public std::enable_shared_from_this<SurfaceKeeper> {
 public:
  SurfaceKeeper(CudaContext& context, int surfaces) : context(context), surfaces_(surfaces), thread_("cuweave unmap") {}

  // Waits for a free surface; false if `wanted` turned false first.
  template <typename Wanted>
  bool reserve(Wanted wanted) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return mapped_ < surfaces_ || !wanted(); });
    if (!wanted()) return false;
    ++mapped_;
    return true;
  }
  void cancel() {
    std::lock_guard lock(mutex_);
    --mapped_;
    changed_.notify_all();
  }
  void wake() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  // Unmaps it once the events have passed.
  void giveBack(std::shared_ptr<HardwareDecoder> decoder, uint64_t pointer, std::vector<std::shared_ptr<CudaEvent>> after);

  CudaContext& context;
  // Surfaces that their owner has not given back.
  std::atomic<int> held{0};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int mapped_ = 0;
  const int surfaces_;
  // The last surface's task may be what ends it.
  TaskThread thread_;
};

// A decoded picture in the decoder's memory, until release() or the end of this object.
class Surface {
 public:
  Surface(std::shared_ptr<SurfaceKeeper> keeper, std::shared_ptr<HardwareDecoder> decoder, uint64_t pointer,
          std::shared_ptr<CudaEvent> ready)
      : pointer(pointer), ready(std::move(ready)), keeper_(std::move(keeper)), decoder_(std::move(decoder)) {}
  ~Surface() { release({}); }
  Surface(const Surface&) = delete;
  Surface& operator=(const Surface&) = delete;
  // Gives it back once the events have passed; the decoder's own stream need not have come so far. Later calls do nothing.
  void release(std::vector<std::shared_ptr<CudaEvent>> after);
  // Somebody took it.
  void hold();

  const uint64_t pointer;
  // Passes once the surface holds the picture.
  const std::shared_ptr<CudaEvent> ready;

 private:
  std::shared_ptr<SurfaceKeeper> keeper_;
  std::shared_ptr<HardwareDecoder> decoder_;
  bool held_ = false;
};

// A copy of a picture in memory of its own. Until somebody takes it, it is freed in the order of the decoder's stream.
class PictureCopy {
 public:
  PictureCopy(CudaContext& context, std::shared_ptr<DecoderStream> stream, size_t bytes);
  ~PictureCopy();
  PictureCopy(const PictureCopy&) = delete;
  PictureCopy& operator=(const PictureCopy&) = delete;
  // Leaves the memory to the caller.
  void take() { stream_.reset(); }

  const uint64_t pointer;
  // Passes once it holds the picture.
  std::shared_ptr<CudaEvent> ready;

 private:
  CudaContext& context_;
  std::shared_ptr<DecoderStream> stream_;
};

// The memory of a taken surface, for streams to read: given back in the order of the streams that read it.
std::shared_ptr<Memory> surfaceMemory(const std::shared_ptr<Device>& device, std::unique_ptr<Surface> surface, size_t bytes);

}  // namespace cuweave
