// Exchanges that wait for a connection because all are busy. Internal to this room.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "net/flow.h"

namespace assay::net {

/// One exchange while it lasts.
struct FlowExchange {
  FlowTag tag = 0;
  std::string_view request;  ///< The caller's until on_end().
  base::MonotonicTime deadline = base::MonotonicTime::max();
  FlowEnd end;
};

/// First come, first served; who waits past its deadline leaves.
class FlowQueue {
 public:
  void push(FlowExchange exchange);
  /// The one that waits longest, taken out; none when nobody waits.
  std::optional<FlowExchange> take_first();
  std::optional<FlowExchange> take_passed(base::MonotonicTime now);

  /// MonotonicTime::max() when nobody waits.
  base::MonotonicTime next_deadline() const {
    return by_deadline_.empty() ? base::MonotonicTime::max() : by_deadline_.begin()->first;
  }
  std::size_t size() const { return waiting_.size(); }

 private:
  using Waiting = std::map<std::uint64_t, FlowExchange>;
  FlowExchange take(Waiting::iterator place);

  Waiting waiting_;  ///< By order of arrival.
  std::set<std::pair<base::MonotonicTime, std::uint64_t>> by_deadline_;
  std::uint64_t next_number_ = 0;
};

}  // namespace assay::net
