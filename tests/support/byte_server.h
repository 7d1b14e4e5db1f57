// A loopback TCP server that plays bytes, below every protocol: for what a well-behaved HTTP server
// cannot be made to do. Plain sockets on threads of its own, so that it shares no code with what it
// tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace assay::test {

/// What one connection does next.
struct ByteStep {
  enum class Kind {
    ReadRequest,  ///< Reads one HTTP request: head and the Content-Length bytes after it.
    Send,         ///< Hands `bytes` to the kernel in one call.
    Close,        ///< Closes in order (FIN).
    Reset,        ///< Closes by a TCP reset.
    Hold,         ///< Says nothing more until the peer closes or the server ends.
  };
  Kind kind = Kind::ReadRequest;
  std::string bytes;
};

ByteStep read_request();
ByteStep send_bytes(std::string bytes);
ByteStep close_now();
ByteStep reset_now();
ByteStep hold();

/// "HTTP/1.1 200 OK" with Content-Length and that body.
ByteStep send_reply(const std::string& body, const std::string& status = "200 OK",
                    const std::string& headers = "");

/// The n-th accepted connection plays the n-th script; one more than there are scripts is closed at
/// once. A script that ends without closing holds.
class ByteServer {
 public:
  using Script = std::vector<ByteStep>;
  explicit ByteServer(std::vector<Script> scripts);
  ~ByteServer();  ///< Closes every connection and joins.
  ByteServer(const ByteServer&) = delete;
  ByteServer& operator=(const ByteServer&) = delete;

  std::uint16_t port() const;
  /// "http://127.0.0.1:PORT" + path.
  std::string url(const std::string& path) const;

  int connections() const;
  /// Whole requests as they came, in order of arrival.
  std::vector<std::string> requests() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace assay::test
