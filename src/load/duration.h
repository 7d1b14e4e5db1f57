// Seconds as scenarios give them in the clock's own unit. Internal to this room.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/clock.h"

namespace assay::load {

inline base::Nanoseconds nanoseconds(double seconds) {
  return base::Nanoseconds(static_cast<std::int64_t>(std::llround(seconds * 1e9)));
}

}  // namespace assay::load
