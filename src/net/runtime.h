// Runs coroutines. One Runtime is one event loop on one thread; blocking code hands it a Task and
// waits.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/clock.h"
#include "net/task.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace assay::net {

/// The loop belongs to the thread that calls run(); stop() may be called from any.
class Runtime {
 public:
  Runtime();
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Runs the loop until `task` is done and returns its value (or rethrows its exception). Tasks
  /// spawned earlier keep going meanwhile. Throws std::runtime_error when stop() comes first; the
  /// task is then abandoned where it stands. Not reentrant.
  template <typename T>
  T run(Task<T> task);

  /// Starts a task that nobody waits for; it advances while run() or run_until_stopped() runs.
  void spawn(Task<void> task);

  /// Runs the loop until stop().
  void run_until_stopped();
  void stop();

 private:
  friend boost::asio::io_context& io_context_of(Runtime& runtime);
  void run_until_done(Task<void> task);
  struct Loop;
  std::unique_ptr<Loop> loop_;
};

/// Inside a task: waits until that monotonic time; returns at once when it has passed.
Task<void> sleep_until(base::MonotonicTime time);
Task<void> sleep_for(base::Nanoseconds duration);

template <typename T>
T Runtime::run(Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    run_until_done(std::move(task));
  } else {
    // Shared, because a task abandoned by stop() may still be resumed by a later run.
    const auto value = std::make_shared<std::optional<T>>();
    run_until_done([](Task<T> inner, std::shared_ptr<std::optional<T>> out) -> Task<void> {
      out->emplace(co_await std::move(inner));
    }(std::move(task), value));
    return std::move(**value);
  }
}

}  // namespace assay::net
