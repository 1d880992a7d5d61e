#include <algorithm>
#include <cstring>

#include "device/device.h"

namespace cuweave {

namespace {
std::atomic<uint64_t> nextStream{1};

class Calls : public Graph {
 public:
  Calls(std::shared_ptr<Stream> stream, std::vector<RecordedCall> calls)
      : stream_(std::move(stream)), calls_(std::move(calls)) {}
  void launch() override {
    for (const auto& call : calls_) stream_->launch(call.launch(), call.used);
  }

 private:
  std::shared_ptr<Stream> stream_;
  std::vector<RecordedCall> calls_;
};

}  // namespace

void copyRows(Rows target, Rows source, Extent extent) {
  auto* to = reinterpret_cast<uint8_t*>(target.pointer);
  const auto* from = reinterpret_cast<const uint8_t*>(source.pointer);
  if (target.pitch == extent.rowBytes && source.pitch == extent.rowBytes) {
    std::memmove(to, from, extent.rowBytes * extent.rows);
    return;
  }
  for (size_t row = 0; row < extent.rows; ++row) {
    std::memmove(to + row * target.pitch, from + row * source.pitch, extent.rowBytes);
  }
}

std::unique_ptr<Graph> Stream::capture(std::vector<RecordedCall> calls) {
  requireOpen();
  return std::make_unique<Calls>(shared_from_this(), std::move(calls));
}

Stream::Stream(std::shared_ptr<Device> device) : id(nextStream++), device(std::move(device)) {}

void Stream::requireOpen() const {
  if (closed_) throw disposed("stream");
}

const Stream::Marker& Stream::marker() {
  if (!closed_ && (!marker_.event || marker_.sequence != sequence_)) {
    marker_ = {record(false), sequence_};
  }
  return marker_;
}

void Stream::orderAfter(const Mark& mark) {
  if (!mark.stream || mark.stream.get() == this) return;
  auto& seen = seen_[mark.stream->id];
  if (seen >= mark.sequence) return;
  const Marker& other = mark.stream->marker();
  if (!other.event) return;
  enqueueWait(other.event);
  seen = other.sequence;
}

void Stream::waitFor(const std::shared_ptr<Event>& event) {
  requireOpen();
  enqueueWait(event);
}

void Stream::reads(Memory& memory) {
  requireOpen();
  orderAfter(memory.written);
  const auto own = std::find_if(memory.read.begin(), memory.read.end(),
                                [&](const Mark& mark) { return mark.stream.get() == this; });
  if (own != memory.read.end()) {
    own->sequence = advance();
    return;
  }
  if (memory.ready) enqueueWait(memory.ready);
  memory.read.push_back({shared_from_this(), advance()});
}

void Stream::writes(Memory& memory) {
  requireOpen();
  if (memory.ready) enqueueWait(memory.ready);
  orderAfter(memory.written);
  for (const auto& mark : memory.read) orderAfter(mark);
  memory.read.clear();
  memory.written = {shared_from_this(), advance()};
}

std::shared_ptr<Event> eventAfter(const Mark& mark) { return mark.stream ? mark.stream->marker().event : nullptr; }

std::shared_ptr<Stream> openStreamAfter(const Mark& mark) {
  if (!mark.stream->closed()) return mark.stream;
  auto stream = mark.stream->device->createStream();
  stream->orderAfter(mark);
  return stream;
}

void Stream::close() {
  if (closed_) return;
  try {
    // The last place, for memory that is used elsewhere later on.
    if (sequence_ > 0) marker();
  } catch (const Failure&) {
    // The device is lost: there is nothing left to wait for.
  }
  closed_ = true;
  finish();
}

}  // namespace cuweave
