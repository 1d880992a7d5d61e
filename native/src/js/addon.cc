// The addon's entry: what runtime/device/addon.ts calls.
#include <dlfcn.h>
#include <napi.h>

#include "js/context.h"
#include "cpu/cpu_device.h"
#include "cuda/cuda_context.h"
#include "cuda/cuda_device.h"
#include "cuda/cuda_driver.h"
#include "js/js_classes.h"

namespace cuweave {

namespace {

// Raised with every change of what JavaScript sees; runtime/device/addon.ts refuses another.
constexpr int kInterface = 11;

Napi::Value cudaStatus(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const DriverState& state = driverState();
    auto object = Napi::Object::New(info.Env());
    auto devices = Napi::Array::New(info.Env());
    object.Set("usable", state.driver != nullptr);
    if (!state.reason.empty()) object.Set("reason", state.reason);
    object.Set("message", state.message);
    if (state.version != 0) object.Set("driverVersion", state.version);
    for (int ordinal = 0; ordinal < state.devices; ++ordinal) {
      devices.Set(static_cast<uint32_t>(ordinal), toObject(info.Env(), cudaDeviceInfo(ordinal)));
    }
    object.Set("devices", devices);
    return object;
  });
}

Napi::Value nvdecStatus(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const NvcuvidState& state = nvcuvidState();
    auto object = Napi::Object::New(info.Env());
    object.Set("usable", state.api != nullptr);
    if (!state.reason.empty()) object.Set("reason", state.reason);
    object.Set("message", state.message);
    return object;
  });
}

// (kind, index)
Napi::Value openDevice(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string kind = info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "";
    if (kind != "cpu" && kind != "cuda") throw wrongArgument("Expected 'cpu' or 'cuda' for kind.");
    const size_t index = toSize(info[1], "index");
    if (index > 65535) throw wrongArgument("Expected an index of at most 65535.");
    auto device = kind == "cpu" ? openCpu() : openCuda(static_cast<int>(index));
    return create<JsDevice>(info.Env(), Context::of(info.Env()).deviceClass, std::move(device));
  });
}

// (absolute path)
Napi::Value openLibrary(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsString()) throw wrongArgument("Expected a path for library.");
    auto library = std::make_shared<Library>(info[0].As<Napi::String>().Utf8Value());
    return create<JsLibrary>(info.Env(), Context::of(info.Env()).libraryClass, std::move(library));
  });
}

// Node unloads an addon with its last environment, and threads of ours may still be on their way out of it.
void stayLoaded() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&stayLoaded), &self) && self.dli_fname) {
    dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  stayLoaded();
  auto* context = new Context(env);
  env.SetInstanceData(context);
  // Added after the queue's own hook, and therefore run before it.
  env.AddCleanupHook([](Context* ending) { ending->end(); }, context);
  context->decoderClass = Napi::Persistent(JsDecoder::define(env));
  context->deviceClass = Napi::Persistent(JsDevice::define(env));
  context->eventClass = Napi::Persistent(JsEvent::define(env));
  context->graphClass = Napi::Persistent(JsGraph::define(env));
  context->libraryClass = Napi::Persistent(JsLibrary::define(env));
  context->memoryClass = Napi::Persistent(JsMemory::define(env));
  context->pipelineClass = Napi::Persistent(JsPipeline::define(env));
  context->ringClass = Napi::Persistent(JsRing::define(env));
  context->streamClass = Napi::Persistent(JsStream::define(env));
  exports.Set("interface", kInterface);
  exports.Set("createRing", Napi::Function::New(env, createRing, "createRing"));
  exports.Set("openRing", Napi::Function::New(env, openRing, "openRing"));
  exports.Set("sweepRings", Napi::Function::New(env, static_cast<Napi::Value (*)(const Napi::CallbackInfo&)>(sweepRings), "sweepRings"));
  exports.Set("cudaStatus", Napi::Function::New(env, cudaStatus, "cudaStatus"));
  exports.Set("nvdecStatus", Napi::Function::New(env, nvdecStatus, "nvdecStatus"));
  exports.Set("openDevice", Napi::Function::New(env, openDevice, "openDevice"));
  exports.Set("openLibrary", Napi::Function::New(env, openLibrary, "openLibrary"));
  return exports;
}

}  // namespace

}  // namespace cuweave

static Napi::Object initialize(Napi::Env env, Napi::Object exports) { return cuweave::init(env, exports); }
NODE_API_MODULE(cuweave, initialize)
