#include <cstring>
#include <set>
#include <tuple>

#include "js/js_classes.h"

namespace cuweave {

const napi_type_tag JsStream::tag = {0x6377'7374'7265'616d, 0x8d1f'0b1c'4f0e'4a03};

namespace {

void checkSpan(size_t size, size_t offset, size_t pitch, Extent extent, const char* what) {
  const size_t limit = size_t{1} << 50;
  if (extent.rowBytes == 0 || extent.rows == 0 || pitch < extent.rowBytes || pitch > limit || offset > limit ||
      extent.rows > limit / pitch || offset + extent.span(pitch) > size) {
    throw wrongArgument(std::string("The rows of the copy do not lie in the ") + what + ".");
  }
}

struct MemoryRows {
  std::shared_ptr<Memory> memory;
  Rows rows;
};
// A stream of the CPU would read a GPU's address as its own.
void requireSameDevice(const Memory& memory, const Stream& stream) {
  if (memory.device == stream.device) return;
  const DeviceInfo& its = memory.device->info();
  const DeviceInfo& own = stream.device->info();
  if (its.kind != own.kind || its.ordinal != own.ordinal) {
    throw wrongArgument("Expected a stream of the device that the memory is on.");
  }
}
const std::shared_ptr<Memory>& memoryOf(const Napi::Value& value, const Stream& stream) {
  const auto& memory = unwrap<JsMemory>(value, "memory").memory();
  requireSameDevice(*memory, stream);
  return memory;
}

MemoryRows memoryRows(const Napi::CallbackInfo& info, size_t first, Extent extent, const Stream& stream) {
  auto memory = memoryOf(info[first], stream);
  const size_t offset = toSize(info[first + 1], "offset");
  const size_t pitch = toSize(info[first + 2], "pitch");
  checkSpan(memory->bytes, offset, pitch, extent, "memory");
  const Rows rows{memory->pointer + offset, pitch};
  return {std::move(memory), rows};
}

struct HostRows {
  Rows rows;
  bool shared;
};
HostRows hostRows(const Napi::CallbackInfo& info, size_t first, Extent extent) {
  const HostBytes host = toBytes(info[first], "the host's data");
  const size_t offset = toSize(info[first + 1], "offset");
  const size_t pitch = toSize(info[first + 2], "pitch");
  checkSpan(host.bytes, offset, pitch, extent, "array");
  return {{host.pointer + offset, pitch}, host.shared};
}

// Work that is not even enqueued settles its promise too.
template <typename Enqueue>
void settled(const Stream::Completion& settle, Enqueue enqueue) {
  try {
    enqueue();
  } catch (const Failure& failure) {
    settle(&failure);
  } catch (const std::bad_alloc&) {
    const Failure failure(FailureKind::OutOfMemory, "out of memory");
    settle(&failure);
  } catch (const std::exception& error) {
    const Failure failure(FailureKind::Kernel, error.what());
    settle(&failure);
  }
}

Extent extentOf(const Napi::CallbackInfo& info) { return {toSize(info[6], "rowBytes"), toSize(info[7], "rows")}; }

}  // namespace

Napi::Function JsStream::define(Napi::Env env) {
  return DefineClass(env, "Stream",
                     {
                         InstanceMethod<&JsStream::synchronize>("synchronize"),
                         InstanceMethod<&JsStream::record>("record"),
                         InstanceMethod<&JsStream::waitFor>("waitFor"),
                         InstanceAccessor<&JsStream::handle>("handle"),
                         InstanceMethod<&JsStream::upload>("upload"),
                         InstanceMethod<&JsStream::download>("download"),
                         InstanceMethod<&JsStream::copy>("copy"),
                         InstanceMethod<&JsStream::launch>("launch"),
                         InstanceMethod<&JsStream::capture>("capture"),
                         InstanceMethod<&JsStream::dispose>("dispose"),
                     });
}

JsStream::JsStream(const Napi::CallbackInfo& info) : ObjectWrap(info), core_(takeCore<JsStream>(info)) {}
JsStream::~JsStream() {
  if (core_) core_->close();
}

const JsStream::Core& JsStream::stream() const {
  if (core_->closed()) throw disposed("stream");
  return core_;
}

Napi::Value JsStream::synchronize(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const Core& stream = this->stream();
    auto promise = Context::of(info.Env()).queue->promise(info.Env(), Napi::Value());
    settled(promise.settle, [&] { stream->after(promise.settle); });
    return promise.value;
  });
}

