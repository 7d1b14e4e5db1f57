// One TCP connection, plain or TLS, as the HTTP client needs it. Internal to this room.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <tuple>

#include "net/task.h"
#include "net/url.h"
#include "net/watch.h"

namespace assay::net {

/// How a read or write ended, and how many bytes it moved.
using Transfer = std::tuple<boost::system::error_code, std::size_t>;

/// Not thread-safe. One operation at a time; close() makes a pending one return.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Task<Transfer> read_some(boost::asio::mutable_buffer into) = 0;
  virtual Task<Transfer> write(std::string_view bytes) = 0;
  virtual void close() = 0;
  /// An idle kept-alive connection whose peer said nothing meanwhile. One that closed it, or sent
  /// bytes nobody asked for, is false.
  virtual bool is_quiet() = 0;
};

struct Opening {
  std::unique_ptr<Connection> connection;  ///< Null when it failed.
  TransportFailure failure = TransportFailure::None;
  std::string message;
};

/// The system's root certificates; TLS 1.2 or later.
boost::asio::ssl::context make_tls_context();

/// Resolves, connects (TCP_NODELAY) and, for https, shakes hands with the peer's certificate and
/// host name verified. `watch` ends it early. `tls` may be null for http.
Task<Opening> open_connection(const Url& url, boost::asio::ssl::context* tls, Watch& watch);

}  // namespace assay::net
