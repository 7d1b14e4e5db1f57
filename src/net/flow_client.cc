#include "net/flow_client.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"
#include "net/connection.h"
#include "net/flow_connection.h"
#include "net/flow_queue.h"
#include "net/flow_timers.h"

namespace assay::net {
namespace {

constexpr std::size_t kReadBytes = std::size_t{128} << 10U;
constexpr std::size_t kCiphertextBytes = std::size_t{32} << 10U;

base::MonotonicTime now() { return base::system_clock().now(); }

}  // namespace

struct FlowClient::Loop {
  explicit Loop(FlowShared all) : shared(std::move(all)) {
    if (shared.limits.kernel_stamps) stamp_keeper.keep_stamping();
  }

  void submit(FlowExchange exchange);
  bool place(const FlowExchange& exchange);
  void watch(std::size_t slot);
  void place_waiting();
  void settle(std::size_t slot);
  void settle_ended();
  void end(const FlowExchange& exchange);
  void serve_times(base::MonotonicTime time);
  void expire(base::MonotonicTime time);
  void wait(base::MonotonicTime until);
  void serve_ready();
  void run_until(base::MonotonicTime until);
  void end_all(FlowFailure failure, std::string_view message);

  FlowShared shared;
  FlowSocket stamp_keeper;
  std::vector<std::unique_ptr<FlowConnection>> connections;  ///< By slot; closed ones are reused.
  std::vector<std::size_t> idle;    ///< Slots with an open connection; the last used at the back.
  std::vector<std::size_t> closed;  ///< Slots without one.
  std::vector<std::size_t> ended;   ///< Slots whose exchange ended where nobody could be called.
  FlowQueue queue;
  FlowTimers timers;
  FlowDeadlines deadlines;
  std::vector<FlowReadiness::Ready> ready;
  std::size_t in_flight = 0;
  bool stopped = false;
};

void FlowClient::Loop::submit(FlowExchange exchange) {
  ++in_flight;
  exchange.end.times.submitted = now();
  if (queue.size() > 0 || !place(exchange)) queue.push(exchange);
}

/// False when every connection is busy and no more may be opened.
bool FlowClient::Loop::place(const FlowExchange& exchange) {
  if (!idle.empty()) {
    const std::size_t slot = idle.back();
    idle.pop_back();
    connections[slot]->start(exchange);
    watch(slot);
    return true;
  }
  if (closed.empty()) {
    if (connections.size() == shared.limits.connections_max) return false;
    closed.push_back(connections.size());
    connections.push_back(std::make_unique<FlowConnection>(shared, connections.size()));
  }
  const std::size_t slot = closed.back();
  closed.pop_back();
  connections[slot]->open(exchange);
  watch(slot);
  return true;
}

/// After something happened with a connection's exchange outside of settle().
void FlowClient::Loop::watch(std::size_t slot) {
  if (connections[slot]->has_ended()) {
    ended.push_back(slot);
  } else {
    deadlines.set(slot, connections[slot]->deadline());
  }
}

/// After something happened on a connection, from the loop only: the sink may be called.
void FlowClient::Loop::settle(std::size_t slot) {
  FlowConnection& connection = *connections[slot];
  if (connection.is_busy()) {
    deadlines.set(slot, connection.deadline());
    return;
  }
  if (!connection.has_ended()) {  // An idle one that its peer closed.
    std::erase(idle, slot);
    closed.push_back(slot);
    return;
  }
  deadlines.set(slot, base::MonotonicTime::max());
  FlowExchange exchange = connection.take_ended();
  const std::string message(exchange.end.message);
  exchange.end.message = message;
  (connection.is_idle() ? idle : closed).push_back(slot);
  end(exchange);
  place_waiting();
}

void FlowClient::Loop::end(const FlowExchange& exchange) {
  --in_flight;
  shared.sink.on_end(exchange.tag, exchange.end);
}

void FlowClient::Loop::place_waiting() {
  while (queue.size() > 0) {
    const bool can_place =
        !idle.empty() || !closed.empty() || connections.size() < shared.limits.connections_max;
    if (!can_place) return;
    place(*queue.take_first());
  }
}

void FlowClient::Loop::settle_ended() {
  for (const std::size_t slot : std::exchange(ended, {})) {
    if (connections[slot]->has_ended()) settle(slot);
  }
}

void FlowClient::Loop::serve_times(base::MonotonicTime time) {
  while (const auto timer = timers.take_due(time)) {
    shared.sink.on_timer(timer->tag, timer->due, now());
    if (stopped) return;
  }
}

void FlowClient::Loop::expire(base::MonotonicTime time) {
  while (const auto slot = deadlines.take_passed(time)) {
    if (!connections[*slot]->is_busy()) continue;
    connections[*slot]->time_out(time);
    settle(*slot);
  }
  while (auto exchange = queue.take_passed(time)) {
    exchange->end.failure = FlowFailure::Timeout;
    exchange->end.message = "the deadline passed while waiting for a connection";
    exchange->end.times.ended = time;
    end(*exchange);
  }
}

/// Waits for the kernel, or near the next timer for the clock.
void FlowClient::Loop::wait(base::MonotonicTime until) {
  const base::MonotonicTime before = now();
  const base::MonotonicTime timer = std::min(timers.next(), until);
  const base::MonotonicTime wake =
      std::min({timer - shared.limits.spin_max, deadlines.next(), queue.next_deadline()});
  const bool spins = wake <= before && shared.limits.spin_max.count() > 0 && timer > before;
  const auto timeout =
      ended.empty() ? std::max(wake - before, base::Nanoseconds(0)) : base::Nanoseconds(0);
  ++shared.counters.turns;
  shared.readiness.wait(timeout, ready);
  shared.last_read = now();
  if (spins && ready.empty()) shared.counters.spun += shared.last_read - before;
}

void FlowClient::Loop::serve_ready() {
  const std::uint64_t turn = shared.counters.turns;
  for (const FlowReadiness::Ready& one : ready) {
    auto& connection = *static_cast<FlowConnection*>(one.owner);
    const bool is_of_former_socket = connection.opened_in_turn() == turn;
    if (is_of_former_socket || connection.has_ended() || !connection.is_open()) continue;
    connection.on_ready(one);
    settle(connection.slot());
    // A timer must not wait for a hundred connections to be served.
    if (timers.next() <= shared.last_read) serve_times(shared.last_read);
    if (stopped) return;
  }
}

void FlowClient::Loop::run_until(base::MonotonicTime until) {
  stopped = false;
  base::MonotonicTime woke = now();
  while (true) {
    const base::MonotonicTime time = now();
    serve_times(time);
    expire(time);
    settle_ended();
    if (stopped) return;
    base::Nanoseconds& longest = shared.counters.turn_longest;
    longest = std::max(longest, now() - woke);
    wait(until);
    woke = shared.last_read;
    shared.clock.keep_up(woke);
    serve_ready();
    if (time >= until || stopped) return;
  }
}

void FlowClient::Loop::end_all(FlowFailure failure, std::string_view message) {
  while (auto exchange = queue.take_first()) {
    exchange->end.failure = failure;
    exchange->end.message = message;
    exchange->end.times.ended = now();
    end(*exchange);
  }
  for (std::size_t slot = 0; slot < connections.size(); ++slot) {
    if (connections[slot]->is_busy()) connections[slot]->fail(failure, std::string(message));
    if (connections[slot]->has_ended()) settle(slot);
  }
}

base::Result<std::unique_ptr<FlowClient>> FlowClient::open(const Url& url, FlowLimits limits,
                                                           FlowSink& sink) {
  ASSAY_CHECK(limits.connections_max > 0, "an exchange needs a connection");
  ASSAY_TRY(auto addresses, resolve_addresses(url));
  ASSAY_TRY(auto readiness, FlowReadiness::open());
  FlowShared shared{url, limits, sink, std::move(addresses), std::move(readiness), std::nullopt};
  shared.received.resize(FlowReply::kRestBytesMax + kReadBytes);
  if (url.tls) {
    shared.tls.emplace(make_tls_context());
    shared.ciphertext.resize(kCiphertextBytes);
  }
  return std::unique_ptr<FlowClient>(new FlowClient(std::make_unique<Loop>(std::move(shared))));
}

FlowClient::FlowClient(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
FlowClient::~FlowClient() = default;

void FlowClient::submit(std::string_view request, base::MonotonicTime deadline, FlowTag tag) {
  loop_->submit({tag, request, deadline, {}});
}
void FlowClient::call_at(base::MonotonicTime due, FlowTag tag) { loop_->timers.add(due, tag); }
void FlowClient::run_until(base::MonotonicTime until) { loop_->run_until(until); }
void FlowClient::stop() { loop_->stopped = true; }
void FlowClient::end_all(FlowFailure failure, std::string_view message) {
  loop_->end_all(failure, message);
}
std::size_t FlowClient::in_flight() const { return loop_->in_flight; }
std::size_t FlowClient::waiting() const { return loop_->queue.size(); }
const FlowCounters& FlowClient::counters() const { return loop_->shared.counters; }

}  // namespace assay::net
