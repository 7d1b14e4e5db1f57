#include "net/flow_reply.h"

#include <fmt/core.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace assay::net {

namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t kHeadBytesMax = std::uint32_t{32} << 10U;
constexpr std::size_t kExcerptColumns = 60;

/// Set when the sink gave the reply up.
const boost::system::error_code kGivenUp = boost::asio::error::operation_aborted;

bool is_interim(int status) { return status >= 100 && status < 200; }

std::string excerpt(std::string_view bytes) {
  std::string visible;
  for (const char c : bytes.substr(0, kExcerptColumns)) {
    visible += (c >= ' ' && c < '\x7f') ? c : '.';
  }
  return visible;
}

}  // namespace

void FlowReply::Parser::on_field_impl(http::field name, Text, Text value, Error&) {
  if (name != http::field::retry_after) return;
  int seconds = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (failed == std::errc() && end == value.data() + value.size() && seconds >= 0) {
    reply_.retry_after_s_ = seconds;
  }
}

std::size_t FlowReply::Parser::on_body_impl(Text piece, Error& error) {
  reply_.body_bytes_ += piece.size();
  if (!reply_.body_->on_piece(reply_.status_, {piece.data(), piece.size()})) error = kGivenUp;
  return piece.size();
}

void FlowReply::begin(FlowBodySink& body, std::uint64_t body_bytes_max) {
  body_ = &body;
  body_bytes_max_ = body_bytes_max;
  rest_.clear();
  got_bytes_ = false;
  has_surplus_ = false;
  body_bytes_ = 0;
  failure_ = FlowFailure::None;
  message_.clear();
  start_message();
}

void FlowReply::start_message() {
  status_ = 0;
  retry_after_s_ = -1;
  parser_.emplace(*this);
  parser_->eager(true);
  parser_->header_limit(kHeadBytesMax);
  parser_->body_limit(body_bytes_max_);
}

FlowReply::State FlowReply::take(char* bytes, std::size_t count) {
  std::memcpy(bytes, rest_.data(), rest_.size());
  got_bytes_ = true;
  std::string_view unread(bytes, count);
  while (true) {
    boost::beast::error_code error;
    unread.remove_prefix(parser_->put(boost::asio::buffer(unread.data(), unread.size()), error));
    if (error && error != http::error::need_more) return fail(error, unread);
    if (!parser_->is_done()) break;
    if (!is_interim(status_)) {
      has_surplus_ = !unread.empty();
      return State::Done;
    }
    start_message();
    if (unread.empty()) break;
  }
  if (unread.size() > kRestBytesMax) return fail(http::error::header_limit, unread);
  rest_.assign(unread);
  return State::NeedMore;
}

FlowReply::State FlowReply::end_of_stream() {
  if (parser_->got_some()) {
    boost::beast::error_code error;
    parser_->put_eof(error);
    if (!error && parser_->is_done()) return State::Done;
  }
  return fail(FlowFailure::Cut, got_bytes_
                                    ? "the server closed the connection before the end of its reply"
                                    : "the server closed the connection without a reply");
}

bool FlowReply::keep_alive() const { return parser_->keep_alive() && !has_surplus_; }

FlowReply::State FlowReply::fail(FlowFailure failure, std::string message) {
  failure_ = failure;
  message_ = std::move(message);
  return State::Failed;
}

FlowReply::State FlowReply::fail(boost::beast::error_code error, std::string_view left) {
  if (error == kGivenUp) return fail(FlowFailure::GivenUp, "the reply was given up");
  if (error == http::error::body_limit) {
    return fail(FlowFailure::TooLarge,
                fmt::format("expected a reply of at most {}", base::human_bytes(body_bytes_max_)));
  }
  return fail(FlowFailure::Malformed, fmt::format("expected an HTTP/1.1 reply, found {} at \"{}\"",
                                                  error.message(), excerpt(left)));
}

}  // namespace assay::net
