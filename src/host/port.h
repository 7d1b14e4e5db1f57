// Network ports as the machine sees them.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace assay::host {

/// A loopback TCP port nobody held at the time of asking. Another program may take it before the
/// caller's child does, so whoever uses it must be ready to ask again.
base::Result<std::uint16_t> free_loopback_port();

}  // namespace assay::host
