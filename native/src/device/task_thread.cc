#include "device/task_thread.h"

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace cuweave {

void startThread(const char* name, std::function<void()> body) {
  // Signals belong to Node's threads: the new thread inherits a mask that blocks them all.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread thread(std::move(body));
    pthread_setname_np(thread.native_handle(), name);
    thread.detach();
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

struct TaskThread::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> tasks;
  bool running = false;
  bool ending = false;
};

TaskThread::TaskThread(const char* name) : name_(name), state_(std::make_shared<State>()) {}
TaskThread::~TaskThread() { finish(); }

void TaskThread::post(Task task) {
  std::unique_lock lock(state_->mutex);
  if (state_->ending) return;
  state_->tasks.push_back(std::move(task));
  const bool starts = !state_->running;
  state_->running = true;
  // A thread that is woken under the lock would wait for it first.
  lock.unlock();
  state_->changed.notify_all();
  if (!starts) return;
  // The task itself may end this object.
  const auto state = state_;
  bool started = false;
  try {
    startThread(name_, [state] { run(state, true); });
    started = true;
  } catch (const std::exception&) {
    // The system gives no more threads.
  }
  if (!started) run(state, false);
}

void TaskThread::finish() {
  std::lock_guard lock(state_->mutex);
  state_->ending = true;
  state_->changed.notify_all();
}

void TaskThread::abandon() {
  std::deque<Task> dropped;
  {
    std::lock_guard lock(state_->mutex);
    state_->ending = true;
    dropped.swap(state_->tasks);
    state_->changed.notify_all();
  }
  // The dropped tasks end here, outside the lock: what they hold may post elsewhere.
}

void TaskThread::join() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return !state_->running; });
}

// No exception may leave a task: on a thread it would end the process, and on the caller's it does, too.
void TaskThread::run(const std::shared_ptr<State>& state, bool waits) noexcept {
  std::unique_lock lock(state->mutex);
  for (;;) {
    if (waits) state->changed.wait(lock, [&] { return state->ending || !state->tasks.empty(); });
    if (state->tasks.empty()) break;
    {
      Task task = std::move(state->tasks.front());
      state->tasks.pop_front();
      lock.unlock();
      task();
      // The task and what it holds end here, before the next one begins: whoever waits for that sees them gone.
    }
    lock.lock();
  }
  state->running = false;
  state->changed.notify_all();
}

}  // namespace cuweave