Napi::Value JsStream::record(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Core& stream = this->stream();
    JsEvent::Core event{stream->record(true), std::make_shared<JsEvent::State>()};
    stream->after([state = event.state](const Failure* failure) { state->set(failure); });
    return create<JsEvent>(info.Env(), Context::of(info.Env()).eventClass, std::move(event));
  });
}

void JsStream::waitFor(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { stream()->waitFor(unwrap<JsEvent>(info[0], "event").event()); });
}

Napi::Value JsStream::handle(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::BigInt::New(info.Env(), stream()->handle()); });
}

void JsStream::upload(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const Extent extent = extentOf(info);
    const Core& stream = this->stream();
    const MemoryRows target = memoryRows(info, 0, extent, *stream);
    stream->upload(*target.memory, target.rows, hostRows(info, 3, extent).rows, extent);
  });
}

Napi::Value JsStream::download(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const Core& stream = this->stream();
    const Extent extent = extentOf(info);
    const HostRows target = hostRows(info, 0, extent);
    const MemoryRows source = memoryRows(info, 3, extent, *stream);
    JsQueue& queue = *Context::of(info.Env()).queue;
    // The memory must outlast the copy, and whoever waits for the copy may count on its being given back.
    auto memory = source.memory;
    const bool stays = info[8].ToBoolean() || target.shared ||
                       stream->device->hostBlock(target.rows.pointer, extent.span(target.rows.pitch));
    if (stays) {
      auto promise = queue.promise(info.Env(), info[0]);
      settled(promise.settle, [&] {
        stream->download(target.rows, *memory, source.rows, extent,
                         [settle = promise.settle, memory](const Failure* failure) mutable {
                           memory.reset();
                           settle(failure);
                         });
      });
      return promise.value;
    }
    // JavaScript may transfer its buffer meanwhile: it is written once the rows are here, if it is still there.
    auto rows = std::make_shared<std::shared_ptr<void>>();
    const size_t offset = toSize(info[1], "offset");
    const size_t pitch = target.rows.pitch;
    auto promise = queue.promise(info.Env(), info[0], [=](const Napi::Value& array) {
      const HostBytes now = toBytes(array, "the host's data");
      if (offset + extent.span(pitch) > now.bytes) {
        throw wrongArgument("The array for the values was transferred or resized before they came.");
      }
      copyRows({now.pointer + offset, pitch}, {reinterpret_cast<uint64_t>(rows->get()), extent.rowBytes}, extent);
    });
    settled(promise.settle, [&] {
      stream->fetch(*memory, source.rows, extent,
                    [settle = promise.settle, memory, rows](const Failure* failure,
                                                            const std::shared_ptr<void>& block) mutable {
                      *rows = block;
                      memory.reset();
                      settle(failure);
                    });
    });
    return promise.value;
  });
}

void JsStream::copy(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const Extent extent = extentOf(info);
    const Core& stream = this->stream();
    const MemoryRows target = memoryRows(info, 0, extent, *stream);
    const MemoryRows source = memoryRows(info, 3, extent, *stream);
    stream->copy(target.memory, target.rows, source.memory, source.rows, extent);
  });
}

