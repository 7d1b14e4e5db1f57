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
/// watcher reads resident + swap every 50 ms on its own thread and kills with SIGKILL. The
/// destructor removes the cgroup; the child must be gone by then. tripped() may be called from any
/// thread.
class MemoryGuard {
 public:
  /// Takes the best kind that works here. `limit_bytes` > 0. With `force` only that kind.
  static base::Result<std::unique_ptr<MemoryGuard>> make(std::uint64_t limit_bytes,
                                                         const GuardKind* force = nullptr);
  virtual ~MemoryGuard() = default;

  virtual GuardKind kind() const = 0;
  std::uint64_t limit_bytes() const { return limit_bytes_; }
  /// What ProcessRequest::cgroup must be; empty for the watcher.
  virtual std::filesystem::path cgroup() const = 0;
  virtual base::Status attach(pid_t pid) = 0;
  /// True once the limit was crossed and the child was ended for it.
  virtual bool tripped() const = 0;
  /// The most it was seen to hold.
  virtual std::uint64_t peak_bytes() const = 0;

 protected:
  explicit MemoryGuard(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

 private:
  std::uint64_t limit_bytes_;
};

}  // namespace assay::host
