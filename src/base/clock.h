// Time, handed in so that tests can turn it by hand. Durations come from the monotonic clock only;
// the wall clock is for dates shown to people.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace assay::base {

using Nanoseconds = std::chrono::nanoseconds;

/// A point on the monotonic clock, since an arbitrary start.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime now() const = 0;
  /// Milliseconds since 1970-01-01T00:00:00Z; may jump.
  virtual std::int64_t wall_unix_ms() const = 0;
  virtual void sleep_for(Nanoseconds duration) const = 0;
};

/// The machine's clocks.
const Clock& system_clock();

/// The wall clock to the nanosecond, for what the kernel stamps with it; may jump.
std::int64_t wall_unix_ns();

double to_seconds(Nanoseconds duration);
double to_ms(Nanoseconds duration);

/// "2026-05-01T12:30:00Z".
std::string iso8601_utc(std::int64_t unix_ms);

}  // namespace assay::base
