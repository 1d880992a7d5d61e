#include "js/js_classes.h"

namespace cuweave {

const napi_type_tag JsGraph::tag = {0x6377'6772'6170'6800, 0x8d1f'0b1c'4f0e'4a07};

Napi::Function JsGraph::define(Napi::Env env) {
  return DefineClass(env, "Graph",
                     {
                         InstanceMethod<&JsGraph::launch>("launch"),
                         InstanceMethod<&JsGraph::dispose>("dispose"),
                     });
}

JsGraph::JsGraph(const Napi::CallbackInfo& info) : ObjectWrap(info), core_(takeCore<JsGraph>(info)) {}

void JsGraph::launch(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    if (!core_.graph) throw disposed("graph");
    if (core_.stream->closed()) throw disposed("stream");
    const auto& memories = *Context::of(info.Env()).memories;
    // All are looked at before the first is noted: an error leaves nothing behind.
    for (const auto* handles : {&core_.reads, &core_.writes}) {
      for (const double handle : *handles) memories.get(handle, "memory").memory();
    }
    for (const double handle : core_.reads) core_.stream->reads(*memories.get(handle, "memory").memory());
    for (const double handle : core_.writes) core_.stream->writes(*memories.get(handle, "memory").memory());
    core_.graph->launch();
  });
}

void JsGraph::dispose(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { core_.graph.reset(); });
}

}  // namespace cuweave
