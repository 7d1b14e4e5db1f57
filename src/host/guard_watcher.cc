#include "host/guard_watcher.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "host/memory.h"
#include "host/pidfd.h"

namespace assay::host {
namespace {

constexpr std::chrono::milliseconds kInterval{50};

/// Holds the child by a pidfd, so that a number the kernel has given to another program since is
/// never killed.
class WatcherGuard final : public MemoryGuard {
 public:
  explicit WatcherGuard(std::uint64_t limit_bytes) : MemoryGuard(limit_bytes) {}
  ~WatcherGuard() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (child_ >= 0) ::close(child_);
  }

  GuardKind kind() const override { return GuardKind::Watcher; }
  std::filesystem::path cgroup() const override { return {}; }

  base::Status attach(pid_t pid) override {
    ASSAY_CHECK(child_ < 0, "a watcher guards one child");
    child_ = open_pidfd(pid);
    if (child_ < 0 && errno == ESRCH) return base::Done{};
    if (child_ < 0)
      return base::errno_error(errno, "watch the process", fmt::format("pid {}", pid));
    look(pid);
    thread_ = std::thread([this, pid] { watch(pid); });
    return base::Done{};
  }

  bool tripped() const override { return tripped_.load(); }
  std::uint64_t peak_bytes() const override { return peak_bytes_.load(); }

 private:
  void watch(pid_t pid) {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
      if (!alive()) return;
      look(pid);
    }
  }

  bool alive() const {
    pollfd waited{child_, POLLIN, 0};
    return ::poll(&waited, 1, 0) == 0;
  }

  void look(pid_t pid) {
    const auto memory = read_process_memory(pid);
    if (!memory) return;
    const std::uint64_t held = memory->resident_bytes + memory->swap_bytes;
    if (held > peak_bytes_.load()) peak_bytes_.store(held);
    if (held <= limit_bytes() || !alive()) return;
    tripped_.store(true);
    signal_pidfd(child_, SIGKILL);
  }

  int child_ = -1;
  std::atomic<bool> tripped_{false};
  std::atomic<std::uint64_t> peak_bytes_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  ///< Guarded by mutex_.
  std::thread thread_;
};

}  // namespace

base::Result<std::unique_ptr<MemoryGuard>> make_watcher_guard(std::uint64_t limit_bytes) {
  return std::unique_ptr<MemoryGuard>(std::make_unique<WatcherGuard>(limit_bytes));
}

}  // namespace assay::host
