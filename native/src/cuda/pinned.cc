#include "cuda/pinned.h"

#include <algorithm>

#include "cuda/cuda_context.h"

namespace cuweave {

namespace {
constexpr size_t kSmallest = size_t{64} << 10;
// Page-locked memory is scarce: beyond this, staging blocks are freed rather than kept.
constexpr size_t kHeldLimit = size_t{512} << 20;

size_t sizeClass(size_t bytes) {
  // Eighths of a power of two: few sizes, and little of a block unused.
  size_t size = kSmallest;
  while (size < bytes) size *= 2;
  const size_t step = std::max(kSmallest, size / 8);
  return (bytes + step - 1) / step * step;
}
}  // namespace

void* PinnedPool::allocateBlock(size_t bytes) {
  context_.enter();
  void* block = nullptr;
  const CUresult code = context_.driver.memHostAlloc(&block, bytes, CU_MEMHOSTALLOC_PORTABLE);
  if (code != CUDA_SUCCESS) {
    Failure failure = context_.failure(code, "cuMemHostAlloc");
    failure.bytes = bytes;
    throw failure;
  }
  return block;
}

void PinnedPool::freeBlock(void* block) {
  try {
    context_.enter();
    context_.driver.memFreeHost(block);
  } catch (const Failure&) {
    // A lost device's memory goes with the process.
  }
}

std::shared_ptr<void> PinnedPool::stage(size_t bytes) {
  const size_t size = sizeClass(bytes);
  void* block = nullptr;
  {
    std::lock_guard lock(mutex_);
    const auto found = free_.find(size);
    if (found != free_.end()) {
      block = found->second;
      free_.erase(found);
      held_ -= size;
    }
  }
  if (!block) block = allocateBlock(size);
  return std::shared_ptr<void>(block, [this, size](void* done) {
    {
      std::lock_guard lock(mutex_);
      if (held_ + size <= kHeldLimit) {
        free_.emplace(size, done);
        held_ += size;
        return;
      }
    }
    freeBlock(done);
  });
}

std::shared_ptr<void> PinnedPool::allocate(size_t bytes) {
  return handedOut.add(allocateBlock(bytes), bytes, [this](void* done) { freeBlock(done); });
}

}  // namespace cuweave
