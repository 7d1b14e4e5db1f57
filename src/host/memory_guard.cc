#include "host/memory_guard.h"

#include "base/check.h"
#include "host/guard_cgroup.h"
#include "host/guard_watcher.h"

namespace assay::host {
namespace {

base::Result<std::unique_ptr<MemoryGuard>> make_kind(GuardKind kind, std::uint64_t limit_bytes) {
  switch (kind) {
    case GuardKind::CgroupV2:
      return make_cgroup_guard(CgroupGeneration::V2, limit_bytes);
    case GuardKind::CgroupV1:
      return make_cgroup_guard(CgroupGeneration::V1, limit_bytes);
    case GuardKind::Watcher:
      break;
  }
  return make_watcher_guard(limit_bytes);
}

}  // namespace

std::string_view name_of(GuardKind kind) {
  switch (kind) {
    case GuardKind::CgroupV2:
      return "cgroup_v2";
    case GuardKind::CgroupV1:
      return "cgroup_v1";
    case GuardKind::Watcher:
      break;
  }
  return "watcher";
}

base::Result<std::unique_ptr<MemoryGuard>> MemoryGuard::make(std::uint64_t limit_bytes,
                                                             const GuardKind* force) {
  ASSAY_CHECK(limit_bytes > 0, "a memory guard without a limit");
  if (force != nullptr) return make_kind(*force, limit_bytes);
  for (const GuardKind kind : {GuardKind::CgroupV2, GuardKind::CgroupV1}) {
    auto guard = make_kind(kind, limit_bytes);
    if (guard.has_value()) return guard;
  }
  return make_watcher_guard(limit_bytes);
}

}  // namespace assay::host
