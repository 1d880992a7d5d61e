// Page-locked host memory: staging blocks for copies, and blocks handed out to JavaScript.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace cuweave {

class CudaContext;

class PinnedPool {
 public:
  explicit PinnedPool(CudaContext& context) : context_(context) {}

  // A block of at least `bytes` that returns to the pool with its last holder, on whatever thread.
  std::shared_ptr<void> stage(size_t bytes);
  // A block of its own, freed with its last holder; covers() knows it.
  std::shared_ptr<void> allocate(size_t bytes);
  // Whether these bytes lie in a block of allocate(): a copy can then read or write them directly.
  bool covers(uint64_t pointer, size_t bytes);

 private:
  void* allocateBlock(size_t bytes);
  void freeBlock(void* block);

  CudaContext& context_;
  std::mutex mutex_;
  std::multimap<size_t, void*> free_;
  size_t held_ = 0;
  std::map<uint64_t, size_t> handedOut_;
};

}  // namespace cuweave
