#include "endpoint/twin_service.h"

#include <algorithm>

namespace assay::endpoint {
namespace {

using base::MonotonicTime;
using base::Nanoseconds;

/// `at` gives the time at which that much work of the service is done.
template <typename At>
ServiceTimes placed(MonotonicTime start, const ServicePlan& plan, const At& at) {
  ServiceTimes times;
  times.start = start;
  times.first = at(plan.first);
  times.events.reserve(plan.events.size());
  for (const Nanoseconds offset : plan.events) times.events.push_back(at(offset));
  times.closing = at(plan.closing);
  return times;
}

}  // namespace

MonotonicTime end_of_work(MonotonicTime anchor, const Stall& stall, MonotonicTime t,
                          Nanoseconds work) {
  const Nanoseconds working = stall.every - stall.length;  // Of each period.
  const auto worked_until = [&](Nanoseconds time) {
    if (time <= stall.first) return time;
    const Nanoseconds since = time - stall.first;
    const Nanoseconds in_period = since % stall.every;
    return stall.first + since / stall.every * working +
           std::max(Nanoseconds(0), in_period - stall.length);
  };
  const Nanoseconds worked = worked_until(t - anchor) + work;
  if (worked < stall.first) return anchor + worked;
  const Nanoseconds since = worked - stall.first;
  return anchor + stall.first + since / working * stall.every + stall.length + since % working;
}

TwinService::TwinService(const TwinScript& script) : slots_(script.slots), stall_(script.stall) {}

ServiceTimes TwinService::beside(MonotonicTime arrived, const ServicePlan& plan) {
  return placed(arrived, plan, [arrived](Nanoseconds work) { return arrived + work; });
}

ServiceTimes TwinService::admit(MonotonicTime arrived, const ServicePlan& plan) {
  if (!anchor_) anchor_ = arrived;
  MonotonicTime start = arrived;
  if (slots_ > 0 && free_.size() == slots_) {
    start = std::max(start, free_.top());
    free_.pop();
  }
  const auto at = [this, start](Nanoseconds work) {
    return stall_ ? end_of_work(*anchor_, *stall_, start, work) : start + work;
  };
  ServiceTimes times = placed(at(Nanoseconds(0)), plan, at);
  if (slots_ > 0) {
    const auto last = times.events.empty() ? times.start : times.events.back();
    free_.push(std::max(last, times.closing));
  }
  return times;
}

}  // namespace assay::endpoint
