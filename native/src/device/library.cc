#include "device/library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>

#include "device/failure.h"

namespace cuweave {

Library::Library(const std::string& path) : path_(path) {
  if (path.empty() || path[0] != '/') {
    throw wrongArgument("Expected an absolute path for library but received '" + path + "'.");
  }
  handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle_) {
    const char* text = dlerror();
    throw Failure(FailureKind::Library, text ? text : "dlopen failed");
  }
}

namespace {
void requireSound(const std::string& name) {
  const bool sound = !name.empty() && name.size() < 200 &&
                     std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  if (!sound) throw wrongArgument("Expected a pipeline's name of letters, digits and _.");
}
}  // namespace

std::shared_ptr<PipelineFunctions> Library::pipeline(const std::string& name, size_t argsSize, size_t imageSize,
                                                     size_t outputSize) const {
  requireSound(name);
  if (argsSize < sizeof(ArgsHead) || argsSize > (1u << 20) || imageSize > (1u << 20) || outputSize % 4 != 0 ||
      outputSize + 8 > imageSize) {
    throw wrongArgument("The manifest's sizes for pipeline '" + name + "' do not fit together.");
  }
  auto found = std::make_shared<PipelineFunctions>();
  found->name = name;
  found->argsSize = argsSize;
  found->imageSize = imageSize;
  found->outputSize = outputSize;
  const std::string symbol = "cuweave_" + name;
  found->cuda = reinterpret_cast<decltype(found->cuda)>(dlsym(handle_, symbol.c_str()));
  found->host = reinterpret_cast<decltype(found->host)>(dlsym(handle_, (symbol + "_host").c_str()));
  if (!found->host) {
    throw Failure(FailureKind::Library, "no function " + symbol + "_host in " + path_);
  }
  return found;
}

std::shared_ptr<PipelineFunctions> Library::pair(const std::string& name, const PipelineFunctions& first,
                                                 std::shared_ptr<const PipelineFunctions> second) const {
  requireSound(name);
  if (first.second || second->second) throw wrongArgument("A kernel of a pair cannot be paired again: please report it.");
  auto found = std::make_shared<PipelineFunctions>(first);
  found->name = name;
  found->cuda = nullptr;
  found->host = nullptr;
  found->second = std::move(second);
  const std::string symbol = "cuweave_" + name;
  found->both = reinterpret_cast<decltype(found->both)>(dlsym(handle_, symbol.c_str()));
  if (!found->both) throw Failure(FailureKind::Library, "no function " + symbol + " in " + path_);
  return found;
}

}  // namespace cuweave
