#include "net/http_client.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <map>
#include <optional>

#include "base/check.h"
#include "net/connection.h"
#include "net/reply_parser.h"
#include "net/watch.h"

namespace assay::net {
namespace {

/// One send() while it lasts.
struct Exchange {
  HttpRequest request;
  HttpLimits limits;
  OnBody on_body;
  std::string wire;
  HttpReply reply;
  bool keep_alive = false;  ///< The connection may serve another exchange.
};

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

void require_one_line(std::string_view text) {
  ASSAY_CHECK(text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
              "a request line or header with a line break would be another request");
}

void fail(HttpReply& reply, TransportFailure failure, std::string message) {
  reply.failure = failure;
  reply.failure_message = std::move(message);
}

/// When the watch ended the exchange, what it says counts, not the broken operation's own error.
/// True when it did.
bool fail_by_watch(HttpReply& reply, Watch& watch, std::string_view doing) {
  const TransportFailure verdict = watch.verdict();
  if (verdict == TransportFailure::None) return false;
  fail(reply, verdict,
       fmt::format("{} while {}",
                   verdict == TransportFailure::Deadline ? "the deadline passed" : "interrupted",
                   doing));
  return true;
}

std::string_view phase_of(const HttpReply& reply) {
  return reply.status == 0 ? "waiting for the reply" : "reading the reply";
}

/// Reads until the reply is whole or failed. False when the connection ended before its first byte.
Task<bool> read_reply(Connection& connection, Exchange& exchange, Watch& watch) {
  HttpReply& reply = exchange.reply;
  ReplyParser parser(reply, exchange.on_body, exchange.limits.body_bytes_max,
                     exchange.request.method == "HEAD");
  auto state = ReplyParser::State::NeedMore;
  while (state == ReplyParser::State::NeedMore) {
    const auto [error, bytes] = co_await connection.read_some(parser.prepare());
    const base::MonotonicTime arrived = base::system_clock().now();
    if (!error) {
      state = parser.commit(bytes, arrived);
      continue;
    }
    if (fail_by_watch(reply, watch, phase_of(reply))) co_return true;
    if (!parser.got_bytes()) {
      fail(reply, TransportFailure::Cut,
           fmt::format("the server closed the connection without a reply ({})", error.message()));
      co_return false;
    }
    if (error != boost::asio::error::eof) {
      fail(reply, TransportFailure::Cut,
           fmt::format("the connection broke inside the reply ({})", error.message()));
      co_return true;
    }
    state = parser.end_of_stream(arrived);
  }
  if (state == ReplyParser::State::Failed) {
    fail(reply, parser.failure(), parser.failure_message());
  } else {
    exchange.keep_alive = parser.keep_alive();
  }
  co_return true;
}

/// False when the connection ended before the first byte of a reply.
Task<bool> converse(Connection& connection, Exchange& exchange, Watch& watch) {
  watch.guard([&connection] { connection.close(); });
  // A failed write is not the end: a server that refuses a request early has answered before it
  // closed, and when it has not, the read says so.
  const auto [write_error, written] = co_await connection.write(exchange.wire);
  exchange.reply.times.request_sent = base::system_clock().now();
  const bool answered = co_await read_reply(connection, exchange, watch);
  watch.release();
  if (write_error) exchange.keep_alive = false;
  co_return answered;
}

base::MonotonicTime connect_deadline(const HttpLimits& limits, base::MonotonicTime now) {
  const bool whole_is_nearer = limits.deadline - now < limits.connect_timeout;
  return whole_is_nearer ? limits.deadline : now + limits.connect_timeout;
}

}  // namespace

struct HttpClient::Pool {
  explicit Pool(std::size_t idle_connections_max) : idle_max(idle_connections_max) {}

  /// A kept connection to that origin that still looks usable, or null.
  std::unique_ptr<Connection> take(const Url& url);
  void keep(const Url& url, std::unique_ptr<Connection> connection);
  Task<Opening> open(const Exchange& exchange);
  Task<void> exchange(Exchange& exchange);

