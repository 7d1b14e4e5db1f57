#include "net/flow_timers.h"

namespace assay::net {

std::optional<FlowTimers::Timer> FlowTimers::take_due(base::MonotonicTime now) {
  if (timers_.empty() || timers_.top().due > now) return std::nullopt;
  const Timer timer = timers_.top();
  timers_.pop();
  return timer;
}

void FlowDeadlines::set(std::size_t slot, base::MonotonicTime deadline) {
  if (slot >= slots_.size()) slots_.resize(slot + 1);
  Slot& entry = slots_[slot];
  entry.deadline = deadline;
  if (deadline < entry.queued) {
    entry.queued = deadline;
    entries_.push({deadline, slot});
  }
}

std::optional<std::size_t> FlowDeadlines::take_passed(base::MonotonicTime now) {
  while (!entries_.empty() && entries_.top().time <= now) {
    const Entry entry = entries_.top();
    entries_.pop();
    Slot& slot = slots_[entry.slot];
    if (entry.time != slot.queued) continue;  // An earlier one replaced it.
    slot.queued = base::MonotonicTime::max();
    const base::MonotonicTime deadline = slot.deadline;
    if (deadline <= now) {
      slot.deadline = base::MonotonicTime::max();
      return entry.slot;
    }
    set(entry.slot, deadline);
  }
  return std::nullopt;
}

}  // namespace assay::net
