#include "net/runtime.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <stdexcept>

#include "net/runtime_loop.h"

namespace assay::net {

namespace asio = boost::asio;

Runtime::Runtime() : loop_(std::make_unique<Loop>()) {}
Runtime::~Runtime() = default;

boost::asio::io_context& io_context_of(Runtime& runtime) { return runtime.loop_->io; }

void Runtime::run_until_done(Task<void> task) {
  struct Outcome {
    bool done = false;
    std::exception_ptr failure;
  };
  const auto outcome = std::make_shared<Outcome>();
  asio::co_spawn(loop_->io, std::move(task), [outcome](const std::exception_ptr& thrown) {
    outcome->failure = thrown;
    outcome->done = true;
  });
  loop_->io.restart();
  while (!outcome->done && loop_->io.run_one() > 0) {
  }
  if (!outcome->done) throw std::runtime_error("the event loop was stopped before its task ended");
  if (outcome->failure) std::rethrow_exception(outcome->failure);
}

void Runtime::spawn(Task<void> task) { asio::co_spawn(loop_->io, std::move(task), asio::detached); }

void Runtime::run_until_stopped() {
  const auto stay = asio::make_work_guard(loop_->io);
  loop_->io.restart();
  loop_->io.run();
}

void Runtime::stop() { loop_->io.stop(); }

Task<void> sleep_until(base::MonotonicTime time) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(time);
  co_await timer.async_wait(asio::use_awaitable);
}

Task<void> sleep_for(base::Nanoseconds duration) {
  co_await sleep_until(base::system_clock().now() + duration);
}

}  // namespace assay::net
