#include "cuda/cuda_device.h"

#include <algorithm>
#include <cstring>

#include "cuda/cuda_event.h"
#include "cuda/cuda_ipc.h"
#include "device/task_thread.h"

namespace cuweave {

namespace {

class CudaStream;

// Rows further apart are copied one by one (CU_DEVICE_ATTRIBUTE_MAX_PITCH).
constexpr size_t kMaximumPitch = 0x7fffffff;

class CudaDevice : public Device {
 public:
  explicit CudaDevice(CudaContext& context) : context(context) {}
  const DeviceInfo& info() const override { return context.info; }
  std::shared_ptr<Stream> createStream() override;
  std::shared_ptr<Stream> wrapStream(uint64_t handle) override;
  std::shared_ptr<Memory> allocate(const std::shared_ptr<Stream>& stream, size_t bytes) override;
  std::shared_ptr<Memory> wrap(uint64_t pointer, size_t bytes, std::shared_ptr<void> keep) override;
  std::optional<uint64_t> freeMemory() override {
    context.enter();
    size_t free = 0;
    size_t total = 0;
    context.check(context.driver.memGetInfo(&free, &total), "cuMemGetInfo");
    return free;
  }
  bool sharesByHandle() const override { return true; }
  std::shared_ptr<SharedBlock> share(size_t bytes, ring::Place& place) override { return shareCuda(context, bytes, place); }
  std::shared_ptr<SharedBlock> openShared(const ring::Place& place, const std::string& name) override {
    return openSharedCuda(context, place, name);
  }
  std::optional<uint64_t> reservedMemory() override { return context.reservedMemory(); }
  void trim(size_t keep) override { context.trim(keep); }
  std::shared_ptr<void> allocateHost(size_t bytes) override { return context.pinned.allocate(bytes); }
  std::shared_ptr<void> hostBlock(uint64_t pointer, size_t bytes) override {
    return context.pinned.handedOut.find(pointer, bytes);
  }

