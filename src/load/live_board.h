// Puts together what the senders of a run tell while it goes on. Used by the thread that started
// the run. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "load/live_state.h"
#include "load/sender.h"

namespace assay::load {

class LiveBoard {
 public:
  LiveBoard(std::string target, std::vector<StageRun> stages);

  /// `in_flight` of the senders' news is summed over what is taken in between two states.
  void take(const LiveNews& news);
  /// `now` since the start of the run, not before that of the last call.
  LiveState state(base::Nanoseconds now);

 private:
  void forget_before(base::Nanoseconds time);

  std::vector<StageRun> stages_;
  LiveState state_;
  std::deque<LiveNews::Ended> recent_;
  std::deque<std::pair<base::Nanoseconds, std::uint64_t>> sent_at_;  ///< Counts at past states.
  std::int64_t in_flight_ = 0;
};

}  // namespace assay::load
