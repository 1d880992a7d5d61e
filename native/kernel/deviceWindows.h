// Tables of windows on a GPU: brought there once for each size, and kept for the next launch. A launch copies nothing then, and a graph
// finds them where they were when it was captured.
#pragma once

#include <cuda_runtime.h>

#include "windows.h"

namespace cw {

// What is on the devices. Who holds the lock may ask for tables and launch what reads them; nobody else frees any meanwhile.
class DeviceWindows {
  struct Entry {
    int device;
    Window window;
    int from, to;
    int32_t* values;
    int64_t count;
    uint64_t used;
    // A graph reads it for as long as it lives, which nobody tells us.
    bool isCaptured;
  };
  struct Kept {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    Entry* entries = nullptr;
    int64_t length = 0, values = 0;
    uint64_t launches = 0;
  };
  // 64 MiB on all devices together, but for what graphs read.
  static constexpr int64_t MOST_VALUES = 1 << 24;
  static Kept& kept() {
    static Kept one;
    return one;
  }
  uint64_t launch_;

  static Entry* find(Kept& all, const int device, const Window window, const int from, const int to) {
    for (int64_t n = 0; n < all.length; n++) {
      Entry& entry = all.entries[n];
      if (entry.device == device && entry.window == window && entry.from == from && entry.to == to) return &entry;
    }
    return nullptr;
  }

  // Frees the tables of this device that were asked for least recently, until there is room. cudaFree waits for what reads them.
  void makeRoom(Kept& all, const int device, const int64_t more) const {
    while (all.values + more > MOST_VALUES) {
      int64_t oldest = -1;
      for (int64_t n = 0; n < all.length; n++) {
        const Entry& entry = all.entries[n];
        if (entry.device != device || entry.isCaptured || entry.used == launch_) continue;
        if (oldest < 0 || entry.used < all.entries[oldest].used) oldest = n;
      }
      if (oldest < 0) return;
      cudaFree(all.entries[oldest].values);
      all.values -= all.entries[oldest].count;
      all.entries[oldest] = all.entries[--all.length];
    }
  }

  // Where a table's weights begin, for accesses of four; and how many values it has.
  static int64_t weightsOf(const int to) { return (2 * (int64_t)to + 3) / 4 * 4; }
  static int64_t countOf(const WindowTable& table, const int to) { return weightsOf(to) + (int64_t)table.stride * to; }

  // The table with its weights group by group; null where there is no room for it.
  static int32_t* inGroups(const WindowTable& table, const int to) {
    int32_t* const values = (int32_t*)calloc((size_t)countOf(table, to), sizeof(int32_t));
    if (!values) return nullptr;
    memcpy(values, table.values, sizeof(int32_t) * 2 * (size_t)to);
    const int32_t* const weights = table.values + 2 * (int64_t)to;
    for (int64_t x = 0; x < to; x++) {
      for (int64_t n = 0; n < table.stride; n += 4) {
        memcpy(values + weightsOf(to) + (n / 4 * to + x) * 4, weights + x * table.stride + n, 4 * sizeof(int32_t));
      }
    }
    return values;
  }

  // Copies on a stream of its own and waits for that: also while another stream is captured.
  static cudaError_t upload(const WindowTable& table, const int to, int32_t** values) {
    cudaStream_t stream = nullptr;
    const size_t bytes = sizeof(int32_t) * (size_t)countOf(table, to);
    *values = nullptr;
    int32_t* const grouped = inGroups(table, to);
    if (!grouped) return cudaErrorMemoryAllocation;
    cudaError_t error = cudaMalloc((void**)values, bytes);
    if (error == cudaSuccess) error = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    if (error == cudaSuccess) error = cudaMemcpyAsync(*values, grouped, bytes, cudaMemcpyHostToDevice, stream);
    if (error == cudaSuccess) error = cudaStreamSynchronize(stream);
    if (stream) cudaStreamDestroy(stream);
    ::free(grouped);
    if (error != cudaSuccess) {
      cudaFree(*values);
      *values = nullptr;
      // It is reported here, and not once more to whom asks the runtime next.
      cudaGetLastError();
    }
    return error;
  }

 public:
  DeviceWindows() {
    Kept& all = kept();
    pthread_mutex_lock(&all.mutex);
    launch_ = ++all.launches;
  }
  ~DeviceWindows() { pthread_mutex_unlock(&kept().mutex); }
  DeviceWindows(const DeviceWindows&) = delete;
  DeviceWindows& operator=(const DeviceWindows&) = delete;

  // The table on the current device, for a launch on the stream.
  cudaError_t take(const Window window, const Pass& pass, const cudaStream_t stream, Windows& windows) const {
    const int from = pass.from, to = pass.to;
    Kept& all = kept();
    int device = 0;
    cudaError_t error = cudaGetDevice(&device);
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    if (error == cudaSuccess) error = cudaStreamIsCapturing(stream, &status);
    if (error != cudaSuccess) return error;
    Entry* entry = find(all, device, window, from, to);
    if (!entry) {
      const HeldWindows held(window, pass);
      if (!held) return cudaErrorMemoryAllocation;
      const WindowTable& table = held.table();
      Entry* const more = (Entry*)realloc(all.entries, sizeof(Entry) * (size_t)(all.length + 1));
      if (!more) return cudaErrorMemoryAllocation;
      all.entries = more;
      // Memory may be taken and freed while the caller's stream is captured: none of it is part of the graph.
      cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
      error = cudaThreadExchangeStreamCaptureMode(&mode);
      if (error != cudaSuccess) return error;
      const int64_t count = countOf(table, to);
      makeRoom(all, device, count);
      int32_t* values = nullptr;
      error = upload(table, to, &values);
      cudaThreadExchangeStreamCaptureMode(&mode);
      if (error != cudaSuccess) return error;
      entry = &all.entries[all.length++];
      *entry = Entry{device, window, from, to, values, count, 0, false};
      all.values += count;
    }
    entry->used = launch_;
    entry->isCaptured = entry->isCaptured || status != cudaStreamCaptureStatusNone;
    windows = Windows{entry->values, entry->values + weightsOf(to), 4, 4 * to, pass.axis};
    return cudaSuccess;
  }
};

}  // namespace cw
