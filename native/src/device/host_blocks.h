// The blocks of host memory that were handed out to JavaScript as array buffers. A buffer can be moved or freed there while work
// still reads or writes its block: that work holds the block itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace cuweave {

class HostBlocks {
 public:
  // Takes a block over; `free` is called when its last holder goes, on whatever thread.
  std::shared_ptr<void> add(void* block, size_t bytes, std::function<void(void*)> free);
  // The block that these bytes lie in; null: none of these.
  std::shared_ptr<void> find(uint64_t pointer, size_t bytes);

 private:
  struct Entry {
    size_t bytes;
    std::weak_ptr<void> block;
  };
  std::mutex mutex_;
  std::map<uint64_t, Entry> entries_;
};

}  // namespace cuweave
