// A blocking TCP connection to a server on this machine, for tests that must see and send exact
// bytes. Every wait ends after ten seconds, so that a defect fails a test instead of hanging it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assay::test {

/// Not thread-safe.
class LoopbackConnection {
 public:
  /// Connects at once; throws std::runtime_error when nobody listens.
  explicit LoopbackConnection(std::uint16_t port);
  ~LoopbackConnection();
  LoopbackConnection(const LoopbackConnection&) = delete;
  LoopbackConnection& operator=(const LoopbackConnection&) = delete;

  /// False when the peer did not take everything.
  bool send(std::string_view bytes);

  /// Everything up to and with `marker`; less when the connection ended before it came.
  std::string read_through(std::string_view marker);
  /// Everything until the connection ends.
  std::string read_all();

  /// How reading ended.
  bool was_closed() const { return closed_; }
  bool was_reset() const { return reset_; }

  void close();

 private:
  bool read_more();

  int socket_ = -1;
  std::string unread_;
  bool closed_ = false;
  bool reset_ = false;
};

/// One request on a fresh connection, which the peer is asked to close; everything it answered.
std::string ask_loopback(std::uint16_t port, std::string_view method, std::string_view target,
                         std::string_view body = "");

/// What follows the head of a reply, with chunked coding removed.
std::string body_of(std::string_view reply);

}  // namespace assay::test
