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
/// calls reply(), or start_stream() … end_stream(); raw() and cut() may be called at any point and
/// end the connection's use for further requests. A handler that returns without an answer, or
/// throws before one was begun, is answered 500 by the server; one that leaves a stream open has
/// its connection closed, so that the peer sees that the reply is incomplete.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const ServerRequest& request() const = 0;

  /// A whole reply with Content-Length. Content-Type and further headers come in `headers`;
  /// Content-Length, Transfer-Encoding and Connection are the server's own and are skipped there.
  virtual Task<bool> reply(int status, const Headers& headers, std::string body) = 0;

  /// Sends the head of a chunked reply; each piece() goes out at once as one chunk. To a peer that
  /// speaks HTTP/1.0 the pieces go unframed and the connection's end is the reply's end. When
  /// piece() returns, the kernel has taken all of its bytes.
  virtual Task<bool> start_stream(int status, const Headers& headers) = 0;
  virtual Task<bool> piece(std::string_view bytes) = 0;
  virtual Task<bool> end_stream() = 0;

  /// Bytes written to the socket as they are, outside HTTP's rules.
  virtual Task<bool> raw(std::string_view bytes) = 0;
  /// Closes the connection now; with `reset` by a TCP reset.
  virtual void cut(bool reset) = 0;

  /// Waits until the peer, or close(), ends the connection; what the peer still sends is dropped.
  virtual Task<void> until_gone() = 0;
};

using Handler = std::function<Task<void>(Exchange&)>;

/// Serves from the moment listen() succeeds, while the Runtime runs. listen(), close() and the
/// destructor are for the thread that runs the Runtime, or for any while it does not run.
///
/// An exchange that is in progress when the server is closed or destroyed keeps the handler alive
/// and sees its peer gone; it ends when it next acts, or with the Runtime.
///
/// What cannot be parsed is answered 400 (431: head over 64 KiB; 413: body over 64 MiB) and the
/// connection is closed.
class HttpServer {
 public:
  HttpServer(Runtime& runtime, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds `address` ("127.0.0.1"); port 0 takes any free one. A port in use is a System error that
  /// names it. Returns the port.
  /// To be called once.
  base::Result<std::uint16_t> listen(std::string_view address, std::uint16_t port);
  /// Stops listening and ends every connection.
  void close();

 private:
  struct Listener;
  std::shared_ptr<Listener> listener_;
};

}  // namespace assay::net
