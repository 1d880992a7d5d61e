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
static inline void* __cvta_global_to_generic(unsigned long long at) { return (void*)at; }
template <class T> void __stcs(T* at, const T value) { *(T*)standInAligned(at) = value; }

static thread_local dim3 blockIdx, threadIdx;
static thread_local cudaError_t standInError = cudaSuccess;

static inline cudaError_t cudaGetLastError() {
  const cudaError_t error = standInError;
  standInError = cudaSuccess;
  return error;
}

// The threads of a block, where these wait for one another: each has a stack, and goes on where it waited when its turn comes.
// Each file has its own, as it has its own threadIdx.
namespace {
struct StandInBlock {
  static constexpr unsigned most = 1024, stack = 1 << 16;
  ucontext_t scheduler;
  struct Thread {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    dim3 lane;
    bool isDone;
  };
  std::unique_ptr<Thread[]> threads{new Thread[most]};
  Thread* running;
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
  void wait() { swapcontext(&running->context, &scheduler); }
  void run(dim3 size, void (*work)(void*), void* data) {
    this->work = work, this->data = data;
    const unsigned count = size.x * size.y * size.z;
    for (unsigned n = 0; n < count; n++) {
      Thread& thread = threads[n];
      if (!thread.stack) thread.stack.reset(new char[stack]);
      thread.lane = dim3(n % size.x, n / size.x % size.y, n / size.x / size.y);
      thread.isDone = false;
      getcontext(&thread.context);
      thread.context.uc_stack.ss_sp = thread.stack.get();
      thread.context.uc_stack.ss_size = stack;
      thread.context.uc_link = &scheduler;
      makecontext(&thread.context, enter, 0);
    }
    for (unsigned done = 0; done < count;) {
      done = 0;
      // The last first: nothing may count on an order.
      for (unsigned n = count; n-- > 0;) {
        running = &threads[n];
        if (!running->isDone) {
          threadIdx = running->lane;
          swapcontext(&scheduler, &running->context);
        }
        done += running->isDone;
      }
      if (done != 0 && done != count) {
        fprintf(stderr, "%u of %u threads wait for others that are gone\n", count - done, count);
        abort();
      }
    }
  }
};
}  // namespace
static inline void __syncthreads() { StandInBlock::own().wait(); }

// What `kernel<<<grid, block, 0, stream>>>(parameters)` becomes: bin/nvcc replaces that form.
template <bool together, class Parameters>
void standInLaunch(void (*kernel)(Parameters), dim3 grid, dim3 block, cudaStream_t stream, const Parameters& parameters) {
  // CUDA's limits, from CUDA 12.1 on; a grid of nothing is an error too.
  static_assert(sizeof(Parameters) <= 32764, "the kernel's parameter space");
  const unsigned long long threads = 1ull * block.x * block.y * block.z;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535 ||
      threads == 0 || threads > 1024 || block.z > 64) {
    standInError = cudaErrorInvalidConfiguration;
    return;
  }
  using Enqueue = void (*)(cudaStream_t, void (*)(void*), void*, void (*)(void*));
  static const auto enqueue = [] {
    void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
    return driver ? reinterpret_cast<Enqueue>(dlsym(driver, "cuFakeEnqueue")) : nullptr;
  }();
  if (!enqueue) {
    standInError = cudaErrorInsufficientDriver;
    return;
  }
  struct Launch {
    void (*kernel)(Parameters);
    dim3 grid, block;
    // The launch has its own copy: the caller's is gone when the kernel runs.
    Parameters parameters;
  };
  const auto work = [](void* data) {
    auto* launch = static_cast<Launch*>(data);
    dim3 at, lane;
    // The last blocks and threads first: nothing may count on an order.
    for (at.z = launch->grid.z; at.z-- > 0;)
      for (at.y = launch->grid.y; at.y-- > 0;)
        for (at.x = launch->grid.x; at.x-- > 0;) {
          blockIdx = at;
          if (together) {
            StandInBlock::own().run(
                launch->block, [](void* data) { auto* own = static_cast<Launch*>(data); own->kernel(own->parameters); }, data);
            continue;
          }
          for (lane.z = launch->block.z; lane.z-- > 0;)
            for (lane.y = launch->block.y; lane.y-- > 0;)
              for (lane.x = launch->block.x; lane.x-- > 0;) {
                threadIdx = lane;
                launch->kernel(launch->parameters);
              }
        }
  };
  const auto forget = [](void* data) { delete static_cast<Launch*>(data); };
  enqueue(stream, work, new Launch{kernel, grid, block, parameters}, forget);
}
