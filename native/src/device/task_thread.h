// A thread with an in-order queue, started by its first task. Where the system has no thread to give, whoever posts a task runs it,
// and those that are posted meanwhile; the next task asks again.
#pragma once

#include <functional>
#include <memory>

namespace cuweave {

// Starts a detached thread that takes no signals; `name` shows in debuggers (15 characters). Throws std::system_error where the
// system has none to give.
void startThread(const char* name, std::function<void()> body);

class TaskThread {
 public:
  using Task = std::function<void()>;

  explicit TaskThread(const char* name);
  ~TaskThread();
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  // A task that comes after finish() or abandon() is dropped unrun.
  void post(Task task);
  // Ends the thread once what is queued has run.
  void finish();
  // Drops what has not begun. With join(): returns once the thread has ended.
  void abandon();
  void join();

 private:
  struct State;
  // Runs what is queued; with `waits`, and what is posted until it ends.
  static void run(const std::shared_ptr<State>& state, bool waits) noexcept;
  const char* name_;
  // The thread holds it too, and may outlive this object.
  std::shared_ptr<State> state_;
};

}  // namespace cuweave
