#include "net/flow_clock.h"

namespace assay::net {

void FlowClock::measure() {
  constexpr auto kInterval = std::chrono::milliseconds(100);
  constexpr int kReadings = 3;
  const base::Clock& clock = base::system_clock();
  auto tightest = base::Nanoseconds::max();
  for (int reading = 0; reading < kReadings; ++reading) {
    const base::MonotonicTime before = clock.now();
    const std::int64_t wall = base::wall_unix_ns();
    const base::MonotonicTime after = clock.now();
    if (after - before >= tightest) continue;
    tightest = after - before;
    const base::MonotonicTime middle = before + (after - before) / 2;
    wall_ahead_ns_ = wall - middle.time_since_epoch().count();
    due_ = after + kInterval;
  }
}

}  // namespace assay::net
