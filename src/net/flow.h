// What goes in and out of a FlowClient: one exchange's request, its times, its end, and the sink
// that is told of them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"

namespace assay::net {

/// The caller's own name for an exchange or a timer; not looked at here.
using FlowTag = std::uint64_t;

/// Why an exchange has no usable reply. The last four are HTTP's own words: the reply is whole.
enum class FlowFailure : std::uint8_t {
  None,
  Connect,      ///< Refused, unreachable, or not connected in time.
  Tls,          ///< The handshake failed, or the certificate does not verify.
  Timeout,      ///< The deadline passed, in whatever phase.
  Cut,          ///< The connection ended inside the reply, or without one.
  Malformed,    ///< What came is not HTTP/1.1, or its head is too large.
  TooLarge,     ///< The body exceeds the limit.
  GivenUp,      ///< The sink asked to stop, or the client was destroyed.
  Redirect,     ///< 3xx: redirects are not followed, the address is another one.
  RateLimited,  ///< 429.
  ClientError,  ///< Another 4xx.
  ServerError,  ///< 5xx.
};

/// "connect", "tls", "timeout", "cut", "malformed", "too_large", "given_up", "redirect",
/// "rate_limited", "client_error", "server_error"; "none".
std::string_view name_of(FlowFailure failure);

/// When bytes arrived. `kernel` is when the network stack took the last segment of this read in,
/// on the monotonic clock, or MonotonicTime() where the platform did not say; `read` is when this
/// process had them. The difference is the client's own delay, not the server's.
struct FlowStamp {
  base::MonotonicTime kernel;
  base::MonotonicTime read;

  bool has_kernel() const { return kernel != base::MonotonicTime(); }
  base::MonotonicTime arrived() const { return has_kernel() ? kernel : read; }
};

/// Points that were not reached are MonotonicTime().
struct FlowTimes {
  base::MonotonicTime submitted;
  base::MonotonicTime connected;  ///< After TLS; before `submitted` for a connection kept alive.
  /// Read just before the request's last byte was handed to the kernel, so that no reply can be
  /// older than its request.
  base::MonotonicTime sent;
  FlowStamp first_byte;
  FlowStamp last_byte;  ///< Of the read that ended the reply, or the last before it failed.
  base::MonotonicTime ended;
};

struct FlowEnd {
  FlowFailure failure = FlowFailure::None;
  int status = 0;          ///< 0 when no head came.
  int retry_after_s = -1;  ///< Of Retry-After in seconds; -1 without one. Dates are not read.
  bool connection_reused = false;
  bool sent_again = false;  ///< A stale kept-alive connection was met first.
  std::uint64_t body_bytes = 0;
  FlowTimes times;
  std::string_view message;  ///< For people; empty without failure. Holds during the call.
};

/// Called from FlowClient's loop only. May submit and set timers from within every call.
class FlowSink {
 public:
  virtual ~FlowSink() = default;
  virtual void on_sent(FlowTag, base::MonotonicTime /*sent*/) {}
  virtual void on_first_byte(FlowTag, const FlowStamp&) {}
  /// A piece of the body as it came, chunked coding removed, for every status. Return false to give
  /// the reply up: its connection is closed and on_end() says GivenUp.
  virtual bool on_body(FlowTag tag, int status, std::string_view piece, const FlowStamp& stamp) = 0;
  /// The last of the exchange; its request's bytes are no longer needed.
  virtual void on_end(FlowTag tag, const FlowEnd& end) = 0;
  /// A timer of call_at(). `now` - `due` is how late it is.
  virtual void on_timer(FlowTag, base::MonotonicTime /*due*/, base::MonotonicTime /*now*/) {}
};

}  // namespace assay::net