  std::size_t idle_max;
  std::map<std::string, std::vector<std::unique_ptr<Connection>>, std::less<>> idle;
  std::optional<boost::asio::ssl::context> tls;
};

std::unique_ptr<Connection> HttpClient::Pool::take(const Url& url) {
  const auto found = idle.find(url.with_target("/").to_string());
  if (found == idle.end()) return nullptr;
  auto& connections = found->second;
  while (!connections.empty()) {
    auto connection = std::move(connections.back());
    connections.pop_back();
    if (connection->is_quiet()) return connection;
  }
  return nullptr;
}

void HttpClient::Pool::keep(const Url& url, std::unique_ptr<Connection> connection) {
  auto& connections = idle[url.with_target("/").to_string()];
  if (connections.size() < idle_max) connections.push_back(std::move(connection));
}

/// Under a watch of its own, because connecting has an earlier deadline than the exchange.
Task<Opening> HttpClient::Pool::open(const Exchange& exchange) {
  const HttpLimits& limits = exchange.limits;
  if (exchange.request.url.tls && !tls) tls.emplace(make_tls_context());
  Watch watch(co_await boost::asio::this_coro::executor, limits.interrupt,
              connect_deadline(limits, base::system_clock().now()));
  Opening opening = co_await open_connection(exchange.request.url, tls ? &*tls : nullptr, watch);
  if (opening.connection) co_return opening;
  HttpReply ended;
  if (fail_by_watch(ended, watch,
                    fmt::format("connecting to {}", exchange.request.url.authority()))) {
    opening.failure = ended.failure;
    opening.message = ended.failure_message;
  }
  if (opening.failure == TransportFailure::Deadline &&
      base::system_clock().now() < limits.deadline) {
    opening.failure = TransportFailure::Connect;
    opening.message =
        fmt::format("no connection to {} within {:.0f} s", exchange.request.url.authority(),
                    base::to_seconds(limits.connect_timeout));
  }
  co_return opening;
}

Task<void> HttpClient::Pool::exchange(Exchange& exchange) {
  Watch watch(co_await boost::asio::this_coro::executor, exchange.limits.interrupt,
              exchange.limits.deadline);
  if (fail_by_watch(exchange.reply, watch, "starting the request")) co_return;

  auto connection = take(exchange.request.url);
  exchange.reply.times.connection_reused = connection != nullptr;
  bool answered = false;
  if (connection) answered = co_await converse(*connection, exchange, watch);
  if (!answered) {
    const base::MonotonicTime started = exchange.reply.times.started;
    exchange.reply = HttpReply{};
    exchange.reply.times.started = started;
    Opening opening = co_await open(exchange);
    if (!opening.connection) {
      fail(exchange.reply, opening.failure, std::move(opening.message));
      co_return;
    }
    connection = std::move(opening.connection);
    co_await converse(*connection, exchange, watch);
  }
  if (exchange.keep_alive) keep(exchange.request.url, std::move(connection));
}

HttpClient::HttpClient(std::size_t idle_max) : pool_(std::make_unique<Pool>(idle_max)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Task<HttpReply> HttpClient::send(HttpRequest request, HttpLimits limits, OnBody on_body) {
  Exchange exchange{std::move(request), std::move(limits), std::move(on_body), {}, {}, false};
  exchange.reply.times.started = base::system_clock().now();
  exchange.wire = to_wire(exchange.request);
  co_await pool_->exchange(exchange);
  exchange.reply.times.ended = base::system_clock().now();
  co_return std::move(exchange.reply);
}

void HttpClient::close_idle() { pool_->idle.clear(); }

std::string to_wire(const HttpRequest& request) {
  require_one_line(request.method);
  require_one_line(request.url.target);
  std::string wire = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method,
                                 request.url.target, request.url.authority());
  for (const auto& [name, value] : request.headers) {
    require_one_line(name);
    require_one_line(value);
    wire += fmt::format("{}: {}\r\n", name, value);
  }
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    wire += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  wire += "\r\n";
  wire += request.body;
  return wire;
}

std::string_view header_value(const Headers& headers, std::string_view name) {
  for (const auto& [header, value] : headers) {
    if (equal_ignoring_case(header, name)) return value;
  }
  return {};
}

}  // namespace assay::net
