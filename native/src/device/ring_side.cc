#include "device/ring_side.h"

#include <algorithm>
#include <mutex>

namespace cuweave {

namespace {

// Producers' sides on GPUs. CUDA's memory must not be freed while another process has it open, so they outlive their objects.
struct Kept {
  std::mutex mutex;
  std::vector<std::shared_ptr<RingSide>> sides;
};
Kept& kept() {
  // Never destroyed: what is there at the process's end goes with it.
  static auto* made = new Kept;
  return *made;
}

}  // namespace

Failure toFailure(const ring::Failure& from) {
  Failure failure(FailureKind::Ring, from.text);
  failure.name = ring::codeName(from.code);
  return failure;
}

size_t sweepRings() {
  std::lock_guard lock(kept().mutex);
  auto& sides = kept().sides;
  const auto isDone = [](const std::shared_ptr<RingSide>& side) { return side.use_count() == 1 && side->ring->isLeft(); };
  const auto first = std::stable_partition(sides.begin(), sides.end(), [&](const auto& side) { return !isDone(side); });
  sides.erase(first, sides.end());
  return sides.size();
}

std::shared_ptr<RingSide> RingSide::create(const std::string& name, const ring::Spec& spec, Device& device) {
  sweepRings();
  struct Taking {
    Device& device;
    std::shared_ptr<SharedBlock> block;
  } taking{device, nullptr};
  const ring::Placing placing{[](void* context, uint64_t bytes, ring::Place& place) {
                                auto& taking = *static_cast<Taking*>(context);
                                taking.block = taking.device.share(bytes, place);
                              },
                              &taking};
  ring::Failure failure;
  const bool isShared = device.sharesByHandle();
  auto* ring = ring::Ring::create(name.c_str(), spec, isShared ? &placing : nullptr, failure);
  if (!ring) throw toFailure(failure);
  std::shared_ptr<RingSide> side(new RingSide(ring, std::move(taking.block), device.info().ordinal));
  if (isShared) {
    std::lock_guard lock(kept().mutex);
    kept().sides.push_back(side);
  }
  return side;
}

std::shared_ptr<RingSide> RingSide::open(const std::string& name, Device& device) {
  ring::Failure failure;
  std::unique_ptr<ring::Ring> ring(ring::Ring::open(name.c_str(), failure));
  if (!ring) throw toFailure(failure);
  const bool isOnGpu = ring->place().kind == ring::kOnGpu;
  const auto refused = [](const char* code, const std::string& text) {
    Failure failure(FailureKind::Ring, text);
    failure.name = code;
    return failure;
  };
  if (isOnGpu != device.sharesByHandle()) {
    throw refused("wrongDevice", isOnGpu ? "'" + name + "' lies on a GPU, and the device is the CPU. Open it with openDevice('cuda')."
                                         : "'" + name + "' lies in the CPU's memory, and the device is a GPU. Open it with openDevice('cpu').");
  }
  std::shared_ptr<SharedBlock> block;
  try {
    if (isOnGpu) block = device.openShared(ring->place(), name);
  } catch (const Failure&) {
    // What is no longer there cannot be opened, whatever CUDA calls that.
    if (ring->producerLives()) throw;
    throw refused("missing", "There is no ring '" + name + "': its producer has ended. Start it again.");
  }
  return std::shared_ptr<RingSide>(new RingSide(ring.release(), std::move(block), device.info().ordinal));
}

uint64_t RingSide::pointer(uint32_t slot, const Device& device) const {
  const DeviceInfo& info = device.info();
  if (!block_) {
    if (info.kind != "cpu") throw wrongArgument("Expected the CPU: the ring lies in its memory.");
    return reinterpret_cast<uint64_t>(ring->data(slot));
  }
  if (info.kind != "cuda" || info.ordinal != ordinal_) throw wrongArgument("Expected the GPU that the ring lies on.");
  return block_->pointer + slot * ring->layout().slotBytes;
}

}  // namespace cuweave
