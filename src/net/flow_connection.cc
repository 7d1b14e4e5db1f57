#include "net/flow_connection.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace assay::net {
namespace {

constexpr std::size_t kTlsSliceBytes = std::size_t{16} << 10U;
/// Clock readings and their conversion are this near; a stamp farther in the future is of a wall
/// clock that was set meanwhile.
constexpr auto kStampTolerance = std::chrono::milliseconds(1);

base::MonotonicTime now() { return base::system_clock().now(); }

FlowFailure failure_of_status(int status) {
  if (status < 300) return FlowFailure::None;
  if (status < 400) return FlowFailure::Redirect;
  if (status == 429) return FlowFailure::RateLimited;
  return status < 500 ? FlowFailure::ClientError : FlowFailure::ServerError;
}

}  // namespace

void FlowConnection::open(const FlowExchange& exchange) {
  exchange_ = exchange;
  exchange_.end.connection_reused = false;
  exchange_.end.times.connected = {};
  message_.clear();
  connect_deadline_ = now() + shared_.limits.connect_timeout;
  first_address_ = shared_.address;
  addresses_tried_ = 0;
  tls_.reset();
  reply_.begin(*this, shared_.limits.body_bytes_max);
  try_next_address(0);
}

void FlowConnection::try_next_address(int last_error) {
  const std::vector<FlowAddress>& addresses = shared_.addresses;
  phase_ = Phase::Connecting;
  opened_in_turn_ = shared_.counters.turns;
  while (addresses_tried_ < addresses.size()) {
    const std::size_t place = (first_address_ + addresses_tried_++) % addresses.size();
    last_error = socket_.connect(addresses[place], shared_.limits.kernel_stamps);
    if (last_error != 0) continue;
    interest_ = FlowInterest::Write;
    last_error = shared_.readiness.add(socket_.descriptor(), interest_, this);
    if (last_error == 0) return;
  }
  fail(FlowFailure::Connect,
       fmt::format("no connection to {}: {}", shared_.url.authority(), words_of_errno(last_error)));
}

void FlowConnection::finish_connecting() {
  if (const int error = socket_.connect_error(); error != 0) {
    try_next_address(error);
    return;
  }
  shared_.address = (first_address_ + addresses_tried_ - 1) % shared_.addresses.size();
  if (!shared_.tls) {
    converse();
    return;
  }
  tls_.emplace(shared_.tls->native_handle(), shared_.url.host);
  phase_ = Phase::ShakingHands;
  shake_hands();
}

void FlowConnection::shake_hands() {
  const FlowTls::Step step = tls_->shake_hands();
  if (step == FlowTls::Step::Done) {
    converse();
  } else if (step == FlowTls::Step::NeedMore) {
    send_outgoing();
  } else {
    send_outgoing();  // The alert that tells the peer why.
    fail(FlowFailure::Tls, fmt::format("no TLS connection to {}: {}", shared_.url.authority(),
                                       tls_->failure_message()));
  }
}

/// The connection stands: the exchange that opened it begins.
void FlowConnection::converse() {
  connected_ = now();
  ++shared_.counters.connections_opened;
  send_request();
}

void FlowConnection::start(const FlowExchange& exchange) {
  exchange_ = exchange;
  exchange_.end.connection_reused = true;
  message_.clear();
  send_request();
}

void FlowConnection::send_request() {
  phase_ = Phase::Exchanging;
  exchange_.end.times.connected = connected_;
  reply_.begin(*this, shared_.limits.body_bytes_max);
  unsent_ = exchange_.request;
  send_broken_ = false;
  send_outgoing();
}

void FlowConnection::want(FlowInterest interest) {
  if (std::exchange(interest_, interest) == interest) return;
  shared_.readiness.change(socket_.descriptor(), interest, this);
}

/// The next bytes for the socket; with TLS the request is encrypted slice by slice.
std::string_view FlowConnection::outgoing() {
  if (!tls_) return unsent_;
  if (tls_->to_send().empty() && !unsent_.empty()) {
    const std::string_view slice = unsent_.substr(0, kTlsSliceBytes);
    unsent_.remove_prefix(slice.size());
    if (!tls_->write(slice)) send_broken_ = true;
  }
  return tls_->to_send();
}

