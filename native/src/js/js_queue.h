// The way back to the JavaScript thread, for completions and for objects that end elsewhere.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>

#include "device/device.h"

namespace cuweave {

class JsQueue : public std::enable_shared_from_this<JsQueue> {
 public:
  static std::shared_ptr<JsQueue> create(Napi::Env env);

  // Runs `job` on the JavaScript thread; from any thread. Once the environment has ended, jobs are dropped, and what
  // they hold is left alone: it went with the environment.
  void post(std::function<void(Napi::Env)> job);
  // A promise, and the completion that settles it from any thread. `keep` lives until then, and the process too. `finish`, if
  // any, runs on the JavaScript thread before it is resolved; a Failure of it rejects it.
  using Finish = std::function<void(const Napi::Value& kept)>;
  struct Promise {
    Napi::Value value;
    Stream::Completion settle;
  };
  Promise promise(Napi::Env env, Napi::Value keep, Finish finish = nullptr);
  // Holds a JavaScript object for work elsewhere.
  std::shared_ptr<void> hold(Napi::Value value);
  void close();

 private:
  void begin(Napi::Env env);
  void end(Napi::Env env);
  std::mutex mutex_;
  bool closed_ = false;
  napi_threadsafe_function function_ = nullptr;
  // Promises that are not settled.
  size_t pending_ = 0;
};

// A JavaScript error with what the failure holds; runtime/errors.ts reads it.
Napi::Error toError(Napi::Env env, const Failure& failure);

}  // namespace cuweave
