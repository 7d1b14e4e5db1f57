// The guard for machines where no control group is writable: looks every 50 ms.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "host/memory_guard.h"

namespace assay::host {

base::Result<std::unique_ptr<MemoryGuard>> make_watcher_guard(std::uint64_t limit_bytes);

}  // namespace assay::host
