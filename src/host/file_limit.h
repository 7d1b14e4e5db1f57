// How many files and sockets this process may have open.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace assay::host {

/// Raises the process's own limit to `count` where it is lower. A System error that says how far it
/// can be raised when that is not enough.
base::Status allow_open_files(std::uint64_t count);

}  // namespace assay::host
