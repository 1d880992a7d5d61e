// A CUDA GPU as a device.
#pragma once

#include "device/device.h"

namespace cuweave {

std::shared_ptr<Device> openCuda(int ordinal);

// Memory that another thread allocated, and filled where `ready` passes: from here on as if `owner` had allocated it.
std::shared_ptr<Memory> adoptCuda(const std::shared_ptr<Stream>& owner, uint64_t pointer, size_t bytes,
                                  std::shared_ptr<Event> ready);

}  // namespace cuweave
