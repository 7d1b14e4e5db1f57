#include "net/flow_queue.h"

namespace assay::net {

void FlowQueue::push(FlowExchange exchange) {
  by_deadline_.emplace(exchange.deadline, next_number_);
  waiting_.emplace(next_number_, exchange);
  ++next_number_;
}

FlowExchange FlowQueue::take(Waiting::iterator place) {
  const FlowExchange exchange = place->second;
  by_deadline_.erase({exchange.deadline, place->first});
  waiting_.erase(place);
  return exchange;
}

std::optional<FlowExchange> FlowQueue::take_first() {
  if (waiting_.empty()) return std::nullopt;
  return take(waiting_.begin());
}

std::optional<FlowExchange> FlowQueue::take_passed(base::MonotonicTime now) {
  if (next_deadline() > now || waiting_.empty()) return std::nullopt;
  return take(waiting_.find(by_deadline_.begin()->second));
}

}  // namespace assay::net
