// A hard limit on a child's memory. Crossing it ends the child and nothing else.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::host {

/// How the limit is enforced, best first.
enum class GuardKind { CgroupV2, CgroupV1, Watcher };
std::string_view name_of(GuardKind kind);

/// Made before the child (so that it can be born inside the cgroup), attached to it after. The
/// destructor removes the cgroup; the child must be gone by then. tripped() and peak_bytes() may be
/// called from any thread, the rest from one.
///
/// What counts against the limit differs, and a caller must leave room for both: a cgroup counts
/// anonymous memory, swap and page cache, but drops the cache (a memory-mapped model file) before
/// it ends anybody; the watcher counts resident + swap every 50 ms on its own thread, mapped file
/// pages included, and a burst between two looks escapes it.
class MemoryGuard {
 public:
  /// Takes the best kind that works here. `limit_bytes` > 0. With `force` only that kind, and a
  /// System error that says why it does not work here. A cgroup is made below the one this process
  /// is in, or beside it where that is not allowed, never outside a limit that holds for it.
  static base::Result<std::unique_ptr<MemoryGuard>> make(std::uint64_t limit_bytes,
                                                         const GuardKind* force = nullptr);
  virtual ~MemoryGuard() = default;

  virtual GuardKind kind() const = 0;
  std::uint64_t limit_bytes() const { return limit_bytes_; }
  /// What ProcessRequest::cgroup must be; empty for the watcher.
  virtual std::filesystem::path cgroup() const = 0;
  /// Once, after the child was started with cgroup(). An error when it is not inside.
  virtual base::Status attach(pid_t pid) = 0;
  /// True once the limit was crossed and the child was ended for it.
  virtual bool tripped() const = 0;
  /// The most it was seen to hold of what counts against the limit.
  virtual std::uint64_t peak_bytes() const = 0;

 protected:
  explicit MemoryGuard(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

 private:
  std::uint64_t limit_bytes_;
};

}  // namespace assay::host
