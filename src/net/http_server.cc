#include "net/http_server.h"

#include <fmt/core.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <string>
#include <unordered_set>

#include "base/check.h"
#include "net/http_connection.h"
#include "net/runtime_loop.h"

namespace assay::net {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Owned by the server and by every coroutine that serves for it, whichever lives longest.
struct HttpServer::Listener {
  struct Served;

  Listener(asio::io_context& context, Handler served)
      : io(context), acceptor(context), handler(std::move(served)) {}

  asio::io_context& io;
  tcp::acceptor acceptor;
  Handler handler;
  std::unordered_set<HttpConnection*> connections;
  bool closed = false;

  base::Status open(const tcp::endpoint& endpoint);
  static Task<void> accept(std::shared_ptr<Listener> self);
  static Task<void> serve(std::shared_ptr<Listener> self, tcp::socket socket);
};

/// A connection that close() can reach as long as it lives.
struct HttpServer::Listener::Served {
  Served(Listener& by, tcp::socket socket)
      : listener(by), connection(std::make_unique<HttpConnection>(std::move(socket), by.handler)) {
    listener.connections.insert(connection.get());
  }
  ~Served() { listener.connections.erase(connection.get()); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  Listener& listener;
  std::unique_ptr<HttpConnection> connection;
};

namespace {

/// How long to leave the peers alone when the machine has no descriptor left for another one.
constexpr std::chrono::milliseconds kAcceptPause{20};

base::Result<tcp::endpoint> parse_endpoint(std::string_view address, std::uint16_t port) {
  boost::system::error_code failure;
  const auto parsed = asio::ip::make_address(std::string(address), failure);
  if (failure) {
    return base::bad_input(
        fmt::format("expected an IP address to listen on, found \"{}\"", address),
        "127.0.0.1 serves this machine only");
  }
  return tcp::endpoint(parsed, port);
}

}  // namespace

base::Status HttpServer::Listener::open(const tcp::endpoint& endpoint) {
  boost::system::error_code failure;
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (!failure) return base::Done{};
  boost::system::error_code closing_fails;
  acceptor.close(closing_fails);
  base::Error error = base::errno_error(
      failure.value(),
      fmt::format("listen on {} port {}", endpoint.address().to_string(), endpoint.port()));
  if (failure.value() == EACCES) error.hint = "ports below 1024 are reserved; choose a higher one";
  return error;
}

Task<void> HttpServer::Listener::accept(std::shared_ptr<Listener> self) {
  while (!self->closed) {
    auto [failure, socket] =
        co_await self->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (self->closed) break;
    if (failure) {
      co_await sleep_for(kAcceptPause);
    } else {
      asio::co_spawn(self->io, serve(self, std::move(socket)), asio::detached);
    }
  }
}

Task<void> HttpServer::Listener::serve(std::shared_ptr<Listener> self, tcp::socket socket) {
  if (self->closed) co_return;
  const Served served(*self, std::move(socket));
  co_await served.connection->serve();
}

HttpServer::HttpServer(Runtime& runtime, Handler handler)
    : listener_(std::make_shared<Listener>(io_context_of(runtime), std::move(handler))) {}

HttpServer::~HttpServer() { close(); }

base::Result<std::uint16_t> HttpServer::listen(std::string_view address, std::uint16_t port) {
  ASSAY_CHECK(!listener_->acceptor.is_open() && !listener_->closed, "a server listens once");
  ASSAY_TRY(const tcp::endpoint endpoint, parse_endpoint(address, port));
  ASSAY_TRY_DONE(listener_->open(endpoint));
  asio::co_spawn(listener_->io, Listener::accept(listener_), asio::detached);
  return listener_->acceptor.local_endpoint().port();
}

void HttpServer::close() {
  listener_->closed = true;
  boost::system::error_code closed_already;
  listener_->acceptor.close(closed_already);
  for (HttpConnection* connection : listener_->connections) connection->cut(false);
}

}  // namespace assay::net
