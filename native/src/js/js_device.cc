#include "cuda/cuda_context.h"
#include "video/decoder_caps.h"
#include "js/js_classes.h"

namespace cuweave {

const napi_type_tag JsDevice::tag = {0x6377'6465'7669'6365, 0x8d1f'0b1c'4f0e'4a06};

Napi::Object toObject(Napi::Env env, const DeviceInfo& info) {
  auto object = Napi::Object::New(env);
  object.Set("kind", info.kind);
  object.Set("index", info.ordinal);
  object.Set("name", info.name);
  object.Set("multiprocessors", info.multiprocessors);
  object.Set("totalMemory", static_cast<double>(info.totalMemory));
  if (info.kind == "cuda") {
    auto capability = Napi::Array::New(env, 2);
    capability.Set(0u, info.major);
    capability.Set(1u, info.minor);
    object.Set("computeCapability", capability);
    object.Set("driverVersion", info.driverVersion);
  }
  return object;
}

Napi::Function JsDevice::define(Napi::Env env) {
  return DefineClass(env, "Device",
                     {
                         InstanceMethod<&JsDevice::info>("info"),
                         InstanceMethod<&JsDevice::createStream>("createStream"),
                         InstanceMethod<&JsDevice::wrapStream>("wrapStream"),
                         InstanceMethod<&JsDevice::allocate>("allocate"),
                         InstanceMethod<&JsDevice::wrap>("wrap"),
                         InstanceMethod<&JsDevice::wrapHost>("wrapHost"),
                         InstanceMethod<&JsDevice::allocateHost>("allocateHost"),
                         InstanceMethod<&JsDevice::memory>("memory"),
                         InstanceMethod<&JsDevice::trim>("trim"),
                         InstanceMethod<&JsDevice::createDecoder>("createDecoder"),
                         InstanceMethod<&JsDevice::decoderCapabilities>("decoderCapabilities"),
                         InstanceMethod<&JsDevice::dispose>("dispose"),
                     });
}

JsDevice::JsDevice(const Napi::CallbackInfo& info) : ObjectWrap(info), core_(takeCore<JsDevice>(info)) {}
// Its streams and memory may outlive it in JavaScript; they hold the device themselves.
JsDevice::~JsDevice() = default;

Device& JsDevice::open() const {
  if (disposed_) throw disposed("device");
  return *core_;
}

Napi::Value JsDevice::info(const Napi::CallbackInfo& info) { return toObject(info.Env(), core_->info()); }

Napi::Value JsDevice::createStream(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto stream = open().createStream();
    Context& context = Context::of(info.Env());
    context.add(stream);
    return create<JsStream>(info.Env(), context.streamClass, std::move(stream));
  });
}

Napi::Value JsDevice::wrapStream(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    bool lossless = false;
    const uint64_t handle = info[0].IsBigInt() ? info[0].As<Napi::BigInt>().Uint64Value(&lossless) : 0;
    if (!lossless) throw wrongArgument("Expected a bigint of 64 bits for handle.");
    auto stream = open().wrapStream(handle);
    Context& context = Context::of(info.Env());
    context.add(stream);
    return create<JsStream>(info.Env(), context.streamClass, std::move(stream));
  });
}

Napi::Value JsDevice::allocate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto& stream = unwrap<JsStream>(info[0], "stream").stream();
    const size_t bytes = toSize(info[1], "bytes");
    if (stream->device.get() != &open()) throw wrongArgument("Expected a stream of this device.");
    if (bytes == 0) throw wrongArgument("Expected at least 1 byte.");
    JsMemory::Core core{core_->allocate(stream, bytes), !info[2].IsBoolean() || info[2].ToBoolean()};
    return create<JsMemory>(info.Env(), Context::of(info.Env()).memoryClass, std::move(core));
  });
}

Napi::Value JsDevice::wrap(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    bool lossless = false;
    if (!info[0].IsBigInt()) throw wrongArgument("Expected a bigint for pointer.");
    const uint64_t pointer = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
    const size_t bytes = toSize(info[1], "bytes");
    if (!lossless || pointer == 0 || bytes == 0 || pointer + bytes < pointer) {
      throw wrongArgument("Expected an address and a size that fit together.");
    }
    Context& context = Context::of(info.Env());
    auto keep = info[2].IsObject() ? context.queue->hold(info[2]) : nullptr;
    JsMemory::Core core{open().wrap(pointer, bytes, std::move(keep)), false};
    if (info[3].IsObject()) unwrap<JsStream>(info[3], "stream").stream()->writes(*core.memory);
    return create<JsMemory>(info.Env(), context.memoryClass, std::move(core));
  });
}