namespace {

// One call as JavaScript gives it: its block is still JavaScript's.
struct GivenCall {
  Launch launch;
  std::vector<std::shared_ptr<Memory>> used;
  // The first of these are read (the number comes with the call), the others are written.
  size_t reads;
  HostBytes handles;
};
double handleAt(const GivenCall& call, size_t index) {
  double handle;
  std::memcpy(&handle, reinterpret_cast<const char*>(call.handles.pointer) + index * sizeof handle, sizeof handle);
  return handle;
}
// A kernel's part of a block: what a call has once, and behind it what each image has.
std::pair<const uint8_t*, const uint8_t*> partsOf(const PipelineFunctions& pipeline, const Napi::Value& blockOf, size_t count) {
  const HostBytes block = toBytes(blockOf, "the block");
  if (count < 1 || count > 65535 || block.bytes < pipeline.argsSize + pipeline.imageSize * count) {
    throw wrongArgument("The argument block does not have the size that pipeline '" + pipeline.name + "' needs.");
  }
  const auto* args = reinterpret_cast<const uint8_t*>(block.pointer);
  return {args, args + pipeline.argsSize};
}
GivenCall givenCall(Napi::Env env, const Stream& stream, const Napi::Value& pipelineHandle, const Napi::Value& blockOf,
                    const Napi::Value& countOf, const Napi::Value& handlesOf, const Napi::Value& readsOf,
                    const Napi::Value& usedOf, const Napi::Value& secondOf) {
  const Context& context = Context::of(env);
  const auto& pipeline = context.pipelines->get(toNumber(pipelineHandle), "pipeline").functions();
  const size_t count = toSize(countOf, "count");
  const auto [args, images] = partsOf(*pipeline, blockOf, count);
  const HostBytes handles = toBytes(handlesOf, "the handles");
  const size_t reads = toSize(readsOf, "reads"), memories = toSize(usedOf, "memories");
  if (reads > memories || memories > handles.bytes / sizeof(double)) throw wrongArgument("Expected as many handles as are used.");
  GivenCall call{{pipeline, args, images, static_cast<int32_t>(count)}, {}, reads, handles};
  if (pipeline->second) {
    std::tie(call.launch.secondArgs, call.launch.secondImages) = partsOf(*pipeline->second, secondOf, count);
  }
  call.used.reserve(memories);
  for (size_t i = 0; i < memories; ++i) {
    const auto& memory = context.memories->get(handleAt(call, i), "memory").memory();
    requireSameDevice(*memory, stream);
    call.used.push_back(memory);
  }
  return call;
}
// Both parts of a kernel's block, kept.
void keep(const PipelineFunctions& pipeline, const uint8_t* args, const uint8_t* images, int32_t count,
          std::vector<uint8_t>& ownArgs, std::vector<uint8_t>& ownImages) {
  ownArgs.assign(args, args + pipeline.argsSize);
  ownImages.assign(images, images + pipeline.imageSize * count);
}

}  // namespace

void JsStream::launch(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const Core& stream = this->stream();
    GivenCall call = givenCall(info.Env(), *stream, info[0], info[1], info[2], info[3], info[4], info[5], info[6]);
    for (size_t i = 0; i < call.used.size(); ++i) i < call.reads ? stream->reads(*call.used[i]) : stream->writes(*call.used[i]);
    stream->launch(call.launch, std::move(call.used));
  });
}

Napi::Value JsStream::capture(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Core& stream = this->stream();
    if (!info[0].IsArray()) throw wrongArgument("Expected an array of calls.");
    const auto list = info[0].As<Napi::Array>();
    std::vector<RecordedCall> calls;
    std::set<double> reads, writes;
    for (uint32_t n = 0; n < list.Length(); ++n) {
      const auto one = list.Get(n).As<Napi::Object>();
      GivenCall call = givenCall(info.Env(), *stream, one.Get("pipeline"), one.Get("block"), one.Get("count"),
                                 one.Get("memories"), one.Get("reads"), one.Get("used"), one.Get("second"));
      for (size_t i = 0; i < call.used.size(); ++i) (i < call.reads ? reads : writes).insert(handleAt(call, i));
      const Launch& given = call.launch;
      RecordedCall kept{given.pipeline, {}, {}, given.count, {}, {}, std::move(call.used)};
      keep(*given.pipeline, given.args, given.images, given.count, kept.args, kept.images);
      if (const auto& second = given.pipeline->second) {
        keep(*second, given.secondArgs, given.secondImages, given.count, kept.secondArgs, kept.secondImages);
      }
      calls.push_back(std::move(kept));
    }
    // What one call writes and another reads is written.
    for (const double handle : writes) reads.erase(handle);
    JsGraph::Core core{stream, stream->capture(std::move(calls)), {reads.begin(), reads.end()}, {writes.begin(), writes.end()}};
    return create<JsGraph>(info.Env(), Context::of(info.Env()).graphClass, std::move(core));
  });
}

void JsStream::dispose(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { core_->close(); });
}

}  // namespace cuweave
