#include "cuda/cuda_device.h"
#include "js/js_classes.h"
#include "video/bitstream.h"

namespace cuweave {

const napi_type_tag JsDecoder::tag = {0x6377'6465'636f'6465, 0x8d1f'0b1c'4f0e'4a07};

namespace {

// Larger packets are no pictures: 8192² of raw 4:4:4 in 16 bits has less.
constexpr size_t kLargestPacket = size_t{1} << 29;

const char* formatName(const PictureFormat& format) {
  switch (format.surface) {
    case cudaVideoSurfaceFormat_NV12: return "nv12";
    case cudaVideoSurfaceFormat_P016: return format.bitDepth <= 10 ? "p010" : format.bitDepth <= 12 ? "p012" : "p016";
    case cudaVideoSurfaceFormat_YUV444: return "yuv444p";
    case cudaVideoSurfaceFormat_YUV444_16Bit: return "yuv444p16";
  }
  return "nv12";
}

}  // namespace

Napi::Function JsDecoder::define(Napi::Env env) {
  return DefineClass(env, "Decoder",
                     {
                         InstanceMethod<&JsDecoder::push>("push"),
                         InstanceMethod<&JsDecoder::take>("take"),
                         InstanceMethod<&JsDecoder::wait>("wait"),
                         InstanceAccessor<&JsDecoder::queued>("queued"),
                         InstanceAccessor<&JsDecoder::held>("held"),
                         InstanceMethod<&JsDecoder::reset>("reset"),
                         InstanceMethod<&JsDecoder::dispose>("dispose"),
                     });
}

JsDecoder::JsDecoder(const Napi::CallbackInfo& info) : ObjectWrap(info), core_(takeCore<JsDecoder>(info)) {}
JsDecoder::~JsDecoder() {
  if (core_.decoder) core_.decoder->stop();
}

VideoDecoder& JsDecoder::decoder() const {
  if (disposed_) throw disposed("decoder");
  return *core_.decoder;
}

void JsDecoder::push(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const HostBytes bytes = toBytes(info[0], "packet");
    const size_t lengthSize = toSize(info[2], "the size of lengths");
    if (bytes.bytes > kLargestPacket) throw wrongArgument("Expected a packet of at most 512 MiB.");
    if (lengthSize > 4) throw wrongArgument("Expected NAL unit lengths of at most 4 bytes.");
    const auto* data = reinterpret_cast<const uint8_t*>(bytes.pointer);
    VideoDecoder::Packet packet;
    const HostBytes header = info[4].IsTypedArray() ? toBytes(info[4], "header") : HostBytes{0, 0, false};
    packet.data.reserve(header.bytes + bytes.bytes + 64);
    const auto* first = reinterpret_cast<const uint8_t*>(header.pointer);
    packet.data.insert(packet.data.end(), first, first + header.bytes);
    if (lengthSize > 0) appendAnnexB(packet.data, data, bytes.bytes, lengthSize);
    else packet.data.insert(packet.data.end(), data, data + bytes.bytes);
    packet.id = static_cast<int64_t>(toSize(info[1], "the packet's number"));
    packet.last = info[3].ToBoolean();
    if (info[5].IsTypedArray()) {
      const HostBytes window = toBytes(info[5], "window");
      if (window.bytes != 4 * sizeof(uint32_t)) throw wrongArgument("Expected a window of four numbers.");
      const auto* numbers = reinterpret_cast<const uint32_t*>(window.pointer);
      packet.window = Window{numbers[0], numbers[1], numbers[2], numbers[3]};
    }
    decoder().push(std::move(packet));
  });
}

// One object for all pictures of a format: to make and fill it takes longer than the rest of a picture.
Napi::Object JsDecoder::formatObject(Napi::Env env, const std::shared_ptr<const PictureFormat>& format) {
  if (format == format_) return formatObject_.Value();
  auto object = Napi::Object::New(env);
  object.Set("name", formatName(*format));
  object.Set("width", format->width);
  object.Set("height", format->height);
  object.Set("left", format->left);
  object.Set("top", format->top);
  object.Set("surfaceHeight", format->surfaceHeight);
  object.Set("bitDepth", format->bitDepth);
  object.Set("fullRange", format->fullRange);
  object.Set("primaries", format->primaries);
  object.Set("transfer", format->transfer);
  object.Set("matrix", format->matrix);
  format_ = format;
  formatObject_ = Napi::Persistent(object);
  return object;
}

std::shared_ptr<Memory> JsDecoder::memoryOf(Picture& picture) const {
  if (!picture.copy) return surfaceMemory(core_.device, std::move(picture.surface), picture.bytes);
  auto memory = adoptCuda(core_.owner, picture.copy->pointer, picture.bytes, picture.copy->ready);
  picture.copy->take();
  return memory;
}

Napi::Value JsDecoder::take(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    Context& context = Context::of(env);
    auto taken = decoder().take(toSize(info[0], "most"));
    auto list = Napi::Array::New(env, taken.size());
    uint32_t n = 0;
    for (auto& entry : taken) {
      if (!entry) {
        list.Set(n++, env.Null());
        continue;
      }
      auto object = Napi::Object::New(env);
      object.Set("format", formatObject(env, entry->format));
      object.Set("id", static_cast<double>(entry->id));
      object.Set("pitch", entry->pitch);
      object.Set("bytes", static_cast<double>(entry->bytes));
      auto memory = memoryOf(*entry);
      object.Set("address", static_cast<double>(memory->pointer));
      object.Set("damaged", entry->damaged);
      object.Set("memory", create<JsMemory>(env, context.memoryClass, {std::move(memory), false}));
      list.Set(n++, object);
    }
    return list;
  });
}

Napi::Value JsDecoder::wait(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    VideoDecoder& decoder = this->decoder();
    const int64_t low = info[0].IsNumber() ? static_cast<int64_t>(toSize(info[0], "low")) : -1;
    auto promise = Context::of(info.Env()).queue->promise(info.Env(), Napi::Value());
    decoder.wait(low, promise.settle);
    return promise.value;
  });
}

Napi::Value JsDecoder::queued(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), static_cast<double>(decoder().queued()));
  });
}
Napi::Value JsDecoder::held(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::Number::New(info.Env(), decoder().held()); });
}

void JsDecoder::reset(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { decoder().reset(); });
}

void JsDecoder::dispose(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    if (disposed_) return;
    disposed_ = true;
    core_.decoder->stop();
    core_.owner.reset();
  });
}

}  // namespace cuweave