Napi::Value JsDevice::wrapHost(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (open().info().kind != "cpu") throw wrongArgument("Expected the CPU: a GPU does not read the host's arrays.");
    const HostBytes bytes = toBytes(info[0], "the array");
    if (bytes.bytes == 0) throw wrongArgument("Expected an array of at least 1 byte.");
    Context& context = Context::of(info.Env());
    auto keep = core_->hostBlock(bytes.pointer, bytes.bytes);
    if (!keep && (info[1].ToBoolean() || bytes.shared)) keep = context.queue->hold(info[0]);
    if (!keep) return info.Env().Undefined();
    JsMemory::Core core{core_->wrap(bytes.pointer, bytes.bytes, std::move(keep)), false};
    return create<JsMemory>(info.Env(), context.memoryClass, std::move(core));
  });
}

Napi::Value JsDevice::allocateHost(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const size_t bytes = toSize(info[0], "bytes");
    if (bytes == 0) throw wrongArgument("Expected at least 1 byte.");
    const auto block = open().allocateHost(bytes);
    auto* held = new std::shared_ptr<void>(block);
    napi_value buffer = nullptr;
    const napi_status status = napi_create_external_arraybuffer(
        info.Env(), block.get(), bytes,
        [](napi_env, void*, void* hint) { delete static_cast<std::shared_ptr<void>*>(hint); }, held, &buffer);
    if (status == napi_ok) return Napi::Value(info.Env(), buffer);
    delete held;
    bool pending = false;
    napi_value ignored = nullptr;
    if (napi_is_exception_pending(info.Env(), &pending) == napi_ok && pending) {
      napi_get_and_clear_last_exception(info.Env(), &ignored);
    }
    // An engine that refuses external memory: an ordinary buffer, copied through a staging block.
    return Napi::ArrayBuffer::New(info.Env(), bytes);
  });
}

Napi::Value JsDevice::memory(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto object = Napi::Object::New(info.Env());
    object.Set("live", static_cast<double>(core_->live()));
    if (disposed_) return object;
    object.Set("total", static_cast<double>(core_->info().totalMemory));
    if (const auto free = core_->freeMemory()) object.Set("free", static_cast<double>(*free));
    if (const auto reserved = core_->reservedMemory()) object.Set("reserved", static_cast<double>(*reserved));
    return object;
  });
}

Napi::Value JsDevice::trim(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    open().trim(static_cast<size_t>(info[0].ToNumber().Int64Value()));
    return info.Env().Undefined();
  });
}

namespace {
CudaContext& cudaOf(const Device& device) {
  if (device.info().kind == "cuda") return CudaContext::of(device.info().ordinal);
  throw unavailable("noDevice", "the CPU has no NVDEC");
}
}  // namespace

Napi::Value JsDevice::createDecoder(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    CudaContext& cuda = cudaOf(open());
    const auto codec = codecOf(info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "");
    if (!codec) throw wrongArgument("Expected a codec of NVDEC's.");
    const size_t surfaces = toSize(info[1], "surfaces");
    if (surfaces < 1 || surfaces > 1024) throw wrongArgument("Expected 1 to 1024 surfaces.");
    DecoderOptions options;
    options.codec = *codec;
    options.surfaces = static_cast<int>(surfaces);
    options.wholePackets = info[2].ToBoolean();
    options.lowLatency = info[3].ToBoolean();
    if (info[4].IsNumber()) {
      options.copies = {toSize(info[4], "pictures that wait"), toSize(info[5], "bytes that wait")};
      if (options.copies->pictures < 1) throw wrongArgument("Expected at least one picture that may wait.");
    }
    Context& context = Context::of(info.Env());
    std::shared_ptr<Stream> owner;
    if (options.copies) {
      owner = open().createStream();
      context.add(owner);
    }
    auto decoder = VideoDecoder::open(cuda, options);
    context.add(decoder);
    return create<JsDecoder>(info.Env(), context.decoderClass, {core_, std::move(decoder), std::move(owner)});
  });
}

Napi::Value JsDevice::decoderCapabilities(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto list = Napi::Array::New(info.Env());
    std::optional<cudaVideoCodec> only;
    if (info[0].IsString()) only = codecOf(info[0].As<Napi::String>().Utf8Value());
    for (const DecoderCapability& found : cuweave::decoderCapabilities(cudaOf(open()), only)) {
      auto object = Napi::Object::New(info.Env());
      object.Set("codec", found.codec);
      object.Set("chroma", found.chroma);
      object.Set("bitDepth", found.bitDepth);
      object.Set("supported", found.supported);
      object.Set("engines", found.engines);
      object.Set("maxWidth", found.maxWidth);
      object.Set("maxHeight", found.maxHeight);
      object.Set("minWidth", found.minWidth);
      object.Set("minHeight", found.minHeight);
      list.Set(list.Length(), object);
    }
    return list;
  });
}

void JsDevice::dispose(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    if (disposed_) return;
    disposed_ = true;
    Context::of(info.Env()).closeStreams(*core_);
  });
}

}  // namespace cuweave
