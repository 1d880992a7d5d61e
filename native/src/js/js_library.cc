#include "js/js_classes.h"

namespace cuweave {

const napi_type_tag JsLibrary::tag = {0x6377'6c69'6272'6172, 0x8d1f'0b1c'4f0e'4a04};
const napi_type_tag JsPipeline::tag = {0x6377'7069'7065'6c00, 0x8d1f'0b1c'4f0e'4a05};

Napi::Function JsLibrary::define(Napi::Env env) {
  return DefineClass(env, "Library",
                     {InstanceMethod<&JsLibrary::pipeline>("pipeline"), InstanceMethod<&JsLibrary::pair>("pair")});
}
JsLibrary::JsLibrary(const Napi::CallbackInfo& info) : ObjectWrap(info), core_(takeCore<JsLibrary>(info)) {}

Napi::Value JsLibrary::pipeline(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsString()) throw wrongArgument("Expected a pipeline's name.");
    auto found = core_->pipeline(info[0].As<Napi::String>().Utf8Value(), toSize(info[1], "argsSize"),
                                 toSize(info[2], "imageSize"), toSize(info[3], "outputSize"));
    return create<JsPipeline>(info.Env(), Context::of(info.Env()).pipelineClass, std::move(found));
  });
}

Napi::Value JsLibrary::pair(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsString()) throw wrongArgument("Expected a pair's name.");
    Context& context = Context::of(info.Env());
    const auto part = [&](size_t at) { return context.pipelines->get(toNumber(info[at]), "pipeline").functions(); };
    auto found = core_->pair(info[0].As<Napi::String>().Utf8Value(), *part(1), part(2));
    return create<JsPipeline>(info.Env(), context.pipelineClass, std::move(found));
  });
}

Napi::Function JsPipeline::define(Napi::Env env) {
  return DefineClass(env, "Pipeline", {InstanceAccessor<&JsPipeline::cuda>("cuda")});
}
JsPipeline::JsPipeline(const Napi::CallbackInfo& info)
    : ObjectWrap(info), core_(takeCore<JsPipeline>(info)), handles_(Context::of(info.Env()).pipelines) {
  handle_ = handles_->add(this);
  info.This().As<Napi::Object>().Set("handle", static_cast<double>(handle_));
}
JsPipeline::~JsPipeline() {
  if (handles_) handles_->remove(handle_);
}

Napi::Value JsPipeline::cuda(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), core_->cuda != nullptr);
}

}  // namespace cuweave
