#include "js/js_classes.h"

namespace cuweave {

const napi_type_tag JsEvent::tag = {0x6377'6576'656e'7400, 0x8d1f'0b1c'4f0e'4a02};

void JsEvent::State::set(const Failure* passed) {
  std::vector<Stream::Completion> told;
  {
    std::lock_guard lock(mutex);
    done = true;
    if (passed) failure = *passed;
    told.swap(waiting);
  }
  for (const auto& settle : told) settle(passed);
}

Napi::Function JsEvent::define(Napi::Env env) {
  return DefineClass(env, "Event",
                     {
                         InstanceMethod<&JsEvent::wait>("wait"),
                         InstanceMethod<&JsEvent::since>("since"),
                         InstanceAccessor<&JsEvent::done>("done"),
                         InstanceAccessor<&JsEvent::handle>("handle"),
                     });
}

JsEvent::JsEvent(const Napi::CallbackInfo& info) : ObjectWrap(info), core_(takeCore<JsEvent>(info)) {}

Napi::Value JsEvent::wait(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto promise = Context::of(info.Env()).queue->promise(info.Env(), Napi::Value());
    std::optional<Failure> failure;
    {
      std::lock_guard lock(core_.state->mutex);
      if (!core_.state->done) {
        core_.state->waiting.push_back(promise.settle);
        return promise.value;
      }
      failure = core_.state->failure;
    }
    promise.settle(failure ? &*failure : nullptr);
    return promise.value;
  });
}

Napi::Value JsEvent::since(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), core_.event->since(*unwrap<JsEvent>(info[0], "event").core_.event));
  });
}

Napi::Value JsEvent::done(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::Boolean::New(info.Env(), core_.event->done()); });
}

Napi::Value JsEvent::handle(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::BigInt::New(info.Env(), core_.event->handle()); });
}

}  // namespace cuweave
