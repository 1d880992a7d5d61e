// The hardware's threads, shared by all CPU streams of the process.
#pragma once

#include <cstddef>
#include <functional>

namespace cuweave {

// How many threads work on a job: one for each processor that the process may use, the caller among them.
size_t parallelism();

// Runs body(0) … body(count − 1), each once, on the caller and the pool's threads; returns when all are done.
void parallelFor(size_t count, const std::function<void(size_t)>& body);

}  // namespace cuweave
