// Memory of a GPU that other processes open (CUDA IPC). docs/rings.md says who gives it back when.
#pragma once

#include <memory>
#include <string>

#include "cuda/cuda_context.h"
#include "ring.h"

namespace cuweave {

// Memory of its own: what comes from a pool in a stream's order has no handle.
std::shared_ptr<SharedBlock> shareCuda(CudaContext& context, size_t bytes, ring::Place& place);
// Checks the device and the size. In the process that shared it, it is the same block: CUDA opens it in others only.
std::shared_ptr<SharedBlock> openSharedCuda(CudaContext& context, const ring::Place& place, const std::string& name);

}  // namespace cuweave
