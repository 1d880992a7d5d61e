// What a library gives its Python module of rings. pipelines.h says nothing of it: it changes with the module.
#include <cstdio>
#include <cstring>
#include <new>

#include "ring.h"

#define CUWEAVE_EXPORT extern "C" __attribute__((visibility("default")))

using cuweave::ring::Batch;
using cuweave::ring::Failure;
using cuweave::ring::Ring;

// As templates/python/rings.py has it.
struct CuweaveBatch {
  uint64_t sequence;
  uint64_t data;
  uint64_t info;
  uint32_t infoBytes;
  uint32_t count;
};

// Where the slots lie, as templates/python/shared.py has it. `uuid` and `handle` are of a block on a GPU.
struct CuweavePlace {
  uint32_t isOnGpu;
  uint32_t slots;
  uint64_t bytes;
  uint64_t slotBytes;
  uint8_t uuid[16];
  uint8_t handle[64];
};
// A slot that is to be given back, for a function that takes one pointer.
struct CuweaveSlot {
  void* ring;
  uint32_t slot;
};

static thread_local Failure last;

// The last failure of this thread: its code's name, and its text.
CUWEAVE_EXPORT const char* cuweaveRingCode(void) { return cuweave::ring::codeName(last.code); }
CUWEAVE_EXPORT const char* cuweaveRingText(void) { return last.text; }

CUWEAVE_EXPORT void* cuweaveRingOpen(const char* name) { return Ring::open(name, last); }
CUWEAVE_EXPORT void cuweaveRingLeave(void* ring) { delete static_cast<Ring*>(ring); }
CUWEAVE_EXPORT void cuweaveRingClose(void* ring) { static_cast<Ring*>(ring)->close(); }

CUWEAVE_EXPORT int cuweaveRingProducerLives(const void* ring) { return static_cast<const Ring*>(ring)->producerLives(); }
CUWEAVE_EXPORT void cuweaveRingPlace(const void* handle, CuweavePlace* found) {
  const auto& ring = *static_cast<const Ring*>(handle);
  const auto& place = ring.place();
  *found = {place.kind == cuweave::ring::kOnGpu, ring.spec().slots, place.bytes, ring.layout().slotBytes, {}, {}};
  std::memcpy(found->uuid, place.uuid, sizeof found->uuid);
  std::memcpy(found->handle, place.handle, sizeof found->handle);
}

// The ring's tensors as JSON: names, dtypes and layouts were checked, and hold nothing that JSON would take for its own.
// Returns how many bytes there are; writes none if there is no room for all.
CUWEAVE_EXPORT int cuweaveRingDescription(const void* handle, char* text, int room) {
  const auto& ring = *static_cast<const Ring*>(handle);
  const auto& spec = ring.spec();
  char all[8192];
  size_t at = 0;
  const auto put = [&](const char* format, auto... values) {
    if (at < sizeof all) at += static_cast<size_t>(snprintf(all + at, sizeof all - at, format, values...));
  };
  put("{\"slots\":%u,\"mode\":%u,\"tensors\":[", spec.slots, spec.mode);
  for (uint32_t n = 0; n < spec.tensors; ++n) {
    const auto& tensor = spec.tensor[n];
    put("%s{\"name\":\"%s\",\"dtype\":\"%.8s\",\"layout\":\"%.8s\",\"offset\":%llu,\"shape\":[", n == 0 ? "" : ",", tensor.name, tensor.dtype,
        tensor.layout, static_cast<unsigned long long>(ring.layout().offset[n]));
    for (uint32_t axis = 0; axis < tensor.axes; ++axis) {
      put("%s%llu", axis == 0 ? "" : ",", static_cast<unsigned long long>(tensor.shape[axis]));
    }
    put("%s", "]}");
  }
  put("%s", "]}");
  if (at >= sizeof all || room < 0 || at + 1 > static_cast<size_t>(room)) return static_cast<int>(at + 1);
  std::memcpy(text, all, at + 1);
  return static_cast<int>(at);
}

// A slot's number, -1 after `milliseconds` without one, -2 at the end, or an error's code.
CUWEAVE_EXPORT int cuweaveRingTake(void* handle, unsigned milliseconds) {
  auto& ring = *static_cast<Ring*>(handle);
  int slot = ring.take(last);
  if (slot == cuweave::ring::kNothing && milliseconds > 0) {
    ring.wait(milliseconds);
    slot = ring.take(last);
  }
  return slot;
}
CUWEAVE_EXPORT void cuweaveRingBatch(const void* ring, unsigned slot, CuweaveBatch* found) {
  const Batch batch = static_cast<const Ring*>(ring)->batch(slot);
  *found = {batch.sequence, reinterpret_cast<uint64_t>(batch.data), reinterpret_cast<uint64_t>(batch.info), batch.infoBytes, batch.count};
}
CUWEAVE_EXPORT void cuweaveRingGive(void* ring, unsigned slot) { static_cast<Ring*>(ring)->give(slot); }
// What CUDA calls in the order of a stream (CUhostFn): it calls nothing of CUDA's itself.
CUWEAVE_EXPORT void cuweaveRingGiveSlot(void* slot) {
  const auto& given = *static_cast<const CuweaveSlot*>(slot);
  static_cast<Ring*>(given.ring)->give(given.slot);
}
