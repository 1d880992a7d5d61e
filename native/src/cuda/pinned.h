// Page-locked host memory: staging blocks for copies, and blocks handed out to JavaScript.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "device/host_blocks.h"

namespace cuweave {

class CudaContext;

class PinnedPool {
 public:
  explicit PinnedPool(CudaContext& context) : context_(context) {}

  // A block of at least `bytes` that returns to the pool with its last holder, on whatever thread.
  std::shared_ptr<void> stage(size_t bytes);
  // A block of its own, freed with its last holder; handedOut knows it.
  std::shared_ptr<void> allocate(size_t bytes);
  // The blocks of allocate(): a copy can read or write them directly.
  HostBlocks handedOut;

 private:
  void* allocateBlock(size_t bytes);
  void freeBlock(void* block);

  CudaContext& context_;
  std::mutex mutex_;
  std::multimap<size_t, void*> free_;
  size_t held_ = 0;
};

}  // namespace cuweave
