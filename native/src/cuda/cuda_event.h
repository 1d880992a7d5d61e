// A CUDA event from its context's store, which it returns to.
#pragma once

#include "cuda/cuda_context.h"
#include "device/device.h"

namespace cuweave {

class CudaEvent : public Event {
 public:
  CudaEvent(CudaContext& context, bool timed)
      : context_(context), timed_(timed), event_(context.takeEvent(timed)) {}
  // Re-recording an event does not disturb waits that were enqueued on it before.
  ~CudaEvent() override { context_.giveEvent(event_, timed_); }

  CUevent event() const { return event_; }
  uint64_t handle() const override { return reinterpret_cast<uint64_t>(event_); }
  bool done() override {
    context_.enter();
    const CUresult code = context_.driver.eventQuery(event_);
    if (code == CUDA_ERROR_NOT_READY) return false;
    context_.check(code, "cuEventQuery");
    return true;
  }
  // Blocks this thread until it has passed.
  void wait() {
    context_.enter();
    context_.check(context_.driver.eventSynchronize(event_), "work on the stream");
  }
  double since(Event& start) override {
    auto* first = dynamic_cast<CudaEvent*>(&start);
    if (!first || !first->timed_ || !timed_) throw wrongArgument("Expected two events of one CUDA device.");
    if (!done() || !first->done()) throw wrongArgument("Expected events that have passed: await event.wait() first.");
    float milliseconds = 0;
    context_.check(context_.driver.eventElapsedTime(&milliseconds, first->event_, event_), "cuEventElapsedTime");
    return milliseconds;
  }

 private:
  CudaContext& context_;
  const bool timed_;
  CUevent event_;
};

}  // namespace cuweave
