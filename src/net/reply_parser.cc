#include "net/reply_parser.h"

#include <fmt/core.h>

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

#include "base/text.h"

namespace assay::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t kReadBytes = std::size_t{16} << 10U;
constexpr std::uint32_t kHeaderBytesMax = std::uint32_t{64} << 10U;
constexpr std::size_t kExcerptColumns = 60;

/// Set by the sink when on_body gave the reply up.
const boost::system::error_code kGivenUp = asio::error::operation_aborted;

bool is_interim(int status) { return status >= 100 && status < 200; }

std::string excerpt(std::string_view bytes) {
  std::string visible;
  for (const char c : bytes.substr(0, kExcerptColumns)) {
    visible += (c >= ' ' && c < '\x7f') ? c : '.';
  }
  return visible;
}

}  // namespace

/// Fills the HttpReply from Beast's callbacks.
class ReplyParser::Sink final : public http::basic_parser<false> {
 public:
  Sink(HttpReply& reply, const OnBody& on_body) : reply_(reply), on_body_(on_body) {}
  void set_arrived(base::MonotonicTime arrived) { arrived_ = arrived; }

 private:
  void on_request_impl(http::verb, beast::string_view, beast::string_view, int,
                       beast::error_code&) override {}
  void on_response_impl(int code, beast::string_view, int, beast::error_code&) override {
    reply_.status = code;
    reply_.headers.clear();
  }
  void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                     beast::error_code&) override {
    reply_.headers.emplace_back(std::string(name), std::string(value));
  }
  void on_header_impl(beast::error_code&) override { reply_.times.headers_read = arrived_; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view piece, beast::error_code& error) override {
    if (!on_body_) {
      reply_.body.append(piece.data(), piece.size());
    } else if (!on_body_(reply_.status, piece, arrived_)) {
      error = kGivenUp;
    }
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece,
                                 beast::error_code& error) override {
    return on_body_impl(piece, error);
  }
  void on_finish_impl(beast::error_code&) override {}

  HttpReply& reply_;
  const OnBody& on_body_;
  base::MonotonicTime arrived_;
};

ReplyParser::ReplyParser(HttpReply& reply, const OnBody& on_body, std::uint64_t body_bytes_max,
                         bool head_request)
    : reply_(reply),
      on_body_(on_body),
      body_bytes_max_(body_bytes_max),
      head_request_(head_request) {
  start_message();
}

void ReplyParser::start_message() {
  sink_ = std::make_shared<Sink>(reply_, on_body_);
  sink_->eager(true);
  sink_->skip(head_request_);
  sink_->header_limit(kHeaderBytesMax);
  sink_->body_limit(body_bytes_max_);
}

asio::mutable_buffer ReplyParser::prepare() { return unparsed_.prepare(kReadBytes); }

ReplyParser::State ReplyParser::commit(std::size_t bytes, base::MonotonicTime arrived) {
  got_bytes_ = got_bytes_ || bytes > 0;
  unparsed_.commit(bytes);
  while (true) {
    sink_->set_arrived(arrived);
    beast::error_code error;
    unparsed_.consume(sink_->put(unparsed_.data(), error));
    if (error == http::error::need_more) return State::NeedMore;
    if (error) return fail(error);
    if (!sink_->is_done()) return State::NeedMore;
    if (!is_interim(reply_.status)) return State::Done;
    start_message();
    if (unparsed_.size() == 0) return State::NeedMore;
  }
}

ReplyParser::State ReplyParser::end_of_stream(base::MonotonicTime now) {
  if (sink_->got_some()) {
    sink_->set_arrived(now);
    beast::error_code error;
    sink_->put_eof(error);
    if (!error && sink_->is_done()) return State::Done;
  }
  failure_ = TransportFailure::Cut;
  failure_message_ = "the server closed the connection before the end of its reply";
  return State::Failed;
}

bool ReplyParser::keep_alive() const { return sink_->keep_alive() && unparsed_.size() == 0; }

ReplyParser::State ReplyParser::fail(boost::system::error_code error) {
  if (error == kGivenUp) {
    failure_ = TransportFailure::Interrupted;
    failure_message_ = "the reply was given up";
  } else if (error == http::error::body_limit) {
    failure_ = TransportFailure::TooLarge;
    failure_message_ =
        fmt::format("expected a reply of at most {}", base::human_bytes(body_bytes_max_));
  } else {
    failure_ = TransportFailure::Malformed;
    const beast::flat_buffer& rest = unparsed_;
    const std::string_view left(static_cast<const char*>(rest.data().data()), rest.size());
    failure_message_ = fmt::format("expected an HTTP/1.1 reply, found {} at \"{}\"",
                                   error.message(), excerpt(left));
  }
  return State::Failed;
}

}  // namespace assay::net
