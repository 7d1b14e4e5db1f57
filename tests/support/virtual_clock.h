// A clock that moves only when a test, or a sleep, moves it.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace assay::test {

/// Thread-safe. Starts at 0 monotonic and 2026-01-01T00:00:00Z on the wall.
class VirtualClock final : public base::Clock {
 public:
  base::MonotonicTime now() const override {
    return base::MonotonicTime(base::Nanoseconds(elapsed_ns_.load()));
  }
  std::int64_t wall_unix_ms() const override {
    return 1'767'225'600'000 + elapsed_ns_.load() / 1'000'000;
  }
  void sleep_for(base::Nanoseconds duration) const override { elapsed_ns_ += duration.count(); }

  void advance(base::Nanoseconds duration) { sleep_for(duration); }

 private:
  mutable std::atomic<std::int64_t> elapsed_ns_{0};
};

}  // namespace assay::test
