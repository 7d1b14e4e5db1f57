// Child processes that cannot outlive assay: each is started with a parent-death signal, in a
// session of its own (so that the terminal's Ctrl-C reaches assay alone, which then ends its
// children in order), with nothing open but its three standard streams. A Process is used from one
// thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace assay::host {

struct ProcessRequest {
  std::vector<std::string> command;  ///< Program (path, or looked up on PATH) and arguments.
  std::map<std::string, std::string, std::less<>> environment;  ///< Added to the inherited one.
  std::filesystem::path output;  ///< stdout and stderr are appended here; empty: /dev/null.
  std::filesystem::path cgroup;  ///< The child joins this cgroup before it runs; empty: stays.
};

struct ProcessEnd {
  int exit_code = -1;            ///< -1 when a signal ended it.
  int signal = 0;                ///< 0 when it exited.
  std::string describe() const;  ///< "exit code 3", "signal 9 (Killed)".
};

/// Owns one child. The destructor kills and reaps it. Parent-death applies to the *thread* that
/// started it on Linux, so start() must be called on a thread that lives as long as the child. What
/// the child itself started and left running is killed with it, as long as it stays in its session;
/// only the child itself is covered by the parent-death signal.
class Process {
 public:
  /// Errors: BadInput (no such program), System (not executable, cgroup refused, too many
  /// processes); each names the program. The program runs once this returned a Process.
  static base::Result<Process> start(const ProcessRequest& request);
  ~Process();
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;

  pid_t pid() const { return pid_; }
  /// Not blocking: the end, once it has ended.
  std::optional<ProcessEnd> poll();
  /// The same, waiting for at most `duration`; returns the moment the child ends.
  std::optional<ProcessEnd> wait_for(base::Nanoseconds duration);
  /// SIGTERM, then SIGKILL after `grace`; reaps. Returns at once when it has ended already.
  ProcessEnd stop(base::Nanoseconds grace);
  void kill();  ///< SIGKILL; reaps. Returns at once when it has ended already.

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  void reap();
  pid_t pid_ = -1;  ///< -1: moved from.
  std::optional<ProcessEnd> end_;
};

}  // namespace assay::host
