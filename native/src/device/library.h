// The shared library that `cuweave build` made, and the functions of its pipelines (native/manifest.ts).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace cuweave {

// The functions of one kernel, or of two that a call enqueues together.
struct PipelineFunctions {
  std::string name;
  // Absent in a library that was built without nvcc.
  int (*cuda)(const void* args, void* stream) = nullptr;
  int (*host)(const void* args, int image, int rowBegin, int rowEnd) = nullptr;
  size_t argsSize = 0;
  size_t imageSize = 0;
  // Byte offset of the output's width and height (i32) in an image descriptor.
  size_t outputSize = 0;
  // Two kernels have these, too; the sizes above are the first one's. The host has no such pairs.
  int (*both)(const void* first, const void* second, void* stream) = nullptr;
  std::shared_ptr<const PipelineFunctions> second;
};

// The start of every argument block.
struct ArgsHead {
  uint32_t size;
  int32_t count;
  const void* images;
};

class Library {
 public:
  // `path` is absolute. A library stays loaded until the process ends: work that is enqueued may still run in it.
  explicit Library(const std::string& path);
  std::shared_ptr<PipelineFunctions> pipeline(const std::string& name, size_t argsSize, size_t imageSize,
                                              size_t outputSize) const;
  // `name` is the function's that enqueues both.
  std::shared_ptr<PipelineFunctions> pair(const std::string& name, const PipelineFunctions& first,
                                          std::shared_ptr<const PipelineFunctions> second) const;

 private:
  std::string path_;
  void* handle_;
};

}  // namespace cuweave
