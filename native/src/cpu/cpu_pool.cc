#include "cpu/cpu_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "device/task_thread.h"

namespace cuweave {

namespace {

// The processors that this process may use: not the machine's, where taskset or a container gives it fewer.
size_t processors() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return std::max(1u, std::thread::hardware_concurrency());
}

struct Job {
  size_t count;
  const std::function<void(size_t)>* body;
  std::atomic<size_t> next{0};
  std::atomic<size_t> finished{0};
  std::mutex mutex;
  std::condition_variable allDone;

  // Takes pieces until none is left. `body` lives until every taken piece is finished, and no longer.
  void work() {
    for (;;) {
      const size_t index = next.fetch_add(1);
      if (index >= count) return;
      (*body)(index);
      if (finished.fetch_add(1) + 1 == count) {
        std::lock_guard lock(mutex);
        allDone.notify_all();
      }
    }
  }
};

struct Pool {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Job>> jobs;
  size_t threads = 0;

  Pool() {
    const size_t wanted = parallelism() - 1;
    for (size_t i = 0; i < wanted; ++i) {
      try {
        startThread("cuweave cpu", [this] { run(); });
        ++threads;
      } catch (const std::exception&) {
        break;  // The caller's own thread does the work that missing threads would have done.
      }
    }
  }

  [[noreturn]] void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return !jobs.empty(); });
      auto job = jobs.front();
      lock.unlock();
      job->work();
      lock.lock();
      remove(job);
    }
  }

  void remove(const std::shared_ptr<Job>& job) {
    const auto at = std::find(jobs.begin(), jobs.end(), job);
    if (at != jobs.end()) jobs.erase(at);
  }
};

// Never destroyed: its threads wait in it until the process ends.
Pool& pool() {
  static Pool* shared = new Pool();
  return *shared;
}

}  // namespace

size_t parallelism() {
  static const size_t count = processors();
  return count;
}

void parallelFor(size_t count, const std::function<void(size_t)>& body) {
  Pool& shared = pool();
  if (count <= 1 || shared.threads == 0) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  auto job = std::make_shared<Job>();
  job->count = count;
  job->body = &body;
  {
    std::lock_guard lock(shared.mutex);
    shared.jobs.push_back(job);
  }
  shared.changed.notify_all();
  job->work();
  {
    std::lock_guard lock(shared.mutex);
    shared.remove(job);
  }
  std::unique_lock lock(job->mutex);
  job->allDone.wait(lock, [&] { return job->finished.load() == count; });
}

}  // namespace cuweave
