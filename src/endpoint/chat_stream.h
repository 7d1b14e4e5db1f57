// One chat completion put together from the events of its stream, or from one whole JSON reply.
// Internal to this room; knows the format, not where the bytes come from.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "endpoint/chat.h"
#include "endpoint/tool_calls.h"
#include "net/sse.h"

namespace assay::endpoint {

/// Only choice 0 is read: a request asks for one. Not thread-safe.
class ChatStream {
 public:
  /// `events_before`: so many were read elsewhere; failures count on from there.
  explicit ChatStream(std::int64_t events_before = 0) : events_(events_before) {}

  /// One event. `http_status` is the reply's, for failures; `arrived_ms` counts from the attempt's
  /// start and never decreases from one call to the next. Nothing is taken after a failure or
  /// "[DONE]".
  void take_event(const net::SseEvent& event, int http_status, double arrived_ms);

  /// A reply that is one JSON value, whether streaming was asked for or not. It has no token times.
  void take_whole(std::string_view body, int http_status);

  /// finish_reason or "[DONE]" came: nothing of the answer is missing.
  bool is_complete() const { return done_ || !reply_.finish_reason.empty(); }
  bool has_failed() const { return reply_.failure.has_value(); }
  std::int64_t events() const { return events_; }

  void fail(ChatFailure failure) { reply_.failure = std::move(failure); }

  /// What came, complete or not, without times of the whole and attempts. Ends the use of this
  /// object.
  ChatReply take_reply();

 private:
  bool take_chunk(const base::Json& chunk);
  bool take_message(const base::Json& message);

  ChatReply reply_;
  ToolCallAssembly tool_calls_;
  std::int64_t events_;
  bool done_ = false;
};

}  // namespace assay::endpoint
