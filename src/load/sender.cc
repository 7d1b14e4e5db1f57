#include "load/sender.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "host/thread_usage.h"
#include "load/sender_body.h"

namespace assay::load {
namespace {

constexpr base::Nanoseconds kTick = std::chrono::milliseconds(10);
constexpr base::Nanoseconds kSlice = std::chrono::milliseconds(50);
constexpr int kTicksPerFlush = 50;

/// A run in which nothing was answered is given up after so much.
constexpr std::uint64_t kFailuresAtStart = 20;
constexpr base::Nanoseconds kTimeAtStart = std::chrono::seconds(5);
/// And one in which the server stopped answering after so much.
constexpr std::uint64_t kFailuresInARow = 200;
constexpr base::Nanoseconds kTimeWithoutAnswer = std::chrono::seconds(10);

}  // namespace

void Sender::Body::begin() {
  last_answer = start;
  client->call_at(start, timer_tag(TimerKind::Tick, 0));
  if (plan.kind == LoadKind::Closed) {
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
      client->call_at(at(plan.stages[i].from), timer_tag(TimerKind::Stage, i));
    }
  } else if (next_arrival < plan.arrivals.size()) {
    client->call_at(at(plan.arrivals[next_arrival].due), timer_tag(TimerKind::Arrival, 0));
  }
}

/// The schedule is over and nothing is under way.
bool Sender::Body::is_finished(base::MonotonicTime now) const {
  if (client->in_flight() > 0 || now < at(plan.ends())) return false;
  return plan.kind == LoadKind::Closed || next_arrival >= plan.arrivals.size();
}

std::uint32_t Sender::Body::stage_at(base::Nanoseconds time) {
  while (stage_seen + 1 < plan.stages.size() && time >= plan.stages[stage_seen].to) ++stage_seen;
  while (stage_seen > 0 && time < plan.stages[stage_seen].from) --stage_seen;
  return static_cast<std::uint32_t>(stage_seen);
}

void Sender::Body::tick(base::MonotonicTime due, base::MonotonicTime now) {
  watch.loop.add(now - due);
  const base::Nanoseconds time = since_start(now);
  if (time < plan.ends() && !plan.stages[stage_at(time)].is_warm_up) {
    watch.in_flight_sum += static_cast<std::uint64_t>(under_way);
    ++watch.in_flight_samples;
  }
  give_up_if_hopeless(now);
  tell_under_way();
  if (stop.requested()) {
    client->stop();
    return;
  }
  if (++ticks % kTicksPerFlush == 0) flush();
  client->call_at(std::max(due + kTick, now), timer_tag(TimerKind::Tick, 0));
}

void Sender::Body::give_up_if_hopeless(base::MonotonicTime now) {
  if (completed == 0 && failed_in_a_row >= kFailuresAtStart && now - start >= kTimeAtStart) {
    stop.request("no request was answered");
  }
  if (failed_in_a_row >= kFailuresInARow && now - last_answer >= kTimeWithoutAnswer) {
    stop.request("the server stopped answering");
  }
}

void Sender::Body::flush() {
  if (!request_block.empty()) records.take(std::exchange(request_block, {}));
  if (!event_block.empty()) records.take(std::exchange(event_block, {}));
}

Sender::Sender(const SendPlan& plan, int part, RecordSink& records, StopSignal& stop,
               std::atomic<std::uint32_t>& next_number)
    : body_(std::make_unique<Body>(plan, part, records, stop, next_number)) {}
Sender::~Sender() = default;

base::Status Sender::open() {
  const ClientSettings& settings = body_->plan.client;
  net::FlowLimits limits;
  limits.connections_max =
      static_cast<std::size_t>(std::max<std::int64_t>(1, settings.connections / settings.threads));
  limits.spin_max = base::Nanoseconds(static_cast<std::int64_t>(settings.spin_us * 1e3));
  ASSAY_TRY(body_->client, net::FlowClient::open(body_->plan.base, limits, *body_));
  return base::Done{};
}

void Sender::run(base::MonotonicTime start) {
  Body& body = *body_;
  body.start = start;
  body.begin();
  const host::ThreadUsage before = host::read_thread_usage();
  const base::MonotonicTime begun = base::system_clock().now();
  while (!body.stop.requested()) {
    const base::MonotonicTime now = base::system_clock().now();
    if (body.is_finished(now)) break;
    body.client->run_until(now + kSlice);
  }
  const double seconds = base::to_seconds(base::system_clock().now() - begun);
  const host::ThreadUsage after = host::read_thread_usage();
  body.watch.cpu_share = base::to_seconds(after.cpu - before.cpu) / seconds;
  if (before.run_queue && after.run_queue) {
    body.watch.run_queue_share = base::to_seconds(*after.run_queue - *before.run_queue) / seconds;
  }
  if (body.stop.requested()) body.client->end_all(net::FlowFailure::GivenUp, "the run was stopped");
  body.tell_under_way();
  body.flush();
}

LiveNews Sender::take_news() {
  const std::lock_guard lock(body_->news_mutex);
  LiveNews taken = std::move(body_->news);
  body_->news = {};
  body_->news.in_flight = taken.in_flight;
  return taken;
}

const SenderWatch& Sender::watch() const { return body_->watch; }

}  // namespace assay::load
