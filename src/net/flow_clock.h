// Brings the kernel's wall-clock stamps onto the monotonic clock. Internal to this room.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace assay::net {

/// Both clocks are steered alike, so their distance changes only when the wall clock is set; it is
/// measured anew every 100 ms, from the tightest of three readings. Not thread-safe.
class FlowClock {
 public:
  FlowClock() { measure(); }

  /// Cheap unless a measurement is due.
  void keep_up(base::MonotonicTime now) {
    if (now >= due_) measure();
  }

  /// Of a wall-clock time near now.
  base::MonotonicTime to_monotonic(std::int64_t wall_unix_ns) const {
    return base::MonotonicTime(base::Nanoseconds(wall_unix_ns - wall_ahead_ns_));
  }

 private:
  void measure();

  std::int64_t wall_ahead_ns_ = 0;  ///< Wall clock minus monotonic clock.
  base::MonotonicTime due_;
};

}  // namespace assay::net
