#include "endpoint/stream_scan.h"

#include <fmt/core.h>

#include <utility>

#include "base/text.h"
#include "endpoint/chat_stream.h"
#include "endpoint/error_body.h"
#include "endpoint/reply_form.h"
#include "endpoint/stream_scan_chunk.h"

namespace assay::endpoint {
namespace {

constexpr std::string_view kDone = "[DONE]";
constexpr std::size_t kErrorBodyBytesMax = std::size_t{16} << 10U;
constexpr std::size_t kStreamBeginningBytesMax = 256;

/// Counts that the later of two says replace the earlier's.
void merge(const Usage& later, Usage& usage) {
  const auto take = [](std::int64_t given, std::int64_t& count) {
    if (given >= 0) count = given;
  };
  take(later.prompt_tokens, usage.prompt_tokens);
  take(later.completion_tokens, usage.completion_tokens);
  take(later.reasoning_tokens, usage.reasoning_tokens);
  take(later.cached_tokens, usage.cached_tokens);
}

}  // namespace

struct StreamReader::Scratch {
  ChunkReader chunks;
  ChatReply reply;  ///< What the reference made of the last text that `chunks` did not know.

  StreamEvent event_of(ChatStream& stream);
};

/// The reference's judgement of one event or reply, in this reader's terms.
StreamEvent StreamReader::Scratch::event_of(ChatStream& stream) {
  reply = stream.take_reply();
  StreamEvent event;
  event.text = reply.text;
  event.reasoning = reply.reasoning;
  event.finish_reason = reply.finish_reason;
  event.usage = reply.usage;
  event.has_tool_call = !reply.tool_calls.empty();
  for (const ToolCall& call : reply.tool_calls) {
    event.tool_call_bytes += call.name.size() + call.arguments.size();
  }
  if (reply.failure) {
    event.kind = StreamEvent::Kind::Failed;
    event.failure = &*reply.failure;
  }
  return event;
}

StreamReader::StreamReader() : scratch_(std::make_unique<Scratch>()) {}
StreamReader::~StreamReader() = default;

StreamEvent StreamReader::read_event(const EventFrame& frame, int http_status,
                                     std::uint64_t events_before) {
  StreamEvent event;
  if (!frame.is_error && scratch_->chunks.read(frame.data, frame.readable_bytes_after, event)) {
    return event;
  }
  ChatStream reference(static_cast<std::int64_t>(events_before));
  reference.take_event({frame.is_error ? "error" : "message", std::string(frame.data), ""},
                       http_status, 0);
  return scratch_->event_of(reference);
}

StreamEvent StreamReader::read_whole(std::string_view json, int http_status) {
  StreamEvent event;
  if (!scratch_->chunks.read(json, 0, event) || !event.has_choice) {
    ChatStream reference;
    reference.take_whole(json, http_status);
    event = scratch_->event_of(reference);
  }
  if (event.kind != StreamEvent::Kind::Failed) event.kind = StreamEvent::Kind::Whole;
  return event;
}

StreamScan::StreamScan(StreamReader& reader, StreamScanLimits limits)
    : reader_(reader), limits_(limits), frames_(limits.event_bytes_max) {}

void StreamScan::reset() {
  frames_.reset();
  format_ = Format::Unknown;
  done_ = false;
  body_.clear();
  finish_reason_.clear();
  failure_.reset();
  end_ = {};
}

bool StreamScan::take(int http_status, std::string_view piece, StreamEventSink& sink) {
  if (!is_success(http_status)) {
    keep_beginning(piece, kErrorBodyBytesMax);
    return true;
  }
  switch (format_) {
    case Format::Unknown:
      begin(http_status, piece, sink);
      break;
    case Format::Events:
      keep_beginning(piece, kStreamBeginningBytesMax);
      take_events(http_status, piece, sink);
      break;
    case Format::Whole:
      take_whole(piece, http_status);
      break;
  }
  return !has_failed();
}

void StreamScan::keep_beginning(std::string_view piece, std::size_t bytes_max) {
  if (body_.size() < bytes_max) body_ += piece.substr(0, bytes_max - body_.size());
}

/// Padding before the reply is dropped as it comes, so that only the beginning of a byte-order mark
/// is ever kept back.
void StreamScan::begin(int http_status, std::string_view piece, StreamEventSink& sink) {
  std::string joined;
  if (!body_.empty()) {
    joined = std::exchange(body_, {});
    joined += piece;
    piece = joined;
  }
  piece.remove_prefix(padding_bytes(piece));
  if (is_part_of_padding(piece)) {
    body_ = piece;
  } else if (begins_json(piece)) {
    format_ = Format::Whole;
    take_whole(piece, http_status);
  } else {
    format_ = Format::Events;
    keep_beginning(piece, kStreamBeginningBytesMax);
    take_events(http_status, piece, sink);
  }
}

void StreamScan::take_whole(std::string_view piece, int http_status) {
  if (body_.size() + piece.size() > limits_.whole_bytes_max) {
    fail({FailureClass::Malformed, http_status,
          fmt::format("expected a reply of at most {}", base::human_bytes(limits_.whole_bytes_max)),
          body_excerpt(body_)});
    return;
  }
  body_ += piece;
}

void StreamScan::take_events(int http_status, std::string_view bytes, StreamEventSink& sink) {
  frames_.give(bytes);
  EventFrame frame;
  while (frames_.next(frame)) take_frame(http_status, frame, sink);
  if (frames_.has_failed() && !has_failed()) {
    fail({FailureClass::Malformed, http_status,
          fmt::format("expected events of at most {}", base::human_bytes(limits_.event_bytes_max)),
          body_excerpt(body_)});
  }
}

void StreamScan::take_frame(int http_status, EventFrame frame, StreamEventSink& sink) {
  if (has_failed() || done_) return;
  const char* const end = frame.data.data() + frame.data.size();
  frame.data = base::trim(frame.data);
  if (frame.data.empty()) return;
  const char* const trimmed_end = frame.data.data() + frame.data.size();
  frame.readable_bytes_after += static_cast<std::size_t>(end - trimmed_end);
  ++end_.events;
  if (frame.data == kDone) {
    done_ = true;
    StreamEvent done;
    done.kind = StreamEvent::Kind::Done;
    sink.on_event(done);
    return;
  }
  count(reader_.read_event(frame, http_status, end_.events - 1), sink);
}

void StreamScan::count(const StreamEvent& event, StreamEventSink& sink) {
  merge(event.usage, end_.usage);
  if (!event.finish_reason.empty()) finish_reason_ = event.finish_reason;
  if (event.has_output() && event.kind == StreamEvent::Kind::Chunk) ++end_.events_with_output;
  end_.output_bytes += event.output_bytes();
  sink.on_event(event);
  if (event.failure != nullptr) fail(*event.failure);
}

StreamEnd StreamScan::finish(int http_status, StreamEventSink& sink) {
  if (has_failed()) return summary();
  if (!is_success(http_status)) {
    fail(failure_of_reply(http_status, body_));
  } else if (format_ == Format::Whole) {
    count(reader_.read_whole(body_, http_status), sink);
  } else {
    finish_events(http_status, sink);
  }
  return summary();
}

void StreamScan::finish_events(int http_status, StreamEventSink& sink) {
  if (frames_.pending_bytes() > 0) {
    // Only the blank line is missing, which some servers leave out: HTTP says that this is all. An
    // event that really was cut shows by its JSON, and then the stream is cut.
    frames_.give("\n\n");
    EventFrame frame;
    while (frames_.next(frame)) {
      if (frame.data == kDone || base::parse_json(frame.data).has_value()) {
        take_frame(http_status, frame, sink);
      }
    }
  }
  if (has_failed() || done_ || !finish_reason_.empty()) return;
  fail(failure_of_unfinished_events(http_status, static_cast<std::int64_t>(end_.events), body_));
}

StreamEnd StreamScan::finish_broken(ChatFailure failure) {
  const bool is_whole_anyway = format_ == Format::Events && (done_ || !finish_reason_.empty());
  if (!has_failed() && !is_whole_anyway) fail(std::move(failure));
  return summary();
}

void StreamScan::fail(ChatFailure failure) {
  failure_ = std::make_unique<ChatFailure>(std::move(failure));
}

StreamEnd StreamScan::summary() const {
  StreamEnd end = end_;
  end.failure = failure_.get();
  end.finish_reason = finish_reason_;
  return end;
}

}  // namespace assay::endpoint
