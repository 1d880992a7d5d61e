// The classes that the addon gives to JavaScript. They are handles: dispose() may be called twice, use after it is an
// error, and an object of another class is refused.
#pragma once

#include <napi.h>

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "js/context.h"
#include "device/device.h"
#include "device/ring_side.h"
#include "device/task_thread.h"
#include "video/video_decoder.h"

namespace cuweave {

class JsDevice : public Napi::ObjectWrap<JsDevice> {
 public:
  using Core = std::shared_ptr<Device>;
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsDevice(const Napi::CallbackInfo& info);
  ~JsDevice() override;

  const std::shared_ptr<Device>& device() const { return core_; }
  // Throws if it is disposed.
  Device& open() const;

 private:
  Napi::Value info(const Napi::CallbackInfo& info);
  Napi::Value createStream(const Napi::CallbackInfo& info);
  // (handle)
  Napi::Value wrapStream(const Napi::CallbackInfo& info);
  // (stream, bytes, whether the collector is to know; default true)
  Napi::Value allocate(const Napi::CallbackInfo& info);
  // (pointer, bytes, keep?, stream whose work so far wrote it?)
  Napi::Value wrap(const Napi::CallbackInfo& info);
  // (typedArray, whether nobody else has it) → undefined where it might be moved away; CPU only
  Napi::Value wrapHost(const Napi::CallbackInfo& info);
  Napi::Value allocateHost(const Napi::CallbackInfo& info);
  Napi::Value memory(const Napi::CallbackInfo& info);
  Napi::Value trim(const Napi::CallbackInfo& info);
  // (codec, surfaces, wholePackets, lowLatency, bytes of copies that may wait to be taken?); CUDA only
  Napi::Value createDecoder(const Napi::CallbackInfo& info);
  // (codec?): what NVDEC decodes here; CUDA only
  Napi::Value decoderCapabilities(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  Core core_;
  bool disposed_ = false;
};

class JsMemory : public Napi::ObjectWrap<JsMemory> {
 public:
  struct Core {
    std::shared_ptr<Memory> memory;
    // Whether the collector is to know of its size.
    bool reported = false;
  };
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsMemory(const Napi::CallbackInfo& info);
  ~JsMemory() override;
  // Throws if it is disposed.
  const std::shared_ptr<Memory>& memory() const;

 private:
  Napi::Value pointer(const Napi::CallbackInfo& info);
  Napi::Value byteLength(const Napi::CallbackInfo& info);
  // The collector is to know of its size, if it does not yet.
  void report(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  void release();
  std::shared_ptr<Memory> memory_;
  bool reported_ = false;
  std::shared_ptr<Handles<JsMemory>> handles_;
  uint64_t handle_ = 0;
};

class JsEvent : public Napi::ObjectWrap<JsEvent> {
 public:
  // Set on the stream's thread once the event has passed.
  struct State {
    std::mutex mutex;
    bool done = false;
    std::optional<Failure> failure;
    std::vector<Stream::Completion> waiting;
    void set(const Failure* failure);
  };
  struct Core {
    std::shared_ptr<Event> event;
    std::shared_ptr<State> state;
  };
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsEvent(const Napi::CallbackInfo& info);
  const std::shared_ptr<Event>& event() const { return core_.event; }

 private:
  Napi::Value wait(const Napi::CallbackInfo& info);
  // (start) → milliseconds
  Napi::Value since(const Napi::CallbackInfo& info);
  Napi::Value done(const Napi::CallbackInfo& info);
  Napi::Value handle(const Napi::CallbackInfo& info);
  Core core_;
};

class JsStream : public Napi::ObjectWrap<JsStream> {
 public:
  using Core = std::shared_ptr<Stream>;
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsStream(const Napi::CallbackInfo& info);
  ~JsStream() override;
  const Core& stream() const;

 private:
  Napi::Value synchronize(const Napi::CallbackInfo& info);
  Napi::Value record(const Napi::CallbackInfo& info);
  void waitFor(const Napi::CallbackInfo& info);
  Napi::Value handle(const Napi::CallbackInfo& info);
  // (memory, offset, pitch, typedArray, offset, pitch, rowBytes, rows)
  void upload(const Napi::CallbackInfo& info);
  // (typedArray, offset, pitch, memory, offset, pitch, rowBytes, rows, whether nobody else has the array) → Promise
  Napi::Value download(const Napi::CallbackInfo& info);
  // (memory, offset, pitch, memory, offset, pitch, rowBytes, rows)
  void copy(const Napi::CallbackInfo& info);
  // (pipeline's handle, block of arguments and images, count, Float64Array of memory handles, how many of them are read)
  void launch(const Napi::CallbackInfo& info);
  // (array of { pipeline, block, count, memories, reads, used }, as launch takes them) → graph
  Napi::Value capture(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  Core core_;
};

// Calls that are launched together. It holds no memory: whoever launches it has what they use.
class JsGraph : public Napi::ObjectWrap<JsGraph> {
 public:
  struct Core {
    std::shared_ptr<Stream> stream;
    std::unique_ptr<Graph> graph;
    // Handles of what all calls together only read, and of what they write.
    std::vector<double> reads;
    std::vector<double> writes;
  };
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsGraph(const Napi::CallbackInfo& info);

