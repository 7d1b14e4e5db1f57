// What comes back to a sender, and the record of it.
#include <utility>

#include "load/measures.h"
#include "load/sender_body.h"

namespace assay::load {
namespace {

/// Beyond that nobody watches.
constexpr std::size_t kNewsMost = 1'000'000;

}  // namespace

void Sender::Body::on_sent(net::FlowTag tag, base::MonotonicTime sent) {
  Session& session = *sessions[tag];
  sent_at_once = true;
  if (session.record.sent == kNever) {
    ++under_way;
    ++sent_untold;
  }
  session.record.sent = since_start(sent);
  // A closed loop has no schedule: what it sends is due when it is sent.
  if (plan.kind == LoadKind::Closed && session.turn == 0) session.record.due = session.record.sent;
}

void Sender::Body::on_first_byte(net::FlowTag tag, const net::FlowStamp& first) {
  sessions[tag]->record.first_byte = since_start(first.arrived());
}

bool Sender::Body::on_body(net::FlowTag tag, int status, std::string_view piece,
                           const net::FlowStamp& piece_stamp) {
  current = sessions[tag].get();
  stamp = &piece_stamp;
  if (piece_stamp.has_kernel()) watch.read.add(piece_stamp.read - piece_stamp.kernel);
  return current->scan.take(status, piece, *this);
}

void Sender::Body::on_event(const endpoint::StreamEvent& event) {
  if (!event.has_output() || event.kind == endpoint::StreamEvent::Kind::Whole) return;
  RequestRecord& record = current->record;
  const base::Nanoseconds arrived = since_start(stamp->arrived());
  if (record.first_content == kNever) {
    record.first_content = arrived;
    records.began(current->number, arrived);
  }
  const bool is_answer = !event.text.empty() || event.has_tool_call;
  if (is_answer && record.first_answer == kNever) record.first_answer = arrived;
  record.last_content = arrived;
  ++record.content_events;
  if (current->turn + 1 < plan.conversations[current->conversation].requests()) {
    current->reply += event.text;
  }
  if (!plan.client.keeps_events) return;
  event_block.push_back({arrived.count(), since_start(stamp->read).count(), current->number,
                         static_cast<std::uint32_t>(event.output_bytes())});
  if (event_block.size() >= kEventBlock) records.take(std::exchange(event_block, {}));
}

void Sender::Body::on_end(net::FlowTag tag, const net::FlowEnd& end) {
  Session& session = *sessions[tag];
  if (session.record.sent != kNever) --under_way;
  if (stop.requested() && end.failure == net::FlowFailure::GivenUp) return;
  current = &session;
  stamp = &end.times.last_byte;
  const bool is_whole = end.failure == net::FlowFailure::None;
  endpoint::StreamEnd stream;
  const bool has_stream = end.status != 0;
  if (has_stream) {
    stream = is_whole || end.failure == net::FlowFailure::GivenUp
                 ? session.scan.finish(end.status, *this)
                 : session.scan.finish_broken({});
  }
  RequestRecord& record = session.record;
  record.failure = failure_of(end.failure, has_stream ? &stream : nullptr);
  // What had no time left when it got a connection says nothing about the server.
  const bool left_late = record.sent == kNever || (record.sent - record.due) * 2 > plan.timeout;
  if (record.failure == Failure::Timeout && session.waited && left_late) {
    record.failure = Failure::ClientLimited;
  }
  record.http_status = end.status;
  const bool has_last = is_whole && end.times.last_byte.read != base::MonotonicTime();
  record.ended = since_start(has_last ? end.times.last_byte.arrived() : end.times.ended);
  if (has_stream) {
    record.prompt_tokens = stream.usage.prompt_tokens;
    record.output_tokens = stream.usage.completion_tokens;
  }
  keep(session);
  const bool has_failed = record.failure != Failure::None;
  if (has_failed) {
    ++failed_in_a_row;
  } else {
    ++completed;
    failed_in_a_row = 0;
    last_answer = base::system_clock().now();
  }
  go_on(tag, end, has_failed);
}

void Sender::Body::keep(const Session& session) {
  const RequestRecord& record = session.record;
  request_block.push_back({session.number, record});
  if (request_block.size() >= kRequestBlock) records.take(std::exchange(request_block, {}));
  LiveNews::Ended ended;
  ended.at = record.ended;
  ended.ttft_ms = static_cast<float>(measure(record, Measure::Ttft).value_or(-1));
  ended.itl_ms = static_cast<float>(measure(record, Measure::Itl).value_or(-1));
  ended.output_tokens = static_cast<std::int32_t>(output_tokens_of(record));
  ended.failure = record.failure;
  const std::lock_guard lock(news_mutex);
  if (news.ended.size() < kNewsMost) news.ended.push_back(ended);
}

void Sender::Body::tell_under_way() {
  const std::lock_guard lock(news_mutex);
  news.sent += std::exchange(sent_untold, 0);
  news.in_flight = under_way;
}

void Sender::Body::on_timer(net::FlowTag tag, base::MonotonicTime due, base::MonotonicTime now) {
  const auto value = static_cast<std::size_t>(tag & ((std::uint64_t{1} << kTagBits) - 1));
  switch (static_cast<TimerKind>(tag >> kTagBits)) {
    case TimerKind::Tick:
      return tick(due, now);
    case TimerKind::Arrival:
      return begin_arrivals(now);
    case TimerKind::Stage:
      return begin_stage(value);
    case TimerKind::Session:
      return send(value, due, now);
  }
}

}  // namespace assay::load
