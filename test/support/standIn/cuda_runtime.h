// A stand-in for CUDA's runtime: kernels run on the CPU, one thread after the other, when their turn comes on a stream
// of the stand-in driver (test/support/fakeCuda.cpp). With bin/nvcc it lets the addon's CUDA path and the generated .cu
// text run where there is no GPU. The threads of a block that wait for one another take turns.
//
// What it shows: that the text is C++, that the launcher cuts batches and fills descriptors rightly, that the grid covers
// every image and no thread leaves it, and that the addon orders work on streams by what it touches.
// What it cannot show: what nvcc and ptxas make of the text (the prelude takes its host paths), what needs threads at the
// same time, caches and alignment, speed, and how a real driver behaves.
#pragma once

#include <dlfcn.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

// Unlike nvcc's, the compiler's own name for a function that is always inlined.
#define __host__
#define __device__
#define __global__
#define __grid_constant__
#define __shared__ static thread_local
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))

typedef struct CUstream_st* cudaStream_t;
typedef enum cudaError {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInsufficientDriver = 35,
} cudaError_t;

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };

// A GPU traps on an access that is not aligned to its size.
template <class T> const T* standInAligned(const T* at) {
  if ((unsigned long long)at % sizeof(T) != 0) {
    fprintf(stderr, "an access of %zu bytes at %p is not aligned\n", sizeof(T), (const void*)at);
    abort();
  }
  return at;
}
template <class T> T __ldg(const T* at) { return *standInAligned(at); }
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  return (unsigned)((((unsigned long long)high << 32) | low) >> (shift & 31));
}
// The smaller and the larger of each 16 bits.
static inline unsigned __vminu2(unsigned a, unsigned b) {
  const unsigned low = (a & 0xffffu) < (b & 0xffffu) ? a & 0xffffu : b & 0xffffu, high = a >> 16 < b >> 16 ? a >> 16 : b >> 16;
  return high << 16 | low;
}
static inline unsigned __vmaxu2(unsigned a, unsigned b) {
  const unsigned low = (a & 0xffffu) > (b & 0xffffu) ? a & 0xffffu : b & 0xffffu, high = a >> 16 > b >> 16 ? a >> 16 : b >> 16;
  return high << 16 | low;
}
// Byte n of the result is the one of the eight bytes of y and x, x lowest, that digit n of the selector names.
static inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
  const unsigned long long bytes = ((unsigned long long)y << 32) | x;
  unsigned result = 0;
  for (int n = 0; n < 4; n++) {
    result |= (unsigned)((bytes >> (8 * ((selector >> (4 * n)) & 7))) & 0xff) << (8 * n);
  }
  return result;
}
static inline void* __cvta_global_to_generic(unsigned long long at) { return (void*)at; }
template <class T> void __stcs(T* at, const T value) { *(T*)standInAligned(at) = value; }

static thread_local dim3 blockIdx, threadIdx;

// The threads of a block. If the last one of a warp waits for others, each of the warp has a stack, and goes on where it waited when its turn
// comes. Each file has its own, as it has its own threadIdx.
namespace {
struct StandInBlock {
  static constexpr unsigned most = 1024, stack = 1 << 16, warp = 32;
  ucontext_t scheduler;
  struct Thread {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    bool isDone;
    // Whether what it waits for is the whole block.
    bool isBlockWide;
  };
  std::unique_ptr<Thread[]> threads{new Thread[most]};
  Thread* running = nullptr;
  dim3 size;
  void (*work)(void*);
  void* data;

  static StandInBlock& own() {
    static thread_local StandInBlock block;
    return block;
  }
  static void enter() {
    StandInBlock& block = own();
    block.work(block.data);
    block.running->isDone = true;
  }
  void wait(bool isBlockWide) {
    if (!running) stop("a thread waits for others that are gone");
    running->isBlockWide = isBlockWide;
    swapcontext(&running->context, &scheduler);
  }
  [[noreturn]] static void stop(const char* why) {
    fprintf(stderr, "%s\n", why);
    abort();
  }
  dim3 lane(unsigned n) const { return dim3(n % size.x, n / size.x % size.y, n / size.x / size.y); }
  void begin(unsigned n) {
    Thread& thread = threads[n];
    if (!thread.stack) thread.stack.reset(new char[stack]);
    thread.isDone = false;
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = stack;
    thread.context.uc_link = &scheduler;
    makecontext(&thread.context, enter, 0);
  }
  // Until the thread has ended or waits.
  void resume(unsigned n) {
    running = &threads[n];
    threadIdx = lane(n);
    swapcontext(&scheduler, &running->context);
    running = nullptr;
  }
  // The last threads first: nothing may count on an order.
  void run(dim3 size, void (*work)(void*), void* data) {
    this->size = size, this->work = work, this->data = data;
    const unsigned count = size.x * size.y * size.z;
    for (unsigned end = count; end > 0; end = (end - 1) / warp * warp) {
      const unsigned last = end - 1, first = last / warp * warp;
      begin(last);
      resume(last);
      const bool isDone = threads[last].isDone;
      for (unsigned n = last; n-- > first;) {
        if (isDone) {
          threadIdx = lane(n);
          work(data);
          threads[n].isDone = true;
        } else {
          begin(n);
          resume(n);
        }
      }
    }
    for (;;) {
      unsigned done = 0, doneOfWarp = 0, waitForWarp = 0;
      for (unsigned n = 0; n < count; n++) {
        done += threads[n].isDone;
        waitForWarp += !threads[n].isDone && !threads[n].isBlockWide;
        doneOfWarp = n % warp == 0 ? threads[n].isDone : doneOfWarp + threads[n].isDone;
        const bool isWarpsEnd = n % warp == warp - 1 || n == count - 1;
        if (isWarpsEnd && doneOfWarp != 0 && doneOfWarp != n % warp + 1) stop("threads wait for others that are gone");
      }
      if (done == count) return;
      if (waitForWarp == 0 && done != 0) stop("threads wait for others that are gone");
      for (unsigned n = count; n-- > 0;) {
        // The block is waited for until every warp has come.
        if (!threads[n].isDone && (waitForWarp == 0 || !threads[n].isBlockWide)) resume(n);
      }
    }
  }
};
}  // namespace
static inline void __syncthreads() { StandInBlock::own().wait(true); }
static inline void __syncwarp() { StandInBlock::own().wait(false); }
static inline void __threadfence() {}
template <class T> T __ldcg(const T* at) { return *standInAligned(at); }
static inline int atomicAdd(int* at, int value) { return *at += value, *at - value; }
// All threads of the block have to come here, and not only those of the warp.
// Of each file, as the blocks are.
template <class T> static T __shfl_down_sync(unsigned, T value, unsigned further) {
  static thread_local T values[StandInBlock::most];
  const StandInBlock& block = StandInBlock::own();
  const unsigned n = (threadIdx.z * block.size.y + threadIdx.y) * block.size.x + threadIdx.x;
  values[n] = value;
  StandInBlock::own().wait(true);
  const T result = n % 32 + further < 32 ? values[n + further] : value;
  StandInBlock::own().wait(true);
  return result;
}