void FlowConnection::consume_outgoing(std::size_t bytes) {
  if (tls_) {
    tls_->sent(bytes);
  } else {
    unsent_.remove_prefix(bytes);
  }
}

bool FlowConnection::has_sent_all() const {
  return !send_broken_ && unsent_.empty() && (!tls_ || tls_->to_send().empty());
}

/// Sends what there is. A failed write is not the end: a server that refuses a request early has
/// answered before it closed, and when it has not, the next read says so.
void FlowConnection::send_outgoing() {
  base::MonotonicTime before;
  while (!send_broken_) {
    const std::string_view bytes = outgoing();
    if (bytes.empty()) break;
    before = now();
    const FlowMove move = socket_.send(bytes);
    if (move.how == FlowMove::How::Moved) {
      consume_outgoing(move.bytes);
    } else if (move.how == FlowMove::How::WouldBlock) {
      want(FlowInterest::Both);
      return;
    } else {
      send_broken_ = true;
    }
  }
  want(FlowInterest::Read);
  FlowTimes& times = exchange_.end.times;
  const bool is_request = phase_ == Phase::Exchanging && before != base::MonotonicTime();
  if (!is_request || send_broken_ || times.sent != base::MonotonicTime()) return;
  times.sent = before;
  shared_.sink.on_sent(exchange_.tag, before);
}

void FlowConnection::on_ready(const FlowReadiness::Ready& ready) {
  if (!is_busy()) {
    close();
    return;
  }
  if (phase_ == Phase::Connecting) {
    finish_connecting();
    return;
  }
  if (ready.writable) send_outgoing();
  if (ready.readable && is_busy()) receive();
}

void FlowConnection::receive() {
  std::string& room = shared_.received;
  char* const into = tls_ ? shared_.ciphertext.data() : room.data() + FlowReply::kRestBytesMax;
  const std::size_t count_max =
      tls_ ? shared_.ciphertext.size() : room.size() - FlowReply::kRestBytesMax;
  const FlowMove move = socket_.receive(into, count_max, shared_.clock);
  if (move.how == FlowMove::How::WouldBlock) return;
  stamp_ = {move.kernel, now()};
  // A stamp before the request, or from the future, is of a wall clock that was set meanwhile.
  if (stamp_.kernel < exchange_.end.times.sent || stamp_.kernel > stamp_.read + kStampTolerance) {
    stamp_.kernel = {};
  }
  stamp_.kernel = std::min(stamp_.kernel, stamp_.read);
  shared_.last_read = stamp_.read;
  ++shared_.counters.reads;
  shared_.counters.received_bytes += move.bytes;
  if (move.how == FlowMove::How::Ended && tls_) {
    lose("the connection ended without the end that TLS prescribes");
  } else if (move.how == FlowMove::How::Ended) {
    take_end_of_stream();
  } else if (move.how == FlowMove::How::Failed) {
    lose(fmt::format("the connection broke: {}", words_of_errno(move.error)));
  } else if (tls_) {
    take_ciphertext({into, move.bytes});
  } else {
    take_received(move.bytes);
  }
}

void FlowConnection::take_ciphertext(std::string_view bytes) {
  tls_->put_received(bytes);
  if (phase_ == Phase::ShakingHands) shake_hands();
  while (phase_ == Phase::Exchanging) {
    std::string& room = shared_.received;
    std::size_t count = 0;
    switch (tls_->read(room.data() + FlowReply::kRestBytesMax,
                       room.size() - FlowReply::kRestBytesMax, count)) {
      case FlowTls::Step::Done:
        take_received(count);
        break;
      case FlowTls::Step::NeedMore:
        return;
      case FlowTls::Step::Ended:
        take_end_of_stream();
        return;
      case FlowTls::Step::Failed:
        lose(fmt::format("the TLS connection broke: {}", tls_->failure_message()));
        return;
    }
  }
}

