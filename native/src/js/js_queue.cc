#include "js/js_queue.h"

namespace cuweave {

namespace {

using Job = std::function<void(Napi::Env)>;

void runJob(napi_env env, napi_value, void*, void* data) {
  if (!env) return;  // The environment is ending; the job's references went with it.
  std::unique_ptr<Job> job(static_cast<Job*>(data));
  Napi::HandleScope scope(env);
  try {
    (*job)(env);
  } catch (const Napi::Error&) {
    // A worker that is being terminated takes no more JavaScript.
  }
}

const char* kindName(FailureKind kind) {
  switch (kind) {
    case FailureKind::Argument: return "argument";
    case FailureKind::Cuda: return "cuda";
    case FailureKind::DeviceLost: return "deviceLost";
    case FailureKind::Disposed: return "disposed";
    case FailureKind::Kernel: return "kernel";
    case FailureKind::Library: return "library";
    case FailureKind::OutOfMemory: return "outOfMemory";
    case FailureKind::Ring: return "ring";
    case FailureKind::Unavailable: return "unavailable";
  }
  return "cuda";
}

struct Pending {
  Napi::Promise::Deferred deferred;
  Napi::Reference<Napi::Value> keep;
  JsQueue::Finish finish;
};

}  // namespace

std::shared_ptr<JsQueue> JsQueue::create(Napi::Env env) {
  auto queue = std::make_shared<JsQueue>();
  napi_value name = Napi::String::New(env, "cuweave");
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, runJob,
                                      &queue->function_) != napi_ok) {
    throw Napi::Error::New(env);
  }
  // Alone it keeps no process alive; an unsettled promise does.
  napi_unref_threadsafe_function(env, queue->function_);
  return queue;
}

void JsQueue::post(Job job) {
  auto* own = new Job(std::move(job));
  std::lock_guard lock(mutex_);
  if (!closed_) napi_call_threadsafe_function(function_, own, napi_tsfn_nonblocking);
}

void JsQueue::begin(Napi::Env env) {
  if (pending_++ == 0) napi_ref_threadsafe_function(env, function_);
}
void JsQueue::end(Napi::Env env) {
  if (--pending_ == 0) napi_unref_threadsafe_function(env, function_);
}

JsQueue::Promise JsQueue::promise(Napi::Env env, Napi::Value keep, Finish finish) {
  auto* pending = new Pending{Napi::Promise::Deferred::New(env), {}, std::move(finish)};
  if (!keep.IsEmpty()) pending->keep = Napi::Reference<Napi::Value>::New(keep, 1);
  begin(env);
  auto self = shared_from_this();
  return {pending->deferred.Promise(), [self, pending](const Failure* failure) {
            auto told = failure ? std::make_shared<Failure>(*failure) : nullptr;
            self->post([self, pending, told](Napi::Env env) mutable {
              std::unique_ptr<Pending> own(pending);
              self->end(env);
              try {
                if (!told && own->finish) own->finish(own->keep.Value());
              } catch (const Failure& failed) {
                told = std::make_shared<Failure>(failed);
              }
              if (told) own->deferred.Reject(toError(env, *told).Value());
              else own->deferred.Resolve(env.Undefined());
            });
          }};
}

std::shared_ptr<void> JsQueue::hold(Napi::Value value) {
  auto* reference = new Napi::Reference<Napi::Value>(Napi::Reference<Napi::Value>::New(value, 1));
  return std::shared_ptr<void>(reference, [self = shared_from_this()](void* held) {
    self->post([held](Napi::Env) { delete static_cast<Napi::Reference<Napi::Value>*>(held); });
  });
}

void JsQueue::close() {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  closed_ = true;
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
}

Napi::Error toError(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.what());
  const auto set = [&](const char* name, Napi::Value value) { error.Set(name, value); };
  set("kind", Napi::String::New(env, kindName(failure.kind)));
  if (failure.code != 0) set("code", Napi::Number::New(env, failure.code));
  if (!failure.name.empty()) set("cuda", Napi::String::New(env, failure.name));
  if (!failure.operation.empty()) set("operation", Napi::String::New(env, failure.operation));
  const auto bytes = [&](const char* name, uint64_t value) {
    if (value != 0) set(name, Napi::Number::New(env, static_cast<double>(value)));
  };
  bytes("bytes", failure.bytes);
  bytes("free", failure.freeBytes);
  bytes("total", failure.totalBytes);
  return error;
}

}  // namespace cuweave
