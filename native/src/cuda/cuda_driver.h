// The few functions of CUDA's driver API that cuweave calls, declared here and found in libcuda.so.1 at run time, so
// that the addon builds and loads without CUDA. The declarations follow CUDA 12.0's cuda.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace cuweave {

using CUresult = int;
using CUdevice = int;
using CUdeviceptr = unsigned long long;
using CUcontext = struct CUctx_st*;
using CUstream = struct CUstream_st*;
using CUevent = struct CUevent_st*;
using CUgraph = struct CUgraph_st*;
using CUgraphExec = struct CUgraphExec_st*;
using CUmemoryPool = struct CUmemPoolHandle_st*;

// By value in calls.
struct CUipcMemHandle {
  unsigned char reserved[64];
};
struct CUuuid {
  unsigned char bytes[16];
};

enum : int {
  CUDA_SUCCESS = 0,
  CUDA_ERROR_OUT_OF_MEMORY = 2,
  CUDA_ERROR_NO_DEVICE = 100,
  CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
  CUDA_ERROR_NOT_READY = 600,
};
enum : unsigned {
  CU_EVENT_BLOCKING_SYNC = 1,
  CU_EVENT_DISABLE_TIMING = 2,
  CU_STREAM_NON_BLOCKING = 1,
  CU_MEMHOSTALLOC_PORTABLE = 1,
  CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS = 1,
};
enum : int {
  CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED = 115,
  CU_MEMPOOL_ATTR_RELEASE_THRESHOLD = 4,
  CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT = 5,
  CU_STREAM_CAPTURE_MODE_RELAXED = 2,
  CU_MEMORYTYPE_HOST = 1,
  CU_MEMORYTYPE_DEVICE = 2,
};

struct CUDA_MEMCPY2D {
  size_t srcXInBytes, srcY;
  int srcMemoryType;
  const void* srcHost;
  CUdeviceptr srcDevice;
  void* srcArray;
  size_t srcPitch;
  size_t dstXInBytes, dstY;
  int dstMemoryType;
  void* dstHost;
  CUdeviceptr dstDevice;
  void* dstArray;
  size_t dstPitch;
  size_t WidthInBytes, Height;
};