  CudaContext& context;
};

class CudaStream : public Stream {
 public:
  explicit CudaStream(const std::shared_ptr<CudaDevice>& device)
      : Stream(device), context_(device->context), thread_("cuweave stream") {
    context_.enter();
    context_.check(context_.driver.streamCreate(&stream_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  }
  // Someone else's.
  CudaStream(const std::shared_ptr<CudaDevice>& device, CUstream stream)
      : Stream(device), context_(device->context), stream_(stream), foreign_(true), thread_("cuweave stream") {
    context_.enter();
    CUcontext context = nullptr;
    context_.check(context_.driver.streamGetContext(stream, &context), "cuStreamGetCtx");
    if (!context_.is(context)) throw wrongArgument("Expected a stream of the device's primary context.");
  }
  ~CudaStream() override { destroy(); }

  uint64_t handle() const override {
    requireOpen();
    return reinterpret_cast<uint64_t>(stream_);
  }

  std::shared_ptr<Event> record(bool timed) override {
    requireOpen();
    context_.enter();
    auto event = std::make_shared<CudaEvent>(context_, timed);
    context_.check(context_.driver.eventRecord(event->event(), stream_), "cuEventRecord");
    return event;
  }

  void upload(Memory& to, Rows target, Rows source, Extent extent) override {
    context_.enter();
    writes(to);
    if (auto block = context_.pinned.handedOut.find(source.pointer, extent.span(source.pitch))) {
      transfer(target, CU_MEMORYTYPE_DEVICE, source, CU_MEMORYTYPE_HOST, extent);
      after([block](const Failure*) {});
      return;
    }
    auto staged = context_.pinned.stage(extent.rowBytes * extent.rows);
    const Rows packed{reinterpret_cast<uint64_t>(staged.get()), extent.rowBytes};
    copyRows(packed, source, extent);
    transfer(target, CU_MEMORYTYPE_DEVICE, packed, CU_MEMORYTYPE_HOST, extent);
    after([staged](const Failure*) {});
  }

  void download(Rows target, Memory& from, Rows source, Extent extent, Completion done) override {
    if (auto block = context_.pinned.handedOut.find(target.pointer, extent.span(target.pitch))) {
      context_.enter();
      reads(from);
      transfer(target, CU_MEMORYTYPE_HOST, source, CU_MEMORYTYPE_DEVICE, extent);
      after([block, done = std::move(done)](const Failure* failure) { done(failure); });
      return;
    }
    // A copy to ordinary memory would block this thread until it is done: it goes through a staging block.
    fetch(from, source, extent, [=, done = std::move(done)](const Failure* failure, const std::shared_ptr<void>& staged) {
      if (!failure) copyRows(target, {reinterpret_cast<uint64_t>(staged.get()), extent.rowBytes}, extent);
      done(failure);
    });
  }

  void fetch(Memory& from, Rows source, Extent extent, Fetched done) override {
    context_.enter();
    reads(from);
    auto staged = context_.pinned.stage(extent.rowBytes * extent.rows);
    transfer({reinterpret_cast<uint64_t>(staged.get()), extent.rowBytes}, CU_MEMORYTYPE_HOST, source,
             CU_MEMORYTYPE_DEVICE, extent);
    after([staged, done = std::move(done)](const Failure* failure) { done(failure, staged); });
  }

  void copy(const std::shared_ptr<Memory>& to, Rows target, const std::shared_ptr<Memory>& from, Rows source,
            Extent extent) override {
    context_.enter();
    reads(*from);
    writes(*to);
    transfer(target, CU_MEMORYTYPE_DEVICE, source, CU_MEMORYTYPE_DEVICE, extent);
  }

  void launch(const Launch& launch, std::vector<std::shared_ptr<Memory>>) override {
    requireOpen();
    context_.enter();
    const auto& pipeline = *launch.pipeline;
    if (!pipeline.cuda && !pipeline.both) {
      throw Failure(FailureKind::Library, "Pipeline '" + pipeline.name + "' was built for the CPU only.");
    }
    fill(block_, pipeline, launch.args, launch.images, launch.count);
    if (pipeline.both) fill(secondBlock_, *pipeline.second, launch.secondArgs, launch.secondImages, launch.count);
    const int code = pipeline.both ? pipeline.both(block_.data(), secondBlock_.data(), stream_)
                                   : pipeline.cuda(block_.data(), stream_);
    if (code != CUDA_SUCCESS) throw context_.failure(code, "the launch");
  }

  std::unique_ptr<Graph> capture(std::vector<RecordedCall> calls) override;
  void enqueue(CUgraphExec graph) {
    requireOpen();
    context_.enter();
    context_.check(context_.driver.graphLaunch(graph, stream_), "cuGraphLaunch");
  }

  void after(Completion done) override {
    requireOpen();
    auto event = std::static_pointer_cast<CudaEvent>(record(false));
    if (foreign_) last_ = event;
    thread_.post([event, done = std::move(done)] {
      try {
        event->wait();
      } catch (const Failure& failure) {
        done(&failure);
        return;
      }
      done(nullptr);
    });
  }

  // Staging blocks and foreign memory are held by tasks, and must be held until the device is done with them.
  void abandon() override { thread_.finish(); }
  void join() override {
    thread_.join();
    try {
      // Someone else's stream may be gone by now: the place behind our own work is not.
      if (last_) last_->wait();
      context_.enter();
      if (stream_ && !foreign_) context_.driver.streamSynchronize(stream_);
    } catch (const Failure&) {
    }
  }

  CUdeviceptr allocate(size_t bytes) {
    requireOpen();
    context_.enter();
    const CUdeviceptr pointer = context_.allocate(bytes, stream_);
    advance();
    return pointer;
  }
  void free(CUdeviceptr pointer) {
    context_.enter();
    context_.free(pointer, stream_);
    advance();
  }

 protected:
  void enqueueWait(const std::shared_ptr<Event>& event) override {
    auto other = std::dynamic_pointer_cast<CudaEvent>(event);
    if (!other) throw wrongArgument("Expected an event of the same device.");
    context_.enter();
    context_.check(context_.driver.streamWaitEvent(stream_, other->event(), 0), "cuStreamWaitEvent");
    advance();
  }
  void finish() override {
    thread_.finish();
    destroy();
  }

 private:
  // What a kernel's function takes.
  static void fill(std::vector<uint8_t>& block, const PipelineFunctions& kernel, const uint8_t* args, const uint8_t* images,
                   int32_t count) {
    block.assign(args, args + kernel.argsSize);
    const ArgsHead head{static_cast<uint32_t>(kernel.argsSize), count, images};
    std::memcpy(block.data(), &head, sizeof head);
  }

  // The driver lets enqueued work finish before the stream's resources go.
  void destroy() {
    if (!stream_ || foreign_) return;
    try {
      context_.enter();
      context_.driver.streamDestroy(stream_);
    } catch (const Failure&) {
    }
    stream_ = nullptr;
  }

  void transfer(Rows target, int targetType, Rows source, int sourceType, Extent extent) {
    const Driver& driver = context_.driver;
    const bool dense = target.pitch == extent.rowBytes && source.pitch == extent.rowBytes;
    if (dense || extent.rows == 1) {
      const size_t bytes = extent.rowBytes * extent.rows;
      auto* hostTarget = reinterpret_cast<void*>(target.pointer);
      const auto* hostSource = reinterpret_cast<const void*>(source.pointer);
      context_.check(targetType == CU_MEMORYTYPE_HOST
                         ? driver.memcpyDtoHAsync(hostTarget, source.pointer, bytes, stream_)
                         : (sourceType == CU_MEMORYTYPE_HOST
                                ? driver.memcpyHtoDAsync(target.pointer, hostSource, bytes, stream_)
                                : driver.memcpyDtoDAsync(target.pointer, source.pointer, bytes, stream_)),
                     "cuMemcpyAsync");
      return;
    }
    if (std::max(target.pitch, source.pitch) > kMaximumPitch) {
      for (size_t row = 0; row < extent.rows; ++row) {
        transfer({target.pointer + row * target.pitch, extent.rowBytes}, targetType,
                 {source.pointer + row * source.pitch, extent.rowBytes}, sourceType, {extent.rowBytes, 1});
      }
      return;
    }
    CUDA_MEMCPY2D rows{};
    rows.srcMemoryType = sourceType;
    rows.srcPitch = source.pitch;
    rows.dstMemoryType = targetType;
    rows.dstPitch = target.pitch;
    rows.WidthInBytes = extent.rowBytes;
    rows.Height = extent.rows;
    if (sourceType == CU_MEMORYTYPE_HOST) rows.srcHost = reinterpret_cast<const void*>(source.pointer);
    else rows.srcDevice = source.pointer;
    if (targetType == CU_MEMORYTYPE_HOST) rows.dstHost = reinterpret_cast<void*>(target.pointer);
    else rows.dstDevice = target.pointer;
    context_.check(driver.memcpy2DAsync(&rows, stream_), "cuMemcpy2DAsync");
  }

  CudaContext& context_;
  CUstream stream_ = nullptr;
  const bool foreign_ = false;
  // Of a foreign stream: behind the last work that something waits for.
  std::shared_ptr<CudaEvent> last_;
  TaskThread thread_;
  // The argument blocks of a call; kept for their capacity.
  std::vector<uint8_t> block_, secondBlock_;
};

class CudaGraph : public Graph {
 public:
  CudaGraph(CudaContext& context, std::shared_ptr<CudaStream> stream, CUgraphExec graph)
      : context_(context), stream_(std::move(stream)), graph_(graph) {}
  // The driver frees one that runs once it has run.
  ~CudaGraph() override {
    try {
      context_.enter();
      context_.driver.graphExecDestroy(graph_);
    } catch (const Failure&) {
    }
  }
  void launch() override { stream_->enqueue(graph_); }

 private:
  CudaContext& context_;
  std::shared_ptr<CudaStream> stream_;
  CUgraphExec graph_;
};

std::unique_ptr<Graph> CudaStream::capture(std::vector<RecordedCall> calls) {
  requireOpen();
  context_.enter();
  const Driver& driver = context_.driver;
  // Relaxed: the first launch of a kernel may load it, and other threads allocate.
  context_.check(driver.streamBeginCapture(stream_, CU_STREAM_CAPTURE_MODE_RELAXED), "cuStreamBeginCapture");
  CUgraph captured = nullptr;
  try {
    for (const auto& call : calls) launch(call.launch(), {});
  } catch (...) {
    driver.streamEndCapture(stream_, &captured);
    if (captured) driver.graphDestroy(captured);
    throw;
  }
  context_.check(driver.streamEndCapture(stream_, &captured), "cuStreamEndCapture");
  CUgraphExec graph = nullptr;
  const CUresult code = driver.graphInstantiate(&graph, captured, 0);
  driver.graphDestroy(captured);
  context_.check(code, "cuGraphInstantiate");
  return std::make_unique<CudaGraph>(context_, std::static_pointer_cast<CudaStream>(shared_from_this()), graph);
}

// On whose stream memory is given back: its owner's, or a fresh one if that is closed.
std::shared_ptr<CudaStream> releasingStream(const Memory& memory) {
  if (memory.owner && !memory.owner->closed()) return std::static_pointer_cast<CudaStream>(memory.owner);
  return std::static_pointer_cast<CudaStream>(memory.device->createStream());
}

class CudaMemory : public Memory {
 public:
  using Memory::Memory;
  void release() override {
    device->addLive(-static_cast<int64_t>(bytes));
    try {
      auto stream = releasingStream(*this);
      stream->orderAfter(written);
      for (const auto& mark : read) stream->orderAfter(mark);
      // Whoever read it has waited for that.
      if (ready && read.empty()) stream->waitFor(ready);
      stream->free(pointer);
    } catch (const Failure&) {
      // A lost device's memory goes with the process.
    }
  }
};

class CudaForeignMemory : public Memory {
 public:
  using Memory::Memory;
  void release() override {
    if (!keep) return;
    const auto hold = [&](const Mark& mark) {
      try {
        openStreamAfter(mark)->after([keep = keep](const Failure*) {});
      } catch (const Failure&) {
        // The device is lost and runs nothing any more.
      }
    };
    if (written.stream) hold(written);
    for (const auto& mark : read) hold(mark);
    keep.reset();
  }
};

std::shared_ptr<Stream> CudaDevice::createStream() {
  return std::make_shared<CudaStream>(std::static_pointer_cast<CudaDevice>(shared_from_this()));
}

std::shared_ptr<Stream> CudaDevice::wrapStream(uint64_t handle) {
  return std::make_shared<CudaStream>(std::static_pointer_cast<CudaDevice>(shared_from_this()),
                                      reinterpret_cast<CUstream>(handle));
}

std::shared_ptr<Memory> CudaDevice::allocate(const std::shared_ptr<Stream>& stream, size_t bytes) {
  const CUdeviceptr pointer = std::static_pointer_cast<CudaStream>(stream)->allocate(bytes);
  auto memory = std::make_shared<CudaMemory>(shared_from_this(), pointer, bytes, stream);
  // Its stream must have reached the allocation before another one may use it.
  stream->writes(*memory);
  addLive(static_cast<int64_t>(bytes));
  return memory;
}

std::shared_ptr<Memory> CudaDevice::wrap(uint64_t pointer, size_t bytes, std::shared_ptr<void> keep) {
  auto memory = std::make_shared<CudaForeignMemory>(shared_from_this(), pointer, bytes, nullptr);
  memory->keep = std::move(keep);
  return memory;
}

}  // namespace

std::shared_ptr<Memory> adoptCuda(const std::shared_ptr<Stream>& owner, uint64_t pointer, size_t bytes,
                                  std::shared_ptr<Event> ready) {
  auto memory = std::make_shared<CudaMemory>(owner->device, pointer, bytes, owner);
  memory->ready = std::move(ready);
  owner->device->addLive(static_cast<int64_t>(bytes));
  return memory;
}

std::shared_ptr<Device> openCuda(int ordinal) {
  const DriverState& state = driverState();
  if (state.driver && (ordinal < 0 || ordinal >= state.devices)) {
    throw unavailable("noDevice", "there is no CUDA device " + std::to_string(ordinal) + ": the driver sees " +
                                      std::to_string(state.devices));
  }
  CudaContext& context = CudaContext::of(ordinal);
  context.enter();
  return std::make_shared<CudaDevice>(context);
}

}  // namespace cuweave
