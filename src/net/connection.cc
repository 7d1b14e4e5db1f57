#include "net/connection.h"

#include <fmt/core.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <vector>

namespace assay::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kAwaitError = asio::as_tuple(asio::use_awaitable);

/// A server that leaves Nagle's algorithm on, as llama-server does, holds its next token back until
/// the last one is acknowledged, and the kernel may delay that by 40 ms: the times of tokens would
/// be the times of acknowledgements. The kernel forgets the wish, so it is told after every read.
void acknowledge_now([[maybe_unused]] tcp::socket::lowest_layer_type& socket) {
#ifdef TCP_QUICKACK
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
#endif
}

/// `Stream` is tcp::socket or an ssl::stream around one.
template <typename Stream>
class StreamConnection final : public Connection {
 public:
  template <typename... Arguments>
  explicit StreamConnection(Arguments&&... arguments)
      : stream_(std::forward<Arguments>(arguments)...) {}

  Stream& stream() { return stream_; }
  tcp::socket::lowest_layer_type& socket() { return stream_.lowest_layer(); }

  Task<Transfer> read_some(asio::mutable_buffer into) override {
    const Transfer transfer = co_await stream_.async_read_some(into, kAwaitError);
    acknowledge_now(socket());
    co_return transfer;
  }

  Task<Transfer> write(std::string_view bytes) override {
    co_return co_await asio::async_write(stream_, asio::buffer(bytes), kAwaitError);
  }

  void close() override {
    error_code ignored;
    socket().close(ignored);
  }

  bool is_quiet() override {
    error_code error;
    socket().non_blocking(true, error);
    if (error) return false;
    char byte = 0;
    peek(asio::buffer(&byte, 1), error);
    return error == asio::error::would_block;
  }

 private:
  void peek(asio::mutable_buffer into, error_code& error) {
    next_layer(stream_).receive(into, tcp::socket::message_peek, error);
  }
  static tcp::socket& next_layer(tcp::socket& socket) { return socket; }
  template <typename Tls>
  static tcp::socket& next_layer(Tls& tls) {
    return tls.next_layer();
  }

  Stream stream_;
};

using PlainConnection = StreamConnection<tcp::socket>;
using TlsConnection = StreamConnection<asio::ssl::stream<tcp::socket>>;

struct Resolution {
  error_code error;
  std::vector<tcp::endpoint> endpoints;
};

/// What a look-up and its waiter share: the system's resolver cannot be interrupted, so at the
/// deadline the waiter leaves and the look-up ends on its own later.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {
    done.expires_at(base::MonotonicTime::max());
  }
  /// Ends the wait for `done`, begun or not.
  void end_wait() { done.expires_at(base::MonotonicTime()); }

  tcp::resolver resolver;
  asio::steady_timer done;
  Resolution resolution{asio::error::operation_aborted, {}};
};

Task<Resolution> resolve(const Url& url, Watch& watch) {
  error_code not_literal;
  const auto address = asio::ip::make_address(url.host, not_literal);
  if (!not_literal) co_return Resolution{{}, {tcp::endpoint(address, url.port)}};

  const auto lookup = std::make_shared<Lookup>(co_await asio::this_coro::executor);
  lookup->resolver.async_resolve(
      url.host, std::to_string(url.port), tcp::resolver::numeric_service,
      [lookup](const error_code& error, const tcp::resolver::results_type& results) {
        lookup->resolution.error = error;
        for (const auto& entry : results) lookup->resolution.endpoints.push_back(entry.endpoint());
        lookup->end_wait();
      });
  watch.guard([lookup] { lookup->end_wait(); });
  co_await lookup->done.async_wait(kAwaitError);
  watch.release();
  co_return lookup->resolution;
}

Opening cannot_connect(const Url& url, const error_code& error) {
  return {nullptr, TransportFailure::Connect,
          fmt::format("no connection to {}: {}", url.authority(), error.message())};
}

/// The reason OpenSSL has for a failed handshake, in words a person can act on.
std::string handshake_message(const Url& url, TlsConnection& connection, const error_code& error) {
  const long verified = SSL_get_verify_result(connection.stream().native_handle());
  const std::string reason =
      verified == X509_V_OK
          ? error.message()
          : fmt::format("its certificate was refused: {}", X509_verify_cert_error_string(verified));
  return fmt::format("no TLS connection to {}: {}", url.authority(), reason);
}

error_code prepare_tls(TlsConnection& connection, const std::string& host) {
  auto& tls = connection.stream();
  error_code error;
  tls.set_verify_mode(asio::ssl::verify_peer, error);
  if (!error) tls.set_verify_callback(asio::ssl::host_name_verification(host), error);
  error_code not_literal;
  asio::ip::make_address(host, not_literal);
  // Server Name Indication is for names only (RFC 6066, section 3).
  if (!error && not_literal && SSL_set_tlsext_host_name(tls.native_handle(), host.c_str()) != 1) {
    error = error_code(static_cast<int>(::ERR_get_error()), asio::error::get_ssl_category());
  }
  return error;
}

/// Tries the addresses in turn until one accepts.
Task<error_code> connect(tcp::socket::lowest_layer_type& socket,
                         const std::vector<tcp::endpoint>& endpoints, Watch& watch) {
  error_code error = asio::error::operation_aborted;
  for (const tcp::endpoint& endpoint : endpoints) {
    // Connecting would open the socket again that an ended watch has closed.
    if (watch.verdict() != TransportFailure::None) break;
    error_code ignored;
    socket.close(ignored);
    std::tie(error) = co_await socket.async_connect(endpoint, kAwaitError);
    if (!error) {
      socket.set_option(tcp::no_delay(true), ignored);
      break;
    }
  }
  co_return error;
}

Task<Opening> open_tls(const Url& url, const std::vector<tcp::endpoint>& endpoints,
                       asio::ssl::context& context, Watch& watch) {
  auto secure = std::make_unique<TlsConnection>(co_await asio::this_coro::executor, context);
  watch.guard([&secure] { secure->close(); });
  error_code error = prepare_tls(*secure, url.host);
  if (!error) error = co_await connect(secure->socket(), endpoints, watch);
  if (error) {
    watch.release();
    co_return cannot_connect(url, error);
  }
  std::tie(error) =
      co_await secure->stream().async_handshake(asio::ssl::stream_base::client, kAwaitError);
  watch.release();
  if (error) {
    co_return Opening{nullptr, TransportFailure::Connect, handshake_message(url, *secure, error)};
  }
  co_return Opening{std::move(secure), TransportFailure::None, ""};
}

}  // namespace

asio::ssl::context make_tls_context() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  error_code ignored;  // Without roots every handshake fails with the certificate's own error.
  context.set_default_verify_paths(ignored);
  return context;
}

Task<Opening> open_connection(const Url& url, asio::ssl::context* tls, Watch& watch) {
  const Resolution found = co_await resolve(url, watch);
  if (found.error || found.endpoints.empty()) {
    co_return Opening{
        nullptr, TransportFailure::Resolve,
        fmt::format("no address for the host name \"{}\": {}", url.host, found.error.message())};
  }
  if (url.tls) co_return co_await open_tls(url, found.endpoints, *tls, watch);
  auto plain = std::make_unique<PlainConnection>(co_await asio::this_coro::executor);
  watch.guard([&plain] { plain->close(); });
  const error_code error = co_await connect(plain->socket(), found.endpoints, watch);
  watch.release();
  if (error) co_return cannot_connect(url, error);
  co_return Opening{std::move(plain), TransportFailure::None, ""};
}

}  // namespace assay::net
