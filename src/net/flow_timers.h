// The two kinds of times a FlowClient keeps: timers its caller set, and deadlines of exchanges.
// Internal to this room.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "base/clock.h"
#include "net/flow.h"

namespace assay::net {

/// Timers in order of their times; those of one time in the order they were set.
class FlowTimers {
 public:
  struct Timer {
    base::MonotonicTime due;
    std::uint64_t number = 0;
    FlowTag tag = 0;
  };

  void add(base::MonotonicTime due, FlowTag tag) { timers_.push({due, next_number_++, tag}); }

  /// MonotonicTime::max() without timers.
  base::MonotonicTime next() const {
    return timers_.empty() ? base::MonotonicTime::max() : timers_.top().due;
  }

  /// The first timer whose time has come, taken out.
  std::optional<Timer> take_due(base::MonotonicTime now);

 private:
  struct Later {
    bool operator()(const Timer& left, const Timer& right) const {
      return left.due != right.due ? left.due > right.due : left.number > right.number;
    }
  };
  std::priority_queue<Timer, std::vector<Timer>, Later> timers_;
  std::uint64_t next_number_ = 0;
};

/// One deadline for each of a few thousand slots, changed at every exchange and seldom reached. A
/// later deadline costs nothing: the slot's entry in the queue stays where it is and is moved when
/// its old time comes. So the queue holds about one entry a slot however many exchanges pass.
class FlowDeadlines {
 public:
  /// MonotonicTime::max(): the slot has none.
  void set(std::size_t slot, base::MonotonicTime deadline);

  /// No deadline is earlier; MonotonicTime::max() without any.
  base::MonotonicTime next() const {
    return entries_.empty() ? base::MonotonicTime::max() : entries_.top().time;
  }

  /// A slot whose deadline has passed; it has none afterwards.
  std::optional<std::size_t> take_passed(base::MonotonicTime now);

 private:
  struct Slot {
    base::MonotonicTime deadline = base::MonotonicTime::max();
    base::MonotonicTime queued = base::MonotonicTime::max();  ///< Its earliest entry's time.
  };
  struct Entry {
    base::MonotonicTime time;
    std::size_t slot = 0;
  };
  struct Later {
    bool operator()(const Entry& left, const Entry& right) const { return left.time > right.time; }
  };
  std::vector<Slot> slots_;
  std::priority_queue<Entry, std::vector<Entry>, Later> entries_;
};

}  // namespace assay::net
