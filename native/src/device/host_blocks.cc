#include "device/host_blocks.h"

namespace cuweave {

std::shared_ptr<void> HostBlocks::add(void* block, size_t bytes, std::function<void(void*)> free) {
  const auto start = reinterpret_cast<uint64_t>(block);
  std::shared_ptr<void> held(block, [this, start, free = std::move(free)](void* done) {
    {
      // Before its address can be another block's.
      std::lock_guard lock(mutex_);
      entries_.erase(start);
    }
    free(done);
  });
  std::lock_guard lock(mutex_);
  entries_[start] = {bytes, held};
  return held;
}

std::shared_ptr<void> HostBlocks::find(uint64_t pointer, size_t bytes) {
  std::lock_guard lock(mutex_);
  auto next = entries_.upper_bound(pointer);
  if (next == entries_.begin()) return nullptr;
  const auto& [start, entry] = *--next;
  const size_t offset = pointer - start;
  return offset <= entry.bytes && bytes <= entry.bytes - offset ? entry.block.lock() : nullptr;
}

}  // namespace cuweave
