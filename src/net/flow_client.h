// The load generator's HTTP client: thousands of HTTP/1.1 exchanges at once with one origin, on one
// thread, with a time for everything that happens. Where HttpClient serves one coroutine that waits
// for its reply, FlowClient serves a schedule: requests are bytes composed beforehand, replies go
// to a FlowSink piece by piece, and nothing is allocated for an exchange on a connection that is
// open. docs/internals/load-client.md shows what it reaches.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "net/flow.h"
#include "net/url.h"

namespace assay::net {

struct FlowLimits {
  std::size_t connections_max = 1024;  ///< At least 1. Further exchanges wait in their order.
  base::Nanoseconds connect_timeout = std::chrono::seconds(10);  ///< With the TLS handshake.
  std::uint64_t body_bytes_max = std::uint64_t{64} << 20U;
  /// The loop stops sleeping so long before the next timer and looks at the clock instead: timers
  /// then come within microseconds, for CPU time that FlowCounters::spun accounts for.
  base::Nanoseconds spin_max{0};
  bool kernel_stamps = true;  ///< Ask the kernel when bytes arrived.
};

/// Of one client since it was made.
struct FlowCounters {
  std::uint64_t turns = 0;  ///< Of the loop: waits for the kernel.
  std::uint64_t reads = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t connections_opened = 0;
  std::uint64_t sent_again = 0;       ///< Requests that met a stale connection.
  base::Nanoseconds spun{0};          ///< Spent in looking at the clock before a timer.
  base::Nanoseconds turn_longest{0};  ///< Between two waits: how late the loop may look.
};

/// Not thread-safe: everything happens on the thread that calls run_until(). One client serves one
/// origin; several, on threads of their own, share nothing.
class FlowClient {
 public:
  /// Looks the host up, which may block for as long as the system's resolver does. Certificates are
  /// verified against the system's roots. `sink` outlives the client.
  static base::Result<std::unique_ptr<FlowClient>> open(const Url& url, FlowLimits limits,
                                                        FlowSink& sink);
  /// Closes every connection; no exchange is ended by it.
  ~FlowClient();
  FlowClient(const FlowClient&) = delete;
  FlowClient& operator=(const FlowClient&) = delete;

  /// Begins an exchange, at once when a connection is or can be had. `request` is a whole request
  /// as net::to_wire() writes it and stays the caller's until on_end(). Never calls back except for
  /// on_sent().
  void submit(std::string_view request, base::MonotonicTime deadline, FlowTag tag);

  /// on_timer() at that time, or at once when it has passed; in the order of the times.
  void call_at(base::MonotonicTime due, FlowTag tag);

  /// Lets things happen until that time or stop(), at least as far as they can without waiting.
  void run_until(base::MonotonicTime until);
  /// From within a call of the sink: run_until() returns soon. Exchanges stay as they are.
  void stop();

  /// Ends all that is under way or waiting, each with `failure` and `message`. Not from within a
  /// call of the sink.
  void end_all(FlowFailure failure, std::string_view message);

  std::size_t in_flight() const;  ///< Exchanges without an end, waiting ones among them.
  std::size_t waiting() const;    ///< Of those, the ones without a connection.
  const FlowCounters& counters() const;

 private:
  struct Loop;
  explicit FlowClient(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace assay::net
