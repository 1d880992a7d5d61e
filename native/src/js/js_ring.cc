#include "js/js_classes.h"

#include <cstring>

namespace cuweave {

const napi_type_tag JsRing::tag = {0x6377'7269'6e67'0000, 0x8d1f'0b1c'4f0e'4a0a};

// The memory of a consumer's slot, or of a producer's that is being written.
struct JsRing::Hold {
  std::shared_ptr<RingSide> side;
  uint32_t slot;
  ~Hold() { side->ring->give(slot); }
};

namespace {

std::string textOf(const Napi::Value& value, const char* what) {
  if (!value.IsString()) throw wrongArgument(std::string("Expected a text for ") + what + ".");
  return value.As<Napi::String>().Utf8Value();
}
std::string nameOf(const Napi::Value& value) {
  std::string name = textOf(value, "name");
  // What C would take for its end.
  if (name.find('\0') != std::string::npos) name = ".";
  return name;
}
void write(char* to, size_t room, const std::string& text) { std::strncpy(to, text.c_str(), room); }

ring::Spec toSpec(const Napi::Object& given) {
  ring::Spec spec{};
  const auto number = [](const Napi::Object& of, const char* name) {
    return static_cast<uint32_t>(std::min<size_t>(toSize(of.Get(name), name), UINT32_MAX));
  };
  spec.slots = number(given, "slots");
  spec.mode = number(given, "mode");
  spec.infoBytes = number(given, "infoBytes");
  if (!given.Get("tensors").IsArray()) throw wrongArgument("Expected an array for tensors.");
  const auto tensors = given.Get("tensors").As<Napi::Array>();
  spec.tensors = tensors.Length();
  for (uint32_t n = 0; n < std::min(spec.tensors, ring::kMostTensors); ++n) {
    const auto tensor = tensors.Get(n).As<Napi::Object>();
    ring::TensorSpec& to = spec.tensor[n];
    write(to.name, sizeof to.name, textOf(tensor.Get("name"), "name"));
    write(to.dtype, sizeof to.dtype, textOf(tensor.Get("dtype"), "dtype"));
    write(to.layout, sizeof to.layout, textOf(tensor.Get("layout"), "layout"));
    const auto shape = tensor.Get("shape").As<Napi::Array>();
    to.axes = shape.Length();
    for (uint32_t axis = 0; axis < std::min(to.axes, ring::kMostAxes); ++axis) to.shape[axis] = toSize(shape.Get(axis), "shape");
  }
  return spec;
}

uint32_t slotOf(const ring::Ring& ring, const Napi::Value& value) {
  const size_t slot = toSize(value, "slot");
  if (slot >= ring.spec().slots) throw wrongArgument("Expected a slot of the ring.");
  return static_cast<uint32_t>(slot);
}

std::string fixedText(const char* text, size_t room) { return std::string(text, strnlen(text, room)); }

}  // namespace

Napi::Value createRing(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string name = nameOf(info[0]);
    if (!info[1].IsObject()) throw wrongArgument("Expected a ring's sizes.");
    auto made = RingSide::create(name, toSpec(info[1].As<Napi::Object>()), unwrap<JsDevice>(info[2], "device").open());
    return create<JsRing>(info.Env(), Context::of(info.Env()).ringClass, std::move(made));
  });
}

Napi::Value openRing(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto made = RingSide::open(nameOf(info[0]), unwrap<JsDevice>(info[1], "device").open());
    return create<JsRing>(info.Env(), Context::of(info.Env()).ringClass, std::move(made));
  });
}

Napi::Value sweepRings(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::Number::New(info.Env(), static_cast<double>(sweepRings())); });
}

Napi::Function JsRing::define(Napi::Env env) {
  return DefineClass(env, "Ring",
                     {
                         InstanceMethod<&JsRing::spec>("spec"),
                         InstanceMethod<&JsRing::acquire>("acquire"),
                         InstanceMethod<&JsRing::publish>("publish"),
                         InstanceMethod<&JsRing::end>("end"),
                         InstanceMethod<&JsRing::drained>("drained"),
                         InstanceMethod<&JsRing::take>("take"),
                         InstanceMethod<&JsRing::batch>("batch"),
                         InstanceMethod<&JsRing::give>("give"),
                         InstanceMethod<&JsRing::memory>("memory"),
                         InstanceMethod<&JsRing::wait>("wait"),
                         InstanceMethod<&JsRing::close>("close"),
                     });
}

JsRing::JsRing(const Napi::CallbackInfo& info)
    : ObjectWrap(info), core_(takeCore<JsRing>(info)), name_(core_->ring->name()) {}

JsRing::~JsRing() {
  if (core_) core_->ring->leave();
}

