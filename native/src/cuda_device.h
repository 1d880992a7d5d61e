// A CUDA GPU as a device.
#pragma once

#include "device.h"

namespace cuweave {

std::shared_ptr<Device> openCuda(int ordinal);

}  // namespace cuweave
