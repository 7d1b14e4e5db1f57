#include "net/watch.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace assay::net {
namespace {

constexpr std::chrono::milliseconds kInterruptPoll{50};

}  // namespace

/// Shared with the timer's handler, which may still be queued when the Watch is gone.
struct Watch::State {
  State(const boost::asio::any_io_executor& executor, const base::Interrupt* interrupt_or_null,
        base::MonotonicTime until)
      : timer(executor), interrupt(interrupt_or_null), deadline(until) {}

  boost::asio::steady_timer timer;
  const base::Interrupt* interrupt;
  base::MonotonicTime deadline;
  std::function<void()> end;
  TransportFailure verdict = TransportFailure::None;
  bool over = false;
};

Watch::Watch(const boost::asio::any_io_executor& executor, const base::Interrupt* interrupt,
             base::MonotonicTime deadline)
    : state_(std::make_shared<State>(executor, interrupt, deadline)) {
  arm(state_);
}

Watch::~Watch() {
  state_->over = true;
  state_->end = nullptr;
  state_->timer.cancel();
}

void Watch::guard(std::function<void()> end) {
  state_->end = std::move(end);
  judge(*state_);
}

void Watch::release() { state_->end = nullptr; }

TransportFailure Watch::verdict() {
  judge(*state_);
  return state_->verdict;
}

void Watch::judge(State& state) {
  if (state.verdict == TransportFailure::None) {
    if (state.interrupt != nullptr && state.interrupt->requested()) {
      state.verdict = TransportFailure::Interrupted;
    } else if (base::system_clock().now() >= state.deadline) {
      state.verdict = TransportFailure::Deadline;
    }
  }
  if (state.verdict == TransportFailure::None || !state.end) return;
  std::exchange(state.end, nullptr)();
}

void Watch::arm(const std::shared_ptr<State>& state) {
  base::MonotonicTime wake = state->deadline;
  if (state->interrupt != nullptr) {
    wake = std::min(wake, base::system_clock().now() + kInterruptPoll);
  }
  state->timer.expires_at(wake);
  state->timer.async_wait([state](const boost::system::error_code&) {
    if (state->over) return;
    judge(*state);
    if (state->verdict == TransportFailure::None) arm(state);
  });
}

}  // namespace assay::net
