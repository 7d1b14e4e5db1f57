// One connection of a FlowClient: connects, shakes hands, sends a request, reads its reply, and is
// then ready for the next. Internal to this room.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "net/flow_client.h"
#include "net/flow_queue.h"
#include "net/flow_reply.h"
#include "net/flow_socket.h"
#include "net/flow_tls.h"

namespace assay::net {

/// What the connections of one client share.
struct FlowShared {
  Url url;
  FlowLimits limits;
  FlowSink& sink;
  std::vector<FlowAddress> addresses;
  FlowReadiness readiness;
  std::optional<boost::asio::ssl::context> tls;
  std::size_t address = 0;  ///< The one that last accepted a connection.
  FlowClock clock{};
  std::string received{};           ///< Room for one read, with room for a rest before it.
  std::string ciphertext{};         ///< Room for one read of TLS; empty without.
  base::MonotonicTime last_read{};  ///< The clock's last known time.
  FlowCounters counters{};
};

/// Not thread-safe. Serves one exchange at a time. Everything that ends an exchange only marks it
/// ended; the client asks has_ended() and takes it, so that no call comes back into its caller.
class FlowConnection final : private FlowBodySink {
 public:
  /// `slot` is the client's own name for it.
  FlowConnection(FlowShared& shared, std::size_t slot) : shared_(shared), slot_(slot) {}

  /// Requires no open socket.
  void open(const FlowExchange& exchange);
  /// Requires is_idle().
  void start(const FlowExchange& exchange);

  /// The socket is ready. Without an exchange that means that the peer closed it, or spoke unasked:
  /// it is closed.
  void on_ready(const FlowReadiness::Ready& ready);

  /// Ends the exchange and closes the connection. Requires is_busy().
  void fail(FlowFailure failure, std::string message);
  /// The deadline of what goes on now has passed.
  void time_out(base::MonotonicTime now);
  /// Until when what goes on now must be done. Requires is_busy().
  base::MonotonicTime deadline() const;

  std::size_t slot() const { return slot_; }
  bool is_open() const { return socket_.is_open(); }
  bool is_idle() const { return phase_ == Phase::Idle && is_open(); }
  bool is_busy() const { return phase_ != Phase::Idle && phase_ != Phase::Ended; }
  bool has_ended() const { return phase_ == Phase::Ended; }
  /// In which turn of the loop the socket was opened: older readiness is another socket's.
  std::uint64_t opened_in_turn() const { return opened_in_turn_; }

  /// The exchange that has ended. Its message holds until the next one starts.
  FlowExchange take_ended();

 private:
  enum class Phase { Idle, Connecting, ShakingHands, Exchanging, Ended };

  bool on_piece(int status, std::string_view piece) override;
  void try_next_address(int last_error);
  void finish_connecting();
  void shake_hands();
  void converse();
  void want(FlowInterest interest);
  std::string_view outgoing();
  bool has_sent_all() const;
  void consume_outgoing(std::size_t bytes);
  void send_outgoing();
  void send_request();
  void receive();
  void take_received(std::size_t count);
  void take_ciphertext(std::string_view bytes);
  void take_end_of_stream();
  void act_on(FlowReply::State state);
  void lose(std::string message);
  bool send_again();
  void finish_reply();
  void close() { socket_.close(); }

  FlowShared& shared_;
  std::size_t slot_;
  Phase phase_ = Phase::Idle;
  FlowSocket socket_;
  FlowInterest interest_ = FlowInterest::Read;
  std::optional<FlowTls> tls_;
  FlowReply reply_;
  FlowExchange exchange_;
  std::string_view unsent_;  ///< Of the request.
  bool send_broken_ = false;
  FlowStamp stamp_;  ///< Of the read being looked at.
  std::string message_;
  std::size_t first_address_ = 0;
  std::size_t addresses_tried_ = 0;
  base::MonotonicTime connect_deadline_;
  base::MonotonicTime connected_;
  std::uint64_t opened_in_turn_ = 0;
};

}  // namespace assay::net
