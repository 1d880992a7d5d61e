// One side of a ring with the memory that its slots lie in: the ring's file, or a block of a GPU.
#pragma once

#include <memory>
#include <string>

#include "device/device.h"
#include "ring.h"

namespace cuweave {

class RingSide {
 public:
  // Both throw a failure of the kind Ring.
  static std::shared_ptr<RingSide> create(const std::string& name, const ring::Spec& spec, Device& device);
  static std::shared_ptr<RingSide> open(const std::string& name, Device& device);
  // A consumer closes the memory before it leaves the ring: the producer frees it once all have left.
  ~RingSide() { block_.reset(); }

  const std::unique_ptr<ring::Ring> ring;
  // Throws unless the device is the one that the slots lie on.
  uint64_t pointer(uint32_t slot, const Device& device) const;

 private:
  RingSide(ring::Ring* ring, std::shared_ptr<SharedBlock> block, int ordinal)
      : ring(ring), block_(std::move(block)), ordinal_(ordinal) {}
  std::shared_ptr<SharedBlock> block_;
  // Of the block's GPU.
  const int ordinal_;
};

// Gives the memory back of rings on GPUs that this process made and is done with, once their consumers have left.
// Returns how many of its rings still have memory on a GPU.
size_t sweepRings();

Failure toFailure(const ring::Failure& from);

}  // namespace cuweave
