// What can go wrong below JavaScript. Thrown as a C++ exception, or handed to a completion; js_queue.cc makes a
// JavaScript error of it, and runtime/errors.ts a class.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace cuweave {

enum class FailureKind { Argument, Cuda, DeviceLost, Disposed, Kernel, Library, OutOfMemory, Ring, Unavailable };

struct Failure : std::runtime_error {
  Failure(FailureKind kind, const std::string& message) : std::runtime_error(message), kind(kind) {}

  FailureKind kind;
  // The number and name that CUDA gives it; 0 where CUDA has no part in it.
  int code = 0;
  std::string name;
  std::string operation;
  // Only out of memory: bytes asked for, free and in all; 0: not known.
  uint64_t bytes = 0;
  uint64_t freeBytes = 0;
  uint64_t totalBytes = 0;
};

inline Failure disposed(const std::string& what) {
  return Failure(FailureKind::Disposed, "The " + what + " is disposed.");
}
// `reason` is for programs: one of runtime/errors.ts's.
inline Failure unavailable(const std::string& reason, const std::string& message) {
  Failure failure(FailureKind::Unavailable, message);
  failure.name = reason;
  return failure;
}
inline Failure wrongArgument(const std::string& message) { return Failure(FailureKind::Argument, message); }

}  // namespace cuweave