/// `count` bytes of HTTP stand in the shared room.
void FlowConnection::take_received(std::size_t count) {
  FlowTimes& times = exchange_.end.times;
  times.last_byte = stamp_;
  if (!reply_.got_bytes()) {
    times.first_byte = stamp_;
    shared_.sink.on_first_byte(exchange_.tag, stamp_);
  }
  char* const bytes = shared_.received.data() + FlowReply::kRestBytesMax - reply_.rest_bytes();
  const FlowReply::State state = reply_.take(bytes, reply_.rest_bytes() + count);
  if (state == FlowReply::State::NeedMore) socket_.acknowledge_now();
  act_on(state);
}

void FlowConnection::take_end_of_stream() {
  if (send_again()) return;
  act_on(reply_.end_of_stream());
  close();
}

void FlowConnection::act_on(FlowReply::State state) {
  if (state == FlowReply::State::Done) finish_reply();
  if (state == FlowReply::State::Failed) fail(reply_.failure(), reply_.message());
}

/// The connection ended in disorder.
void FlowConnection::lose(std::string message) {
  if (phase_ == Phase::ShakingHands) {
    fail(FlowFailure::Tls,
         fmt::format("no TLS connection to {}: {}", shared_.url.authority(), message));
  } else if (!send_again()) {
    fail(FlowFailure::Cut, std::move(message));
  }
}

/// A kept-alive connection that ends before the first byte of a reply was stale: the request is
/// sent once more on a fresh one. False when that is not what happened.
bool FlowConnection::send_again() {
  FlowEnd& end = exchange_.end;
  if (!end.connection_reused || reply_.got_bytes() || end.sent_again) return false;
  close();
  end.sent_again = true;
  end.times.sent = {};
  ++shared_.counters.sent_again;
  open(FlowExchange(exchange_));
  return true;
}

void FlowConnection::finish_reply() {
  FlowEnd& end = exchange_.end;
  end.failure = failure_of_status(reply_.status());
  if (end.failure == FlowFailure::Redirect) {
    message_ =
        fmt::format("HTTP {}: the server sends elsewhere, which is not followed", reply_.status());
  } else if (end.failure != FlowFailure::None) {
    message_ = fmt::format("HTTP {}", reply_.status());
  }
  end.times.ended = stamp_.read;
  if (!has_sent_all() || !reply_.keep_alive()) close();
  phase_ = Phase::Ended;
}

void FlowConnection::fail(FlowFailure failure, std::string message) {
  close();
  exchange_.end.failure = failure;
  exchange_.end.times.ended = now();
  message_ = std::move(message);
  phase_ = Phase::Ended;
}

void FlowConnection::time_out(base::MonotonicTime at) {
  const bool is_connecting = phase_ == Phase::Connecting || phase_ == Phase::ShakingHands;
  if (is_connecting && at < exchange_.deadline) {
    fail(FlowFailure::Connect,
         fmt::format("no connection to {} within {}", shared_.url.authority(),
                     base::human_duration(base::to_seconds(shared_.limits.connect_timeout))));
    return;
  }
  const char* const doing = is_connecting         ? "connecting"
                            : !reply_.got_bytes() ? "waiting for the reply"
                                                  : "reading the reply";
  fail(FlowFailure::Timeout, fmt::format("the deadline passed while {}", doing));
}

base::MonotonicTime FlowConnection::deadline() const {
  if (phase_ == Phase::Exchanging) return exchange_.deadline;
  return std::min(exchange_.deadline, connect_deadline_);
}

FlowExchange FlowConnection::take_ended() {
  ASSAY_CHECK(has_ended(), "an exchange is taken when it has ended");
  phase_ = Phase::Idle;
  FlowEnd& end = exchange_.end;
  end.status = reply_.status();
  end.retry_after_s = reply_.retry_after_s();
  end.body_bytes = reply_.body_bytes();
  end.message = message_;
  return exchange_;
}

bool FlowConnection::on_piece(int status, std::string_view piece) {
  return shared_.sink.on_body(exchange_.tag, status, piece, stamp_);
}

}  // namespace assay::net
