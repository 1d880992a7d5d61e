// What the addon keeps for one JavaScript environment (the main thread's or a worker's): its classes, its streams, the
// way back to it.
#pragma once

#include <napi.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "js/js_queue.h"

namespace cuweave {

// Objects by a number that JavaScript passes in their place: telling a number is many times faster than telling an
// object's class. Numbers are never used again, so an old one finds nothing.
template <typename Object>
class Handles {
 public:
  uint64_t add(Object* object) {
    objects_.emplace(++last_, object);
    return last_;
  }
  void remove(uint64_t handle) { objects_.erase(handle); }
  Object& get(double handle, const char* what) const {
    const auto found = handle >= 1 && handle <= static_cast<double>(last_) ? objects_.find(static_cast<uint64_t>(handle))
                                                                         : objects_.end();
    if (found == objects_.end()) throw wrongArgument(std::string("Expected the handle of a native ") + what + ".");
    return *found->second;
  }

 private:
  std::unordered_map<uint64_t, Object*> objects_;
  uint64_t last_ = 0;
};

class JsMemory;
class JsPipeline;
class VideoDecoder;

class Context {
 public:
  explicit Context(Napi::Env env);
  static Context& of(Napi::Env env) { return *env.GetInstanceData<Context>(); }

  // The streams and decoders of this environment, which end with it.
  void add(const std::shared_ptr<Stream>& stream);
  void add(const std::shared_ptr<VideoDecoder>& decoder);
  void closeStreams(const Device& device);
  void end();

  std::shared_ptr<JsQueue> queue;
  // Shared with the objects: some of them are collected after this.
  std::shared_ptr<Handles<JsMemory>> memories = std::make_shared<Handles<JsMemory>>();
  std::shared_ptr<Handles<JsPipeline>> pipelines = std::make_shared<Handles<JsPipeline>>();
  Napi::FunctionReference decoderClass, deviceClass, eventClass, graphClass, libraryClass, memoryClass, pipelineClass, ringClass,
      streamClass;
  // What the constructor that runs next is to wrap; null: JavaScript called it, which is refused.
  void* creating = nullptr;

 private:
  std::vector<std::weak_ptr<Stream>> streams_;
  std::vector<std::weak_ptr<VideoDecoder>> decoders_;
};

// Runs `body`; a failure becomes a JavaScript exception.
template <typename Body>
auto guarded(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const Failure& failure) {
    throw toError(env, failure);
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw toError(env, Failure(FailureKind::OutOfMemory, "out of memory"));
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
}

// A JavaScript object of class `Class` (which has `tag`, `Core` and `core`) around `core`.
template <typename Class>
Napi::Object create(Napi::Env env, Napi::FunctionReference& constructor, typename Class::Core core) {
  Context& context = Context::of(env);
  context.creating = &core;
  try {
    Napi::Object made = constructor.New({});
    context.creating = nullptr;
    return made;
  } catch (...) {
    context.creating = nullptr;
    throw;
  }
}

// For constructors of such classes: takes the core that create() left, and marks the object as one of the class.
template <typename Class>
typename Class::Core takeCore(const Napi::CallbackInfo& info) {
  Context& context = Context::of(info.Env());
  auto* core = static_cast<typename Class::Core*>(context.creating);
  if (!core) throw Napi::TypeError::New(info.Env(), "Illegal constructor");
  context.creating = nullptr;
  info.This().As<Napi::Object>().TypeTag(&Class::tag);
  return std::move(*core);
}

template <typename Class>
Class& unwrap(const Napi::Value& value, const char* what) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&Class::tag)) {
    throw wrongArgument(std::string("Expected a native ") + what + ".");
  }
  return *Class::Unwrap(value.As<Napi::Object>());
}

// NaN for what is no number.
double toNumber(const Napi::Value& value);
size_t toSize(const Napi::Value& value, const char* what);

// The bytes of a typed array, as the engine has them.
struct HostBytes {
  uint64_t pointer;
  size_t bytes;
  // Memory of a SharedArrayBuffer, which cannot be moved or made smaller.
  bool shared;
};
HostBytes toBytes(const Napi::Value& value, const char* what);

}  // namespace cuweave
