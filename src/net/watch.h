// Ends what an exchange waits for when its time is up or the program was asked to stop. Internal to
// this room.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/context.h"
#include "net/http_client.h"

namespace assay::net {

/// Lives as long as one exchange. While it waits, the interruption is looked at every 50 ms; a
/// closure given to guard() is called at most once, from the event loop, and never after release()
/// or the watch's end, so it may refer to what the guarding function owns.
class Watch {
 public:
  Watch(const boost::asio::any_io_executor& executor, const base::Interrupt* interrupt,
        base::MonotonicTime deadline);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// `end` makes the pending operation return. Called at once when the watch has ended already.
  void guard(std::function<void()> end);
  void release();

  /// None while the exchange may go on, else Deadline or Interrupted; looks at both itself.
  TransportFailure verdict();

 private:
  struct State;
  static void judge(State& state);
  static void arm(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace assay::net
