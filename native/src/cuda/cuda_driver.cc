#include "cuda/cuda_driver.h"

#include <dlfcn.h>

#include <map>

namespace cuweave {

namespace {

// Codes of the CUDA runtime that the driver does not know; generated launchers may return them.
const std::map<int, std::pair<const char*, const char*>> kRuntimeErrors = {
    {9, {"cudaErrorInvalidConfiguration", "invalid configuration argument"}},
    {35, {"cudaErrorInsufficientDriver", "the driver is older than the CUDA version that the pipelines were built with"}},
    {52, {"cudaErrorMissingConfiguration", "missing launch configuration"}},
    {98, {"cudaErrorInvalidDeviceFunction", "invalid device function"}},
};

std::string versionText(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

DriverState failed(const char* reason, const std::string& message, int version = 0) {
  DriverState state;
  state.reason = reason;
  state.message = message;
  state.version = version;
  return state;
}

DriverState openDriver() {
  void* handle = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* text = dlerror();
    return failed("noDriver", std::string("no NVIDIA driver: ") + (text ? text : "libcuda.so.1 cannot be opened"));
  }
  static Driver table{};
  std::string missing;
#define CUWEAVE_LOAD(member, symbol, parameters)                                    \
  table.member = reinterpret_cast<decltype(table.member)>(dlsym(handle, #symbol)); \
  if (!table.member && missing.empty()) missing = #symbol;
  CUWEAVE_DRIVER_FUNCTIONS(CUWEAVE_LOAD)
#undef CUWEAVE_LOAD

  int version = 0;
  if (table.driverVersion) table.driverVersion(&version);
  if (!missing.empty() || version < kMinimumDriver) {
    return failed("driverTooOld",
                  "the NVIDIA driver supports CUDA " + versionText(version) + ", and cuweave needs CUDA " +
                      versionText(kMinimumDriver) + " (driver 525) or later" +
                      (missing.empty() ? "" : " (no " + missing + ")"),
                  version);
  }
  const auto describe = [&](CUresult code) {
    const char* name = nullptr;
    const char* text = nullptr;
    table.errorName(code, &name);
    table.errorString(code, &text);
    return std::string(name ? name : "error") + " (" + std::to_string(code) + "): " + (text ? text : "unknown");
  };
  if (const CUresult code = table.init(0); code != CUDA_SUCCESS) {
    return failed(code == CUDA_ERROR_NO_DEVICE ? "noDevice" : "error",
                  code == CUDA_ERROR_NO_DEVICE ? "the NVIDIA driver sees no CUDA device"
                                               : "cuInit failed with " + describe(code),
                  version);
  }
  int devices = 0;
  if (const CUresult code = table.deviceCount(&devices); code != CUDA_SUCCESS) {
    return failed("error", "cuDeviceGetCount failed with " + describe(code), version);
  }
  if (devices == 0) return failed("noDevice", "the NVIDIA driver sees no CUDA device", version);
  DriverState state;
  state.driver = &table;
  state.version = version;
  state.devices = devices;
  return state;
}

}  // namespace

const DriverState& driverState() {
  static const DriverState state = openDriver();
  return state;
}

std::string errorName(CUresult code) {
  if (const auto own = kRuntimeErrors.find(code); own != kRuntimeErrors.end()) return own->second.first;
  const char* name = nullptr;
  const Driver* driver = driverState().driver;
  if (!driver || driver->errorName(code, &name) != CUDA_SUCCESS || !name) return "CUDA_ERROR_" + std::to_string(code);
  return name;
}

std::string errorText(CUresult code) {
  if (const auto own = kRuntimeErrors.find(code); own != kRuntimeErrors.end()) return own->second.second;
  const char* text = nullptr;
  const Driver* driver = driverState().driver;
  if (!driver || driver->errorString(code, &text) != CUDA_SUCCESS || !text) return "unknown error";
  return text;
}

}  // namespace cuweave
