#include "endpoint/reply_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "endpoint/error_body.h"
#include "endpoint/reply_form.h"

namespace assay::endpoint {
namespace {

constexpr std::size_t kEventBytesMax = std::size_t{16} << 20U;
constexpr std::size_t kKeptBytesMax = std::size_t{64} << 10U;

FailureClass class_of(net::TransportFailure failure) {
  switch (failure) {
    case net::TransportFailure::Resolve:
    case net::TransportFailure::Connect:
      return FailureClass::Unreachable;
    case net::TransportFailure::Deadline:
      return FailureClass::Deadline;
    case net::TransportFailure::Cut:
      return FailureClass::CutStream;
    case net::TransportFailure::Malformed:
    case net::TransportFailure::TooLarge:
      return FailureClass::Malformed;
    case net::TransportFailure::Interrupted:
      return FailureClass::Interrupted;
    case net::TransportFailure::None:
      break;
  }
  ASSAY_UNREACHABLE("a transport that did not fail has no failure class");
}

}  // namespace

ChatFailure failure_of_transport(const net::HttpReply& ended) {
  return {class_of(ended.failure), ended.status, one_line(ended.failure_message), ""};
}

ReplyReader::ReplyReader(base::MonotonicTime started)
    : started_(started), parser_(kEventBytesMax, "error") {}

bool ReplyReader::take(int http_status, std::string_view piece, base::MonotonicTime arrived) {
  http_status_ = http_status;
  arrived_ms_ = base::to_ms(arrived - started_);
  if (!is_success(http_status)) {
    keep_beginning(piece);
    return true;
  }
  switch (format_) {
    case Format::Unknown:
      begin(piece);
      break;
    case Format::Events:
      keep_beginning(piece);
      take_events(piece);
      break;
    case Format::Whole:
      body_ += piece;
      break;
  }
  return !stream_.has_failed();
}

void ReplyReader::keep_beginning(std::string_view piece) {
  body_ += piece.substr(0, kKeptBytesMax - std::min(kKeptBytesMax, body_.size()));
}

void ReplyReader::begin(std::string_view piece) {
  body_ += piece;
  body_.erase(0, padding_bytes(body_));
  if (is_part_of_padding(body_)) return;
  format_ = begins_json(body_) ? Format::Whole : Format::Events;
  if (format_ == Format::Events) take_events(body_);
}

void ReplyReader::take_events(std::string_view bytes) {
  const bool within_limit = parser_.feed(bytes, [&](const net::SseEvent& event) {
    stream_.take_event(event, http_status_, arrived_ms_);
  });
  if (!within_limit && !stream_.has_failed()) {
    stream_.fail({FailureClass::Malformed, http_status_,
                  fmt::format("expected events of at most {}", base::human_bytes(kEventBytesMax)),
                  body_excerpt(body_)});
  }
}

ChatReply ReplyReader::finish(const net::HttpReply& ended) {
  http_status_ = ended.status;
  if (stream_.has_failed()) {
    // The transport's end is then only this reader's own giving up.
  } else if (ended.failure == net::TransportFailure::Interrupted || ended.status == 0) {
    stream_.fail(failure_of_transport(ended));
  } else if (!is_success(ended.status)) {
    stream_.fail(failure_of_reply(ended.status, body_));
  } else if (format_ == Format::Whole) {
    finish_whole(ended);
  } else {
    finish_events(ended);
  }
  ChatReply reply = stream_.take_reply();
  reply.times.total_ms = arrived_ms_;
  return reply;
}

void ReplyReader::finish_whole(const net::HttpReply& ended) {
  if (ended.failure == net::TransportFailure::None) {
    stream_.take_whole(body_, ended.status);
  } else {
    stream_.fail(failure_of_transport(ended));
  }
}

void ReplyReader::finish_events(const net::HttpReply& ended) {
  if (ended.failure == net::TransportFailure::None && parser_.pending_bytes() > 0) {
    // HTTP says that nothing is missing, so what is missing is only the blank line some servers
    // leave out. An event that really was cut shows by its JSON, and the stream as cut.
    const bool within_limit = parser_.feed("\n\n", [&](const net::SseEvent& event) {
      if (event.data == "[DONE]" || base::parse_json(event.data).has_value()) {
        stream_.take_event(event, http_status_, arrived_ms_);
      }
    });
    if (!within_limit) return;
  }
  if (stream_.has_failed() || stream_.is_complete()) return;
  if (ended.failure != net::TransportFailure::None) {
    stream_.fail(failure_of_transport(ended));
  } else {
    stream_.fail(failure_of_unfinished_events(ended.status, stream_.events(), body_));
  }
}

}  // namespace assay::endpoint
