#include "video/decoder_surfaces.h"

#include <list>
#include <map>
#include <tuple>

#include "video/decoder_caps.h"

namespace cuweave {

namespace {

// What must be the same for a decoder to serve another stream on its device.
using DecoderKey = std::tuple<int, int, int, unsigned long, unsigned long, short, short, short, short, unsigned long,
                              unsigned long>;

DecoderKey keyOf(const CUVIDDECODECREATEINFO& info) {
  const auto& area = info.display_area;
  return {info.CodecType, info.ChromaFormat, static_cast<int>(info.bitDepthMinus8),
          info.ulWidth,   info.ulHeight,     area.left,
          area.top,       area.right,        area.bottom,
          info.ulNumDecodeSurfaces, info.ulNumOutputSurfaces};
}

uint64_t bytesOf(const CUVIDDECODECREATEINFO& info) {
  const uint64_t sample = info.bitDepthMinus8 > 0 ? 2 : 1;
  const uint64_t picture = info.ulWidth * info.ulHeight * sample * (info.ChromaFormat == cudaVideoChromaFormat_444 ? 6 : 3) / 2;
  return picture * (info.ulNumDecodeSurfaces + info.ulNumOutputSurfaces);
}

// A device's decoders that no stream uses; its context is current where they go. The oldest go when together they hold too much;
// none goes at the process's end, when the driver may be gone already.
class DecoderStore {
 public:
  static DecoderStore& of(const CudaContext& context) {
    static std::mutex mutex;
    static auto* stores = new std::map<int, DecoderStore>();
    std::lock_guard lock(mutex);
    return (*stores)[context.info.ordinal];
  }
  CUvideodecoder take(const DecoderKey& key) {
    std::lock_guard lock(mutex_);
    for (auto it = idle_.begin(); it != idle_.end(); ++it) {
      if (it->key != key) continue;
      CUvideodecoder decoder = it->decoder;
      bytes_ -= it->bytes;
      idle_.erase(it);
      return decoder;
    }
    return nullptr;
  }
  void give(const DecoderKey& key, CUvideodecoder decoder, uint64_t bytes, uint64_t most) {
    std::vector<CUvideodecoder> surplus;
    {
      std::lock_guard lock(mutex_);
      idle_.push_back({key, decoder, bytes});
      bytes_ += bytes;
      while (!idle_.empty() && bytes_ > most) {
        surplus.push_back(idle_.front().decoder);
        bytes_ -= idle_.front().bytes;
        idle_.pop_front();
      }
    }
    for (CUvideodecoder old : surplus) nvcuvidState().api->destroyDecoder(old);
  }
  bool clear() {
    std::list<Idle> all;
    {
      std::lock_guard lock(mutex_);
      all.swap(idle_);
      bytes_ = 0;
    }
    for (const auto& idle : all) nvcuvidState().api->destroyDecoder(idle.decoder);
    return !all.empty();
  }

