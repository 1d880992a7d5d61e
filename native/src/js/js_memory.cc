#include "js/js_classes.h"

namespace cuweave {

const napi_type_tag JsMemory::tag = {0x6377'6d65'6d6f'7279, 0x8d1f'0b1c'4f0e'4a01};

Napi::Function JsMemory::define(Napi::Env env) {
  return DefineClass(env, "Memory",
                     {
                         InstanceAccessor<&JsMemory::pointer>("pointer"),
                         InstanceAccessor<&JsMemory::byteLength>("byteLength"),
                         InstanceMethod<&JsMemory::report>("report"),
                         InstanceMethod<&JsMemory::dispose>("dispose"),
                     });
}

namespace {
// Unlike node-addon-api's, it does not throw: a finalizer may run while the environment ends.
void adjustExternal(napi_env env, int64_t bytes) {
  int64_t total = 0;
  napi_adjust_external_memory(env, bytes, &total);
}
}  // namespace

JsMemory::JsMemory(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  Core core = takeCore<JsMemory>(info);
  memory_ = std::move(core.memory);
  reported_ = core.reported;
  if (reported_) adjustExternal(Env(), static_cast<int64_t>(memory_->bytes));
  handles_ = Context::of(Env()).memories;
  handle_ = handles_->add(this);
  info.This().As<Napi::Object>().Set("handle", static_cast<double>(handle_));
}

JsMemory::~JsMemory() {
  if (handles_) handles_->remove(handle_);
  release();
}

void JsMemory::release() {
  if (!memory_) return;
  if (reported_) adjustExternal(Env(), -static_cast<int64_t>(memory_->bytes));
  memory_->release();
  memory_.reset();
}

const std::shared_ptr<Memory>& JsMemory::memory() const {
  if (!memory_) throw disposed("memory");
  return memory_;
}

Napi::Value JsMemory::pointer(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::BigInt::New(info.Env(), memory()->pointer); });
}
Napi::Value JsMemory::byteLength(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), static_cast<double>(memory()->bytes));
  });
}
void JsMemory::report(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const size_t bytes = memory()->bytes;
    if (!reported_) adjustExternal(Env(), static_cast<int64_t>(bytes));
    reported_ = true;
  });
}
void JsMemory::dispose(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { release(); });
}

}  // namespace cuweave
