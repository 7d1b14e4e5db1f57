#include "net/http_connection.h"

#include <fmt/core.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/read.hpp>
#include <exception>

namespace assay::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::uint32_t kHeadBytesMax = 64U << 10U;
constexpr std::uint64_t kBodyBytesMax = std::uint64_t{64} << 20U;

/// A peer that was refused may still be sending; this much of it is read so that the refusal is not
/// overtaken by a reset.
constexpr std::size_t kDrainedBytesMax = std::size_t{8} << 20U;
constexpr std::chrono::seconds kDrainTimeMax{1};

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

bool is_framing(std::string_view name) {
  return beast::iequals(name, "Content-Length") || beast::iequals(name, "Transfer-Encoding") ||
         beast::iequals(name, "Connection");
}

std::string_view reason_of(int status) {
  const auto known = http::int_to_status(static_cast<unsigned>(status));
  const beast::string_view reason = http::obsolete_reason(known);
  return {reason.data(), reason.size()};
}

int status_for(boost::system::error_code failure) {
  if (failure == http::error::header_limit) return 431;
  if (failure == http::error::body_limit) return 413;
  return 400;
}

/// Whether the peer sent something that is not HTTP, as against leaving.
bool is_malformed(boost::system::error_code failure) {
  static const boost::system::error_category& http_category =
      make_error_code(http::error::end_of_stream).category();
  return failure.category() == http_category && failure != http::error::end_of_stream &&
         failure != http::error::partial_message;
}

template <typename Message>
ServerRequest to_request(const Message& message) {
  ServerRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  return request;
}

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, const Handler& handler)
    : handler_(handler), stream_(std::move(socket)) {
  boost::system::error_code peer_left_already;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), peer_left_already);
  // Lets write() hand small pieces to the kernel without a turn through the event loop.
  stream_.socket().non_blocking(true, peer_left_already);
}

Task<void> HttpConnection::serve() {
  bool serving = true;  // GCC 12 lays out the frame of a coroutine with do … while wrongly.
  while (serving) {
    const bool asked = co_await read_request();
    if (asked) co_await answer();
    serving = asked && keep_alive_ && !gone_ && answer_ == Answer::Complete;
  }
  if (!gone_) co_await close_gently();
}

Task<bool> HttpConnection::read_request() {
  request_ = {};
  answer_ = Answer::None;
  Parser parser;
  parser.header_limit(kHeadBytesMax);
  parser.body_limit(kBodyBytesMax);
  auto [failure, bytes] = co_await http::async_read_header(stream_, buffer_, parser, kAsTuple);
  if (!failure) {
    request_ = to_request(parser.get());
    http_1_0_ = parser.get().version() == 10;
    keep_alive_ = parser.keep_alive();
    co_await read_body(parser, failure);
  }
  if (failure) {
    co_await refuse(failure);
    co_return false;
  }
  request_.body = std::move(parser.get().body());
  request_.arrived = base::system_clock().now();
  co_return true;
}

Task<void> HttpConnection::read_body(Parser& parser, boost::system::error_code& failure) {
  if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n")) co_return;
  }
  auto [read_failure, bytes] = co_await http::async_read(stream_, buffer_, parser, kAsTuple);
  failure = read_failure;
}

Task<void> HttpConnection::refuse(boost::system::error_code why) {
  if (!is_malformed(why)) {
    cut(false);
    co_return;
  }
  keep_alive_ = false;
  const Headers headers{{"Content-Type", "text/plain; charset=utf-8"}};
  co_await reply(status_for(why), headers,
                 fmt::format("expected an HTTP/1.1 request: {}\n", why.message()));
}

Task<void> HttpConnection::answer() {
  std::string problem;
  try {
    co_await handler_(*this);
  } catch (const std::exception& thrown) {
    problem = fmt::format("the handler failed: {}", thrown.what());
  } catch (...) {
    problem = "the handler failed";
  }
  if (problem.empty() && answer_ == Answer::None) problem = "the handler gave no answer";
  if (!problem.empty()) co_await fail(std::move(problem));
}