ring::Ring& JsRing::ring() const {
  if (core_) return *core_->ring;
  Failure failure(FailureKind::Ring, "Ring '" + name_ + "' is closed here. Open it again.");
  failure.name = ring::codeName(ring::kClosed);
  throw failure;
}

Napi::Value JsRing::spec(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const ring::Ring& ring = this->ring();
    const ring::Spec& spec = ring.spec();
    auto tensors = Napi::Array::New(env, spec.tensors);
    for (uint32_t n = 0; n < spec.tensors; ++n) {
      const ring::TensorSpec& from = spec.tensor[n];
      auto shape = Napi::Array::New(env, from.axes);
      for (uint32_t axis = 0; axis < from.axes; ++axis) shape.Set(axis, static_cast<double>(from.shape[axis]));
      auto tensor = Napi::Object::New(env);
      tensor.Set("name", fixedText(from.name, sizeof from.name));
      tensor.Set("dtype", fixedText(from.dtype, sizeof from.dtype));
      tensor.Set("layout", fixedText(from.layout, sizeof from.layout));
      tensor.Set("shape", shape);
      tensor.Set("offset", static_cast<double>(ring.layout().offset[n]));
      tensor.Set("bytes", static_cast<double>(ring.layout().bytes[n]));
      tensors.Set(n, tensor);
    }
    auto object = Napi::Object::New(env);
    object.Set("slots", spec.slots);
    object.Set("mode", spec.mode);
    object.Set("tensors", tensors);
    return object;
  });
}

Napi::Value JsRing::acquire(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    ring::Failure failure;
    const int slot = ring().acquire(failure);
    if (slot < ring::kEnd) throw toFailure(failure);
    return Napi::Number::New(info.Env(), slot);
  });
}

void JsRing::publish(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const uint32_t slot = slotOf(ring(), info[0]);
    const size_t count = toSize(info[1], "count");
    const std::string text = textOf(info[2], "info");
    ring::Failure failure;
    if (ring().publish(slot, static_cast<uint32_t>(std::min<size_t>(count, INT32_MAX)), text.data(), text.size(), failure) != ring::kOk) {
      throw toFailure(failure);
    }
  });
}

void JsRing::end(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    if (core_) ring().end();
  });
}

Napi::Value JsRing::drained(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    ring::Failure failure;
    return Napi::Boolean::New(info.Env(), !core_ || ring().drained(failure));
  });
}

Napi::Value JsRing::take(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    ring::Failure failure;
    const int slot = ring().take(failure);
    if (slot < ring::kEnd) throw toFailure(failure);
    // In place: a copy would give the slot back when it ends.
    if (slot >= 0) holds_[static_cast<uint32_t>(slot)].reset(new Hold{core_, static_cast<uint32_t>(slot)});
    return Napi::Number::New(info.Env(), slot);
  });
}

Napi::Value JsRing::batch(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const ring::Batch found = ring().batch(slotOf(ring(), info[0]));
    auto object = Napi::Object::New(info.Env());
    object.Set("sequence", static_cast<double>(found.sequence));
    object.Set("count", found.count);
    object.Set("info", Napi::String::New(info.Env(), found.info, found.infoBytes));
    return object;
  });
}

void JsRing::give(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    // After close() there is nothing to give back here: what still holds memory does so itself.
    if (!core_) return;
    const uint32_t slot = slotOf(ring(), info[0]);
    if (ring().isProducer()) ring().cancel(slot);
    holds_.erase(slot);
  });
}

Napi::Value JsRing::memory(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto& device = unwrap<JsDevice>(info[0], "device").device();
    const uint32_t slot = slotOf(ring(), info[1]);
    const size_t offset = toSize(info[2], "offset");
    const size_t bytes = toSize(info[3], "bytes");
    const size_t all = ring().layout().slotBytes;
    if (bytes == 0 || offset > all || bytes > all - offset) throw wrongArgument("Expected memory of the slot.");
    std::shared_ptr<void> keep = core_;
    if (const auto hold = holds_.find(slot); hold != holds_.end()) keep = hold->second;
    const uint64_t pointer = core_->pointer(slot, *device) + offset;
    JsMemory::Core core{device->wrap(pointer, bytes, std::move(keep)), false};
    return create<JsMemory>(info.Env(), Context::of(info.Env()).memoryClass, std::move(core));
  });
}

Napi::Value JsRing::wait(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    ring();
    auto promise = Context::of(info.Env()).queue->promise(info.Env(), Napi::Value());
    if (!thread_) thread_ = std::make_unique<TaskThread>("cuweave ring");
    thread_->post([side = core_, settle = promise.settle] {
      side->ring->wait(UINT32_MAX);
      settle(nullptr);
    });
    return promise.value;
  });
}

void JsRing::close(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    holds_.clear();
    if (!core_) return;
    core_->ring->close();
    core_->ring->leave();
    core_.reset();
    sweepRings();
  });
}

}  // namespace cuweave