// What native/kernel/launch.h asks of the device: its code is of an early architecture.
struct cudaFuncAttributes {
  int ptxVersion;
};
static inline cudaError_t cudaGetDevice(int* device) { return *device = 0, cudaSuccess; }
static inline cudaError_t cudaDriverGetVersion(int* version) { return *version = 13000, cudaSuccess; }
static inline cudaError_t cudaGetLastError() { return cudaSuccess; }

// What tables of weights are brought to a device with: memory of the process, copied at once.
enum cudaStreamCaptureStatus { cudaStreamCaptureStatusNone = 0, cudaStreamCaptureStatusActive = 1 };
enum cudaStreamCaptureMode { cudaStreamCaptureModeRelaxed = 2 };
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1 };
constexpr unsigned cudaStreamNonBlocking = 1;
static inline cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode*) { return cudaSuccess; }
static inline cudaError_t cudaStreamIsCapturing(cudaStream_t, cudaStreamCaptureStatus* status) {
  return *status = cudaStreamCaptureStatusNone, cudaSuccess;
}
static inline cudaError_t cudaMalloc(void** values, size_t bytes) {
  return (*values = std::malloc(bytes)) ? cudaSuccess : cudaErrorMemoryAllocation;
}
static inline cudaError_t cudaFree(void* values) { return std::free(values), cudaSuccess; }
static inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) { return *stream = nullptr, cudaSuccess; }
static inline cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
static inline cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
static inline cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t) {
  return __builtin_memcpy(to, from, bytes), cudaSuccess;
}
// A function and not only text to be inlined: the library's own part, which includes nothing of CUDA, calls it.
extern "C" __attribute__((weak)) const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaSuccess ? "no error" : error == cudaErrorInvalidValue ? "invalid argument" : "another error";
}
template <class Kernel> cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, Kernel*) {
  return attributes->ptxVersion = 75, cudaSuccess;
}

enum cudaLaunchAttributeID { cudaLaunchAttributeProgrammaticStreamSerialization = 6 };
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id;
  struct {
    int programmaticStreamSerializationAllowed;
  } val;
};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  size_t dynamicSmemBytes;
  cudaStream_t stream;
  cudaLaunchAttribute* attrs;
  unsigned numAttrs;
};

template <class Parameters>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters), const Parameters& parameters) {
  const dim3 grid = config->gridDim, block = config->blockDim;
  // CUDA's limits, from CUDA 12.1 on; a grid of nothing is an error too.
  static_assert(sizeof(Parameters) <= 32764, "the kernel's parameter space");
  const unsigned long long threads = 1ull * block.x * block.y * block.z;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535 ||
      threads == 0 || threads > 1024 || block.z > 64 || config->dynamicSmemBytes != 0 || config->numAttrs != 0) {
    return cudaErrorInvalidConfiguration;
  }
  using Enqueue = void (*)(cudaStream_t, void (*)(void*), void*, void (*)(void*));
  static const auto enqueue = [] {
    void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
    return driver ? reinterpret_cast<Enqueue>(dlsym(driver, "cuFakeEnqueue")) : nullptr;
  }();
  if (!enqueue) return cudaErrorInsufficientDriver;
  struct Launch {
    void (*kernel)(Parameters);
    dim3 grid, block;
    // The launch has its own copy: the caller's is gone when the kernel runs.
    Parameters parameters;
  };
  const auto work = [](void* data) {
    auto* launch = static_cast<Launch*>(data);
    dim3 at;
    const auto thread = [](void* data) {
      auto* own = static_cast<Launch*>(data);
      own->kernel(own->parameters);
    };
    // The last blocks first, too.
    for (at.z = launch->grid.z; at.z-- > 0;)
      for (at.y = launch->grid.y; at.y-- > 0;)
        for (at.x = launch->grid.x; at.x-- > 0;) {
          blockIdx = at;
          StandInBlock::own().run(launch->block, thread, data);
        }
  };
  const auto forget = [](void* data) { delete static_cast<Launch*>(data); };
  enqueue(config->stream, work, new Launch{kernel, grid, block, parameters}, forget);
  return cudaSuccess;
}