 private:
  struct Idle {
    DecoderKey key;
    CUvideodecoder decoder;
    uint64_t bytes;
  };
  std::mutex mutex_;
  std::list<Idle> idle_;
  uint64_t bytes_ = 0;
};

}  // namespace

HardwareDecoder::HardwareDecoder(CudaContext& context, const CUVIDDECODECREATEINFO& info, std::shared_ptr<DecoderStream> stream)
    : context_(context), info_(info), stream_(std::move(stream)) {
  DecoderStore& store = DecoderStore::of(context);
  handle = store.take(keyOf(info));
  if (handle) return;
  const Nvcuvid& api = *nvcuvidState().api;
  CUresult code = api.createDecoder(&handle, &info_);
  if (code == CUDA_ERROR_OUT_OF_MEMORY && store.clear()) code = api.createDecoder(&handle, &info_);
  if (code != CUDA_SUCCESS) {
    Failure failure = refused(context, code, "cuvidCreateDecoder");
    failure.bytes = bytesOf(info);
    failure.totalBytes = context.info.totalMemory;
    throw failure;
  }
}

HardwareDecoder::~HardwareDecoder() {
  try {
    context_.enter();
    // Surfaces are given back before their stream has come so far: what is still written or copied there ends before another stream
    // may write there, or the memory goes.
    if (context_.driver.streamSynchronize(stream_->handle) != CUDA_SUCCESS) broken = true;
    // After an error it is of no use to another stream.
    if (broken) nvcuvidState().api->destroyDecoder(handle);
    else {
      const uint64_t most = context_.info.totalMemory / 32;
      DecoderStore::of(context_).give(keyOf(info_), handle, bytesOf(info_), most);
    }
  } catch (const Failure&) {
    // The device is lost, and the decoder with it.
  }
}

bool HardwareDecoder::serves(const CUVIDDECODECREATEINFO& info) const {
  return keyOf(info) == keyOf(info_);
}

void SurfaceKeeper::giveBack(std::shared_ptr<HardwareDecoder> decoder, uint64_t pointer,
                             std::vector<std::shared_ptr<CudaEvent>> after) {
  thread_.post([self = shared_from_this(), decoder = std::move(decoder), pointer, after = std::move(after)]() mutable {
    try {
      for (const auto& event : after) event->wait();
      self->context.enter();
      if (nvcuvidState().api->unmapVideoFrame(decoder->handle, pointer) != CUDA_SUCCESS) decoder->broken = true;
    } catch (const Failure&) {
      decoder->broken = true;
    }
    decoder.reset();
    self->cancel();
  });
}

void Surface::hold() {
  held_ = true;
  ++keeper_->held;
}

void Surface::release(std::vector<std::shared_ptr<CudaEvent>> after) {
  if (!keeper_) return;
  if (held_) --keeper_->held;
  keeper_->giveBack(std::move(decoder_), pointer, std::move(after));
  keeper_.reset();
}

DecoderStream::DecoderStream(CudaContext& context) : context_(context) {
  context.check(context.driver.streamCreate(&handle, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
}
DecoderStream::~DecoderStream() {
  try {
    context_.enter();
    context_.driver.streamDestroy(handle);
  } catch (const Failure&) {
    // The device is lost.
  }
}

PictureCopy::PictureCopy(CudaContext& context, std::shared_ptr<DecoderStream> stream, size_t bytes)
    : pointer(context.allocate(bytes, stream->handle)), context_(context), stream_(std::move(stream)) {}
PictureCopy::~PictureCopy() {
  if (!stream_) return;
  try {
    context_.enter();
    context_.free(pointer, stream_->handle);
  } catch (const Failure&) {
    // A lost device's memory goes with the process.
  }
}

namespace {

// Pass once all work on it has.
std::vector<std::shared_ptr<CudaEvent>> usesOf(const Memory& memory) {
  std::vector<std::shared_ptr<CudaEvent>> events;
  const auto note = [&](const Mark& mark) {
    if (auto event = eventAfter(mark)) events.push_back(std::static_pointer_cast<CudaEvent>(std::move(event)));
  };
  try {
    note(memory.written);
    for (const auto& mark : memory.read) note(mark);
  } catch (const Failure&) {
    // The device is lost and runs nothing any more.
  }
  return events;
}

class SurfaceMemory : public Memory {
 public:
  SurfaceMemory(const std::shared_ptr<Device>& device, std::unique_ptr<Surface> surface, size_t bytes)
      : Memory(device, surface->pointer, bytes, nullptr), surface_(std::move(surface)) {
    ready = surface_->ready;
    surface_->hold();
  }
  void release() override { surface_->release(usesOf(*this)); }

 private:
  std::unique_ptr<Surface> surface_;
};

}  // namespace

std::shared_ptr<Memory> surfaceMemory(const std::shared_ptr<Device>& device, std::unique_ptr<Surface> surface, size_t bytes) {
  return std::make_shared<SurfaceMemory>(device, std::move(surface), bytes);
}

}  // namespace cuweave
