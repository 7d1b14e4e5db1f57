// The inside of a sender: sessions in their places, the timers they wait for, and what the client
// tells. sender.cc has the run's course, sender_sessions.cc what is sent next, sender_replies.cc
// what comes back.
#pragma once

#include <memory>
#include <vector>

#include "load/sender.h"
#include "load/sender_session.h"
#include "net/flow_client.h"

namespace assay::load {

inline constexpr std::size_t kRequestBlock = 1'024;
inline constexpr std::size_t kEventBlock = 16'384;
inline constexpr int kTagBits = 56;

enum class TimerKind : std::uint64_t { Tick, Arrival, Stage, Session };

inline net::FlowTag timer_tag(TimerKind kind, std::size_t value) {
  return (static_cast<std::uint64_t>(kind) << kTagBits) | value;
}

struct Sender::Body final : net::FlowSink, endpoint::StreamEventSink {
  Body(const SendPlan& the_plan, int the_part, RecordSink& the_records, StopSignal& the_stop,
       std::atomic<std::uint32_t>& the_next_number)
      : plan(the_plan),
        part(the_part),
        records(the_records),
        stop(the_stop),
        next_number(the_next_number),
        next_arrival(static_cast<std::size_t>(the_part)) {}

  // The run's course.
  base::MonotonicTime at(base::Nanoseconds since_start) const { return start + since_start; }
  base::Nanoseconds since_start(base::MonotonicTime time) const { return time - start; }
  void begin();
  bool is_finished(base::MonotonicTime now) const;
  void tick(base::MonotonicTime due, base::MonotonicTime now);
  void give_up_if_hopeless(base::MonotonicTime now);
  void flush();
  std::uint32_t stage_at(base::Nanoseconds time);

  // Sessions.
  std::size_t take_session();
  void release(std::size_t index);
  void begin_arrivals(base::MonotonicTime now);
  void begin_stage(std::size_t stage);
  void begin_conversation(Session& session);
  void send(std::size_t index, base::MonotonicTime due, base::MonotonicTime now);
  void go_on(std::size_t index, const net::FlowEnd& end, bool has_failed);
  base::Nanoseconds think(const Session& session) const;
  base::Nanoseconds back_off(Session& session, const net::FlowEnd& end) const;

  // What the client tells.
  void on_sent(net::FlowTag tag, base::MonotonicTime sent) override;
  void on_first_byte(net::FlowTag tag, const net::FlowStamp& stamp) override;
  bool on_body(net::FlowTag tag, int status, std::string_view piece,
               const net::FlowStamp& stamp) override;
  void on_end(net::FlowTag tag, const net::FlowEnd& end) override;
  void on_timer(net::FlowTag tag, base::MonotonicTime due, base::MonotonicTime now) override;
  void on_event(const endpoint::StreamEvent& event) override;
  void keep(const Session& session);
  void tell_under_way();

  const SendPlan& plan;
  const int part;
  RecordSink& records;
  StopSignal& stop;
  std::atomic<std::uint32_t>& next_number;

  std::unique_ptr<net::FlowClient> client;
  endpoint::StreamReader reader;
  std::vector<std::unique_ptr<Session>> sessions;
  std::vector<std::size_t> free;
  std::vector<std::size_t> users;  ///< Closed loop: session of each of this thread's users.
  base::MonotonicTime start;
  std::size_t next_arrival;      ///< Of those this thread sends.
  std::int64_t concurrency = 0;  ///< Closed loop: of the present stage.
  std::size_t stage_seen = 0;
  int ticks = 0;

  Session* current = nullptr;  ///< Whose bytes are read.
  const net::FlowStamp* stamp = nullptr;
  bool sent_at_once = false;

  std::vector<NumberedRecord> request_block;
  std::vector<EventRecord> event_block;
  SenderWatch watch;
  std::int64_t under_way = 0;     ///< Sent and not ended.
  std::uint64_t sent_untold = 0;  ///< Sent, and not yet in the news.
  std::uint64_t completed = 0;
  std::uint64_t failed_in_a_row = 0;
  base::MonotonicTime last_answer;

  std::mutex news_mutex;
  LiveNews news;
};

}  // namespace assay::load
