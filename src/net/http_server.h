// A loopback HTTP/1.1 server whose handlers are coroutines and may stream, write raw bytes or cut
// the connection. Used by the scripted twin, and later by the page server and the gateway.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_client.h"
#include "net/runtime.h"
#include "net/task.h"

namespace assay::net {

struct ServerRequest {
  std::string method;
  std::string target;  ///< Path and query as sent.
  Headers headers;
  std::string body;
  base::MonotonicTime arrived;  ///< When its last byte was read.
};

/// One exchange as the handler sees it. Every call returns false when the peer is gone. The handler
/// calls either reply(), or start_stream() … end_stream(), or raw()/cut().
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const ServerRequest& request() const = 0;

  /// A whole reply with Content-Length. Content-Type and further headers come in `headers`.
  virtual Task<bool> reply(int status, const Headers& headers, std::string body) = 0;

  /// Sends the head of a chunked reply; each piece() goes out at once as one chunk.
  virtual Task<bool> start_stream(int status, const Headers& headers) = 0;
  virtual Task<bool> piece(std::string_view bytes) = 0;
  virtual Task<bool> end_stream() = 0;

  /// Bytes written to the socket as they are, outside HTTP's rules.
  virtual Task<bool> raw(std::string_view bytes) = 0;
  /// Closes the connection now; with `reset` by a TCP reset.
  virtual void cut(bool reset) = 0;
};

using Handler = std::function<Task<void>(Exchange&)>;

/// Serves from the moment listen() succeeds, while the Runtime runs.
class HttpServer {
 public:
  HttpServer(Runtime& runtime, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds `address` ("127.0.0.1"); port 0 takes any free one. A port in use is a System error that
  /// names it. Returns the port.
  base::Result<std::uint16_t> listen(std::string_view address, std::uint16_t port);
  void close();

 private:
  struct Listener;
  std::unique_ptr<Listener> listener_;
};

/// A loopback port nobody held at the time of asking.
base::Result<std::uint16_t> free_loopback_port();

}  // namespace assay::net
