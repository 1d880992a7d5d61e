#include "cuda/cuda_ipc.h"

#include <cstring>
#include <map>

namespace cuweave {

namespace {

static_assert(sizeof(CUipcMemHandle) == sizeof(ring::Place::handle) && sizeof(CUuuid) == sizeof(ring::Place::uuid),
              "a ring's file has room for what CUDA opens memory by");

Failure ringFailure(const char* code, const std::string& text) {
  Failure failure(FailureKind::Ring, text);
  failure.name = code;
  return failure;
}

std::string labelOf(const CudaContext& context) { return "cuda:" + std::to_string(context.info.ordinal); }

CUuuid uuidOf(CudaContext& context) {
  CUdevice device = 0;
  CUuuid uuid{};
  context.check(context.driver.deviceGet(&device, context.info.ordinal), "cuDeviceGet");
  context.check(context.driver.deviceUuid(&uuid, device), "cuDeviceGetUuid");
  return uuid;
}

// As nvidia-smi -L writes it.
std::string uuidText(const uint8_t* bytes) {
  std::string text = "GPU";
  for (int n = 0; n < 16; ++n) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", bytes[n]);
    if (n == 0 || n == 4 || n == 6 || n == 8 || n == 10) text += '-';
    text += digits;
  }
  return text;
}

// What this process has shared, by its handle.
struct Own {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<SharedBlock>> blocks;
};
Own& own() {
  // Never destroyed: blocks may go after static objects.
  static auto* made = new Own;
  return *made;
}
std::string keyOf(const ring::Place& place) {
  return std::string(reinterpret_cast<const char*>(place.handle), sizeof place.handle);
}

class OwnBlock : public SharedBlock {
 public:
  OwnBlock(CudaContext& context, CUdeviceptr pointer) : SharedBlock(pointer), context_(context) {}
  ~OwnBlock() override {
    {
      std::lock_guard lock(own().mutex);
      own().blocks.erase(key);
    }
    try {
      context_.enter();
      context_.driver.memFree(pointer);
    } catch (const Failure&) {
      // A lost device's memory goes with the process.
    }
  }
  std::string key;

 private:
  CudaContext& context_;
};

class OpenedBlock : public SharedBlock {
 public:
  OpenedBlock(CudaContext& context, CUdeviceptr pointer) : SharedBlock(pointer), context_(context) {}
  ~OpenedBlock() override {
    try {
      context_.enter();
      context_.driver.ipcCloseMemHandle(pointer);
    } catch (const Failure&) {
    }
  }

 private:
  CudaContext& context_;
};

}  // namespace

std::shared_ptr<SharedBlock> shareCuda(CudaContext& context, size_t bytes, ring::Place& place) {
  context.enter();
  const CUuuid uuid = uuidOf(context);
  const auto block = std::make_shared<OwnBlock>(context, context.allocateAlone(bytes));
  CUipcMemHandle handle{};
  if (const CUresult code = context.driver.ipcGetMemHandle(&handle, block->pointer); code != CUDA_SUCCESS) {
    throw ringFailure("unsupported", labelOf(context) + " shares no memory with other processes: cuIpcGetMemHandle failed with " +
                                         errorName(code) + ". Take a ring on the CPU: openDevice('cpu'), or --device cpu.");
  }
  std::memcpy(place.uuid, uuid.bytes, sizeof place.uuid);
  std::memcpy(place.handle, handle.reserved, sizeof place.handle);
  block->key = keyOf(place);
  std::lock_guard lock(own().mutex);
  own().blocks[block->key] = block;
  return block;
}

std::shared_ptr<SharedBlock> openSharedCuda(CudaContext& context, const ring::Place& place, const std::string& name) {
  context.enter();
  const CUuuid uuid = uuidOf(context);
  if (std::memcmp(uuid.bytes, place.uuid, sizeof place.uuid) != 0) {
    throw ringFailure("wrongDevice", "'" + name + "' lies on another GPU, " + uuidText(place.uuid) + ", than " + labelOf(context) + " is, " +
                                         uuidText(uuid.bytes) + ". Open it with that GPU's device; `nvidia-smi -L` lists them.");
  }
  {
    std::lock_guard lock(own().mutex);
    const auto found = own().blocks.find(keyOf(place));
    if (found != own().blocks.end()) {
      if (auto block = found->second.lock()) return block;
    }
  }
  CUipcMemHandle handle{};
  std::memcpy(handle.reserved, place.handle, sizeof place.handle);
  CUdeviceptr pointer = 0;
  if (const CUresult code = context.driver.ipcOpenMemHandle(&pointer, handle, CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS); code != CUDA_SUCCESS) {
    throw ringFailure("unsupported", "The memory of '" + name + "' cannot be opened on " + labelOf(context) + ": cuIpcOpenMemHandle failed with " +
                                         errorName(code) +
                                         ". CUDA shares memory between processes of one machine that see each other: containers need one IPC "
                                         "and one PID namespace (docker run --ipc=host --pid=host).");
  }
  auto block = std::make_shared<OpenedBlock>(context, pointer);
  CUdeviceptr base = 0;
  size_t size = 0;
  context.check(context.driver.memGetAddressRange(&base, &size, pointer), "cuMemGetAddressRange");
  if (base != pointer || size < place.bytes) {
    throw ringFailure("refused", "'" + name + "' is refused: its memory is smaller than its file says. Start its producer again.");
  }
  return block;
}

}  // namespace cuweave