 private:
  void launch(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  Core core_;
};

class JsLibrary : public Napi::ObjectWrap<JsLibrary> {
 public:
  using Core = std::shared_ptr<Library>;
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsLibrary(const Napi::CallbackInfo& info);

 private:
  // (name, argsSize, imageSize, outputSize)
  Napi::Value pipeline(const Napi::CallbackInfo& info);
  // (name, first pipeline's handle, second's)
  Napi::Value pair(const Napi::CallbackInfo& info);
  Core core_;
};

class JsPipeline : public Napi::ObjectWrap<JsPipeline> {
 public:
  using Core = std::shared_ptr<PipelineFunctions>;
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsPipeline(const Napi::CallbackInfo& info);
  ~JsPipeline() override;
  const Core& functions() const { return core_; }

 private:
  Napi::Value cuda(const Napi::CallbackInfo& info);
  Core core_;
  std::shared_ptr<Handles<JsPipeline>> handles_;
  uint64_t handle_ = 0;
};

class JsDecoder : public Napi::ObjectWrap<JsDecoder> {
 public:
  struct Core {
    std::shared_ptr<Device> device;
    std::shared_ptr<VideoDecoder> decoder;
    // This stream copies the pictures that were taken. It waits for their readers, and nobody waits for it.
    std::shared_ptr<Stream> owner;
  };
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsDecoder(const Napi::CallbackInfo& info);
  ~JsDecoder() override;

 private:
  // (packet, its number, size of its NAL unit lengths or 0, last of its stream, header to put before it)
  void push(const Napi::CallbackInfo& info);
  // (most) → pictures, and null at the end of a stream
  Napi::Value take(const Napi::CallbackInfo& info);
  // (packets) → Promise: something to take, or at most this number of packets left; without a number, only the former
  Napi::Value wait(const Napi::CallbackInfo& info);
  Napi::Value queued(const Napi::CallbackInfo& info);
  Napi::Value held(const Napi::CallbackInfo& info);
  void reset(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  VideoDecoder& decoder() const;
  std::shared_ptr<Memory> memoryOf(Picture& picture) const;
  Napi::Object formatObject(Napi::Env env, const std::shared_ptr<const PictureFormat>& format);
  Core core_;
  bool disposed_ = false;
  // Of the last picture.
  std::shared_ptr<const PictureFormat> format_;
  Napi::ObjectReference formatObject_;
};

// One side of a ring, as native/ring/ring.h has it.
class JsRing : public Napi::ObjectWrap<JsRing> {
 public:
  using Core = std::shared_ptr<RingSide>;
  static const napi_type_tag tag;
  static Napi::Function define(Napi::Env env);
  explicit JsRing(const Napi::CallbackInfo& info);
  ~JsRing() override;

 private:
  // { slots, mode, tensors: [{ name, dtype, layout, shape, offset, bytes }] }
  Napi::Value spec(const Napi::CallbackInfo& info);
  // → slot, or -1
  Napi::Value acquire(const Napi::CallbackInfo& info);
  // (slot, count, JSON)
  void publish(const Napi::CallbackInfo& info);
  void end(const Napi::CallbackInfo& info);
  Napi::Value drained(const Napi::CallbackInfo& info);
  // → slot, -1 where there is none yet, -2 at the end
  Napi::Value take(const Napi::CallbackInfo& info);
  // (slot) → { sequence, count, info }
  Napi::Value batch(const Napi::CallbackInfo& info);
  // (slot): of a consumer, once the memory over it is done with; of a producer, unpublished
  void give(const Napi::CallbackInfo& info);
  // (device, slot, offset, bytes) → memory
  Napi::Value memory(const Napi::CallbackInfo& info);
  // → Promise: something has changed, or a fifth of a second is over
  Napi::Value wait(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  struct Hold;
  // Throws once it is closed.
  ring::Ring& ring() const;
  // Null once it is closed: what is left of the memory holds it.
  Core core_;
  std::string name_;
  // What gives a slot back when the last of the memory over it goes.
  std::unordered_map<uint32_t, std::shared_ptr<Hold>> holds_;
  std::unique_ptr<TaskThread> thread_;
};

// (name, { slots, mode, infoBytes, tensors: [{ name, dtype, layout, shape }] }, device)
Napi::Value createRing(const Napi::CallbackInfo& info);
// (name, device)
Napi::Value openRing(const Napi::CallbackInfo& info);
// () → how many rings of this process have memory on a GPU
Napi::Value sweepRings(const Napi::CallbackInfo& info);

Napi::Object toObject(Napi::Env env, const DeviceInfo& info);

}  // namespace cuweave
