// The twin as a server of limited capacity: when each request's service begins and when each part
// of its reply goes out, given the slots and the stalls of the script. Computed on paper when the
// request arrives, so that no delay of the machine ever reaches the schedule. Called by the twin
// from its Runtime's thread.
#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "base/clock.h"
#include "endpoint/twin_script.h"

namespace assay::endpoint {

/// When the parts of a reply go out, counted from the start of its service.
struct ServicePlan {
  base::Nanoseconds first{0};             ///< See Timing::first.
  std::vector<base::Nanoseconds> events;  ///< Never decreasing.
  base::Nanoseconds closing{0};           ///< What follows the last event.
};

/// The same on the monotonic clock.
struct ServiceTimes {
  base::MonotonicTime start;  ///< Of its service; the head of a stream goes out.
  base::MonotonicTime first;
  std::vector<base::MonotonicTime> events;
  base::MonotonicTime closing;
};

/// Work that stops in every stall: the window [first + k·every, first + k·every + length) for each
/// k ≥ 0, counted from `anchor`. With s(t) the time spent in stalls until t, a piece of work w that
/// is begun at t ends at the last time u with (u − s(u)) − (t − s(t)) = w: what would end inside a
/// stall, or just when one begins, ends with the stall. Stalls of 3 s at 10 s: 2 s of work begun at
/// 9 s end at 14 s, none begun at 11 s ends at 13 s. `t` must not lie before the anchor.
base::MonotonicTime end_of_work(base::MonotonicTime anchor, const Stall& stall,
                                base::MonotonicTime t, base::Nanoseconds work);

class TwinService {
 public:
  explicit TwinService(const TwinScript& script);

  /// To be called once for each request, in order of arrival. Its service starts at its arrival or,
  /// when all slots are taken, as soon as one of them is free, and takes a slot until its last
  /// part is due: also when the reply is cut before, hangs or its client leaves.
  ServiceTimes admit(base::MonotonicTime arrived, const ServicePlan& plan);

  /// Of a request that neither takes a slot nor heeds a stall.
  static ServiceTimes beside(base::MonotonicTime arrived, const ServicePlan& plan);

 private:
  using FreeTimes =
      std::priority_queue<base::MonotonicTime, std::vector<base::MonotonicTime>, std::greater<>>;

  std::size_t slots_;
  std::optional<Stall> stall_;
  std::optional<base::MonotonicTime> anchor_;  ///< The first arrival.
  FreeTimes free_;                             ///< Of the slots that were ever taken.
};

}  // namespace assay::endpoint