Task<void> HttpConnection::fail(std::string why) {
  if (answer_ == Answer::Complete) co_return;
  if (answer_ == Answer::None) {
    const Headers headers{{"Content-Type", "text/plain; charset=utf-8"}};
    co_await reply(500, headers, std::move(why) + "\n");
  } else {
    cut(false);
  }
}

std::string HttpConnection::head(int status, const Headers& headers,
                                 std::string_view framing) const {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_of(status));
  for (const auto& [name, value] : headers) {
    if (!is_framing(name)) text += fmt::format("{}: {}\r\n", name, value);
  }
  text += framing;
  if (!keep_alive_) {
    text += "Connection: close\r\n";
  } else if (http_1_0_) {
    text += "Connection: keep-alive\r\n";
  }
  return text + "\r\n";
}

Task<bool> HttpConnection::reply(int status, const Headers& headers, std::string body) {
  answer_ = Answer::Complete;
  std::string bytes = head(status, headers, fmt::format("Content-Length: {}\r\n", body.size()));
  if (request_.method != "HEAD") bytes += body;
  co_return co_await write(bytes);
}

Task<bool> HttpConnection::start_stream(int status, const Headers& headers) {
  answer_ = Answer::Streaming;
  if (http_1_0_) keep_alive_ = false;
  const std::string bytes =
      head(status, headers, http_1_0_ ? "" : "Transfer-Encoding: chunked\r\n");
  co_return co_await write(bytes);
}

Task<bool> HttpConnection::piece(std::string_view bytes) {
  // An empty chunk would end the stream.
  if (bytes.empty() || request_.method == "HEAD") co_return !gone_;
  if (http_1_0_) co_return co_await write(bytes);
  const std::string chunk = fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  co_return co_await write(chunk);
}

Task<bool> HttpConnection::end_stream() {
  answer_ = Answer::Complete;
  if (http_1_0_ || request_.method == "HEAD") co_return !gone_;
  co_return co_await write("0\r\n\r\n");
}

Task<bool> HttpConnection::raw(std::string_view bytes) {
  answer_ = Answer::Raw;
  co_return co_await write(bytes);
}

void HttpConnection::cut(bool reset) {
  if (answer_ == Answer::None) answer_ = Answer::Raw;
  gone_ = true;
  boost::system::error_code closed_already;
  if (reset) stream_.socket().set_option(asio::socket_base::linger(true, 0), closed_already);
  stream_.socket().close(closed_already);
}

Task<void> HttpConnection::until_gone() {
  std::array<char, 4096> dropped;
  while (!gone_) {
    auto [failure, bytes] = co_await stream_.async_read_some(asio::buffer(dropped), kAsTuple);
    if (failure) gone_ = true;
  }
}

Task<bool> HttpConnection::write(std::string_view bytes) {
  if (gone_) co_return false;
  boost::system::error_code failure;
  const std::size_t written = asio::write(stream_.socket(), asio::buffer(bytes), failure);
  if (failure == asio::error::would_block) {
    auto [later_failure, more] =
        co_await asio::async_write(stream_.socket(), asio::buffer(bytes.substr(written)), kAsTuple);
    failure = later_failure;
  }
  if (failure) gone_ = true;
  co_return !gone_;
}

Task<void> HttpConnection::close_gently() {
  boost::system::error_code left_already;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, left_already);
  stream_.expires_after(kDrainTimeMax);
  std::array<char, 4096> dropped;
  std::size_t drained = 0;
  while (!left_already && drained < kDrainedBytesMax) {
    auto [failure, bytes] = co_await stream_.async_read_some(asio::buffer(dropped), kAsTuple);
    left_already = failure;
    drained += bytes;
  }
  cut(false);
}

}  // namespace assay::net
