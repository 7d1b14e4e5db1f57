// What a sender sends next.
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"
#include "load/duration.h"
#include "load/sender_body.h"

namespace assay::load {
namespace {

/// A user whose request failed waits before the next, as people do: otherwise a closed port would
/// be asked a hundred thousand times a second.
constexpr double kBackOffFirst_s = 0.01;
constexpr double kBackOffMost_s = 1;
constexpr double kRetryAfterMost_s = 30;

}  // namespace

std::size_t Sender::Body::take_session() {
  if (free.empty()) {
    sessions.push_back(std::make_unique<Session>(reader));
    return sessions.size() - 1;
  }
  const std::size_t index = free.back();
  free.pop_back();
  return index;
}

void Sender::Body::release(std::size_t index) {
  if (sessions[index]->user < 0) free.push_back(index);
}

/// Everything that is due by now: after a delay that may be more than one.
void Sender::Body::begin_arrivals(base::MonotonicTime now) {
  const auto step = static_cast<std::size_t>(plan.client.threads);
  while (next_arrival < plan.arrivals.size() && at(plan.arrivals[next_arrival].due) <= now) {
    const std::size_t index = take_session();
    Session& session = *sessions[index];
    session.arrival = next_arrival;
    session.conversation = next_arrival % plan.conversations.size();
    session.turn = 0;
    session.replies.clear();
    send(index, at(plan.arrivals[next_arrival].due), now);
    next_arrival += step;
  }
  if (next_arrival < plan.arrivals.size()) {
    client->call_at(at(plan.arrivals[next_arrival].due), timer_tag(TimerKind::Arrival, 0));
  }
}

/// Users whom the stage adds begin; those it has no place for stop after their present request.
void Sender::Body::begin_stage(std::size_t stage) {
  concurrency = plan.stages[stage].concurrency;
  const base::MonotonicTime now = base::system_clock().now();
  for (std::int64_t user = part; user < concurrency; user += plan.client.threads) {
    const auto place = static_cast<std::size_t>(user / plan.client.threads);
    if (place == users.size()) {
      users.push_back(take_session());
      sessions[users.back()]->user = user;
    }
    Session& session = *sessions[users[place]];
    if (session.is_under_way) continue;
    begin_conversation(session);
    send(users[place], now, now);
  }
}

/// Users take conversations in an order of their own, so that which one answers first changes
/// nothing.
void Sender::Body::begin_conversation(Session& session) {
  const std::uint64_t steps = session.begun++ * static_cast<std::uint64_t>(concurrency);
  session.conversation =
      (static_cast<std::uint64_t>(session.user) + steps) % plan.conversations.size();
  session.turn = 0;
  session.replies.clear();
}

void Sender::Body::send(std::size_t index, base::MonotonicTime due, base::MonotonicTime now) {
  Session& session = *sessions[index];
  session.is_under_way = true;
  session.scan.reset();
  session.reply.clear();
  session.record = {};
  session.record.due = since_start(due);
  session.record.stage = stage_at(session.record.due);
  session.record.work = static_cast<std::uint32_t>(session.conversation);
  const bool is_open = plan.kind == LoadKind::Open;
  session.number =
      is_open ? static_cast<std::uint32_t>(session.arrival * plan.turns_most + session.turn)
              : next_number.fetch_add(1, std::memory_order_relaxed);
  std::string_view request = plan.first_requests[session.conversation];
  if (session.turn > 0) {
    session.request =
        request_of(plan, plan.conversations[session.conversation], session.turn, session.replies);
    request = session.request;
  }
  session.submitted = now;
  sent_at_once = false;
  client->submit(request, now + plan.timeout, index);
  session.waited = client->waiting() > 0;
  const base::Nanoseconds sent_at = sent_at_once ? session.record.sent : since_start(now);
  if (is_open) watch.send.add(sent_at - session.record.due);
}

base::Nanoseconds Sender::Body::think(const Session& session) const {
  if (plan.work.think_high_s <= 0) return base::Nanoseconds(0);
  base::Random random(plan.seed ^ (std::uint64_t{session.number} * 0x9e3779b97f4a7c15ULL));
  const double width = plan.work.think_high_s - plan.work.think_low_s;
  return nanoseconds(plan.work.think_low_s + random.unit() * width);
}

base::Nanoseconds Sender::Body::back_off(Session& session, const net::FlowEnd& end) const {
  const int doublings = std::min(session.failures_in_a_row - 1, 10);
  const double own_s = std::min(kBackOffMost_s, kBackOffFirst_s * std::exp2(doublings));
  const double asked_s = std::min<double>(kRetryAfterMost_s, end.retry_after_s);
  return nanoseconds(std::max(own_s, asked_s));
}

/// What the session does after a request has ended: its next turn, the user's next conversation, or
/// nothing.
void Sender::Body::go_on(std::size_t index, const net::FlowEnd& end, bool has_failed) {
  Session& session = *sessions[index];
  session.is_under_way = false;
  session.failures_in_a_row = has_failed ? session.failures_in_a_row + 1 : 0;
  const Conversation& conversation = plan.conversations[session.conversation];
  const bool has_turn = !has_failed && session.turn + 1 < conversation.requests();
  const base::MonotonicTime now = base::system_clock().now();
  base::Nanoseconds wait = think(session);
  if (has_failed && session.user >= 0) wait = std::max(wait, back_off(session, end));
  const bool is_over = now + wait >= at(plan.ends()) || stop.requested();
  if (is_over || (session.user >= 0 && session.user >= concurrency)) return release(index);
  if (has_turn) {
    session.replies.push_back(std::move(session.reply));
    ++session.turn;
  } else if (session.user < 0) {
    return release(index);
  } else {
    begin_conversation(session);
  }
  session.is_under_way = true;
  client->call_at(now + wait, timer_tag(TimerKind::Session, index));
}

}  // namespace assay::load