// member name, symbol, parameters
#define CUWEAVE_DRIVER_FUNCTIONS(F)                                                         \
  F(init, cuInit, (unsigned))                                                               \
  F(driverVersion, cuDriverGetVersion, (int*))                                              \
  F(errorName, cuGetErrorName, (CUresult, const char**))                                    \
  F(errorString, cuGetErrorString, (CUresult, const char**))                                \
  F(deviceCount, cuDeviceGetCount, (int*))                                                  \
  F(deviceGet, cuDeviceGet, (CUdevice*, int))                                               \
  F(deviceName, cuDeviceGetName, (char*, int, CUdevice))                                    \
  F(deviceUuid, cuDeviceGetUuid_v2, (CUuuid*, CUdevice))                                    \
  F(deviceTotalMem, cuDeviceTotalMem_v2, (size_t*, CUdevice))                               \
  F(deviceAttribute, cuDeviceGetAttribute, (int*, int, CUdevice))                           \
  F(deviceDefaultPool, cuDeviceGetDefaultMemPool, (CUmemoryPool*, CUdevice))                \
  F(poolSetAttribute, cuMemPoolSetAttribute, (CUmemoryPool, int, void*))                    \
  F(poolGetAttribute, cuMemPoolGetAttribute, (CUmemoryPool, int, void*))                    \
  F(poolTrimTo, cuMemPoolTrimTo, (CUmemoryPool, size_t))                                    \
  F(primaryContextRetain, cuDevicePrimaryCtxRetain, (CUcontext*, CUdevice))                 \
  F(contextSetCurrent, cuCtxSetCurrent, (CUcontext))                                        \
  F(memGetInfo, cuMemGetInfo_v2, (size_t*, size_t*))                                        \
  F(memAlloc, cuMemAlloc_v2, (CUdeviceptr*, size_t))                                        \
  F(memFree, cuMemFree_v2, (CUdeviceptr))                                                   \
  F(memGetAddressRange, cuMemGetAddressRange_v2, (CUdeviceptr*, size_t*, CUdeviceptr))      \
  F(ipcGetMemHandle, cuIpcGetMemHandle, (CUipcMemHandle*, CUdeviceptr))                     \
  F(ipcOpenMemHandle, cuIpcOpenMemHandle_v2, (CUdeviceptr*, CUipcMemHandle, unsigned))      \
  F(ipcCloseMemHandle, cuIpcCloseMemHandle, (CUdeviceptr))                                  \
  F(memAllocAsync, cuMemAllocAsync, (CUdeviceptr*, size_t, CUstream))                       \
  F(memFreeAsync, cuMemFreeAsync, (CUdeviceptr, CUstream))                                  \
  F(memHostAlloc, cuMemHostAlloc, (void**, size_t, unsigned))                               \
  F(memFreeHost, cuMemFreeHost, (void*))                                                    \
  F(memcpyHtoDAsync, cuMemcpyHtoDAsync_v2, (CUdeviceptr, const void*, size_t, CUstream))    \
  F(memcpyDtoHAsync, cuMemcpyDtoHAsync_v2, (void*, CUdeviceptr, size_t, CUstream))          \
  F(memcpyDtoDAsync, cuMemcpyDtoDAsync_v2, (CUdeviceptr, CUdeviceptr, size_t, CUstream))    \
  F(memcpy2DAsync, cuMemcpy2DAsync_v2, (const CUDA_MEMCPY2D*, CUstream))                    \
  F(streamCreate, cuStreamCreate, (CUstream*, unsigned))                                    \
  F(streamDestroy, cuStreamDestroy_v2, (CUstream))                                          \
  F(streamGetContext, cuStreamGetCtx, (CUstream, CUcontext*))                               \
  F(streamSynchronize, cuStreamSynchronize, (CUstream))                                     \
  F(streamWaitEvent, cuStreamWaitEvent, (CUstream, CUevent, unsigned))                      \
  F(streamBeginCapture, cuStreamBeginCapture_v2, (CUstream, int))                           \
  F(streamEndCapture, cuStreamEndCapture, (CUstream, CUgraph*))                             \
  F(graphInstantiate, cuGraphInstantiateWithFlags, (CUgraphExec*, CUgraph, unsigned long long)) \
  F(graphDestroy, cuGraphDestroy, (CUgraph))                                                \
  F(graphLaunch, cuGraphLaunch, (CUgraphExec, CUstream))                                    \
  F(graphExecDestroy, cuGraphExecDestroy, (CUgraphExec))                                    \
  F(eventCreate, cuEventCreate, (CUevent*, unsigned))                                       \
  F(eventDestroy, cuEventDestroy_v2, (CUevent))                                             \
  F(eventRecord, cuEventRecord, (CUevent, CUstream))                                        \
  F(eventQuery, cuEventQuery, (CUevent))                                                    \
  F(eventSynchronize, cuEventSynchronize, (CUevent))                                        \
  F(eventElapsedTime, cuEventElapsedTime, (float*, CUevent, CUevent))

struct Driver {
#define CUWEAVE_DECLARE(member, symbol, parameters) CUresult(*member) parameters;
  CUWEAVE_DRIVER_FUNCTIONS(CUWEAVE_DECLARE)
#undef CUWEAVE_DECLARE
};

// The oldest driver that cuweave works with, as cuDriverGetVersion writes it: CUDA 12.0, driver 525.
constexpr int kMinimumDriver = 12000;

struct DriverState {
  // Null where CUDA cannot be used; `reason` then says why: noDriver, driverTooOld, noDevice or error.
  const Driver* driver = nullptr;
  std::string reason;
  std::string message;
  int version = 0;
  int devices = 0;
};

// Opens the driver at the first call; the answer stays for the process.
const DriverState& driverState();

// Like "CUDA_ERROR_OUT_OF_MEMORY"; runtime-only codes have their runtime name.
std::string errorName(CUresult code);
std::string errorText(CUresult code);

}  // namespace cuweave
