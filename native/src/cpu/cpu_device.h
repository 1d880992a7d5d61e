// The CPU as a device: memory of the process, streams that are in-order queues with a thread of their own.
#pragma once

#include "device/device.h"

namespace cuweave {

std::shared_ptr<Device> openCpu();

}  // namespace cuweave
