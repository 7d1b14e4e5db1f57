// The guard that the kernel enforces: a control group of the guest's own with a hard limit.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "host/cgroup.h"
#include "host/memory_guard.h"

namespace assay::host {

/// System error with the reason where such a group cannot be made.
base::Result<std::unique_ptr<MemoryGuard>> make_cgroup_guard(CgroupGeneration generation,
                                                             std::uint64_t limit_bytes);

}  // namespace assay::host
