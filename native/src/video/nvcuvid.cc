#include "video/nvcuvid.h"

#include <dlfcn.h>

namespace cuweave {

namespace {

NvcuvidState openNvcuvid() {
  const DriverState& driver = driverState();
  if (!driver.driver) return {nullptr, driver.reason, driver.message};
  void* handle = dlopen("libnvcuvid.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* text = dlerror();
    return {nullptr, "noVideoLibrary",
            std::string("the driver is there but not its video library: ") +
                (text ? text : "libnvcuvid.so.1 cannot be opened") +
                ". In a container, run it with NVIDIA_DRIVER_CAPABILITIES=compute,utility,video"};
  }
  static Nvcuvid table{};
  std::string missing;
#define CUWEAVE_LOAD(member, symbol, parameters)                                    \
  table.member = reinterpret_cast<decltype(table.member)>(dlsym(handle, #symbol)); \
  if (!table.member && missing.empty()) missing = #symbol;
  CUWEAVE_NVCUVID_FUNCTIONS(CUWEAVE_LOAD)
#undef CUWEAVE_LOAD
  if (!missing.empty()) {
    return {nullptr, "driverTooOld",
            "the NVIDIA driver's video library has no " + missing + ": cuweave needs driver 525 or later"};
  }
  return {&table, "", ""};
}

}  // namespace

const NvcuvidState& nvcuvidState() {
  static const NvcuvidState state = openNvcuvid();
  return state;
}

}  // namespace cuweave
