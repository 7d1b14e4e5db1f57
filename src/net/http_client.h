// HTTP/1.1 over TCP or TLS with a keep-alive pool. Knows nothing of what the bodies mean.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "net/task.h"
#include "net/url.h"

namespace assay::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  Url url;
  Headers headers;
  std::string body;
};

/// Why no complete reply came.
enum class TransportFailure {
  None,
  Resolve,      ///< The host name has no address.
  Connect,      ///< Refused, unreachable or TLS handshake failed.
  Deadline,     ///< The caller's deadline passed.
  Cut,          ///< The connection ended inside the reply.
  Malformed,    ///< What came is not HTTP.
  TooLarge,     ///< The body exceeds body_bytes_max.
  Interrupted,  ///< The caller's on_body, or HttpLimits::interrupt, asked to stop.
};

/// All times are on the monotonic clock, read when the event was seen by this process.
struct HttpTimes {
  base::MonotonicTime started;  ///< Before a connection was looked for.
  /// After the last byte of the request was handed to the kernel.
  base::MonotonicTime request_sent;
  base::MonotonicTime headers_read;
  base::MonotonicTime ended;
  bool connection_reused = false;
};

struct HttpReply {
  TransportFailure failure = TransportFailure::None;
  std::string failure_message;  ///< Empty without failure.
  int status = 0;               ///< 0 when no headers came.
  Headers headers;
  std::string body;  ///< Empty when on_body took it.
  HttpTimes times;
};

struct HttpLimits {
  base::MonotonicTime deadline = base::MonotonicTime::max();  ///< Of the whole exchange.
  base::Nanoseconds connect_timeout = std::chrono::seconds(10);
  std::uint64_t body_bytes_max = std::uint64_t{64} << 20U;
  /// Looked at every 50 ms while the exchange waits; null: it cannot be interrupted.
  const base::Interrupt* interrupt = nullptr;
};

/// One piece of a reply's body as it arrived (chunked coding already removed), with the time of its
/// arrival. Return false to give the reply up (the connection is closed, failure is Interrupted).
using OnBody = std::function<bool(int status, std::string_view piece, base::MonotonicTime arrived)>;

/// Used from one Runtime only, which outlives it; not thread-safe, but several exchanges may be in
/// flight at once. Keeps at most `idle_max` idle connections per origin. A request that meets a
/// stale kept-alive connection before any byte of a reply is sent again once on a fresh one;
/// nothing else is retried here. Certificates are verified against the system's roots.
class HttpClient {
 public:
  explicit HttpClient(std::size_t idle_max = 8);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Never throws for what the peer does. With `on_body`, pieces are passed on as they come for
  /// every status and HttpReply::body stays empty. Host, Content-Length and Connection are written
  /// here. Requires a method, target and headers without line breaks.
  Task<HttpReply> send(HttpRequest request, HttpLimits limits, OnBody on_body = {});

  /// Closes the idle connections.
  void close_idle();

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

/// The request as it is sent. Host and Content-Length are written here. Requires a method, target
/// and headers without line breaks.
std::string to_wire(const HttpRequest& request);

/// The first header of that name (any case), or an empty view.
std::string_view header_value(const Headers& headers, std::string_view name);

}  // namespace assay::net
