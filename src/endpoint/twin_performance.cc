#include "endpoint/twin_performance.h"

#include <algorithm>

#include "net/runtime.h"

namespace assay::endpoint {
namespace {

constexpr std::string_view kComplete = "complete";
constexpr std::string_view kCut = "cut";
constexpr std::string_view kHung = "hung";
constexpr std::string_view kPeerGone = "peer gone";

class Performance {
 public:
  Performance(net::Exchange& exchange, const TwinReply& reply, const Rule& rule, TwinLog& log,
              std::size_t place)
      : exchange_(exchange), reply_(reply), rule_(rule), log_(log), place_(place) {}

  net::Task<void> play();

 private:
  using Kind = Ending::Kind;

  bool ends(Kind kind) const { return rule_.ending.kind == kind; }
  /// Falls silent or cuts the connection, as the rule's ending says.
  net::Task<void> fail();
  net::Task<void> play_raw();
  net::Task<void> play_whole();
  net::Task<void> play_stream();
  net::Task<bool> send_events();
  net::Task<void> wait(base::Nanoseconds after_arrival);
  void sent() { log_.sent(place_, base::system_clock().now()); }
  void end(bool delivered) { log_.end(place_, delivered ? kComplete : kPeerGone); }

  net::Exchange& exchange_;
  const TwinReply& reply_;
  const Rule& rule_;
  TwinLog& log_;
  const std::size_t place_;
};

net::Task<void> Performance::wait(base::Nanoseconds after_arrival) {
  co_await net::sleep_until(exchange_.request().arrived + after_arrival);
}

net::Task<void> Performance::fail() {
  if (ends(Kind::Cut)) {
    log_.end(place_, kCut);
    exchange_.cut(rule_.ending.reset);
  } else {
    log_.end(place_, kHung);
    co_await exchange_.until_gone();
  }
}

net::Task<void> Performance::play() {
  if (rule_.kind == Rule::Kind::Raw) {
    co_await play_raw();
    co_return;
  }
  const bool before_content = !ends(Kind::Complete) && !rule_.ending.events;
  if (!before_content) {
    if (reply_.streamed) {
      co_await play_stream();
    } else {
      co_await play_whole();
    }
    co_return;
  }
  if (ends(Kind::Cut)) {
    co_await wait(rule_.timing.first);
  } else {
    co_await exchange_.start_stream(reply_.status, reply_.headers);
  }
  co_await fail();
}

net::Task<void> Performance::play_raw() {
  co_await wait(rule_.timing.first);
  const bool delivered = co_await exchange_.raw(rule_.bytes);
  if (delivered) sent();
  if (!delivered || ends(Kind::Complete)) {
    end(delivered);
  } else {
    co_await fail();
  }
}

net::Task<void> Performance::play_whole() {
  const std::string& body = reply_.events.front();
  if (ends(Kind::Complete)) {
    co_await wait(reply_.offsets.front());
    const bool delivered = co_await exchange_.reply(reply_.status, reply_.headers, body);
    if (delivered) sent();
    end(delivered);
    co_return;
  }
  bool delivered = co_await exchange_.start_stream(reply_.status, reply_.headers);
  co_await wait(reply_.offsets.front());
  delivered = delivered && co_await exchange_.piece(body.substr(0, body.size() / 2));
  if (!delivered) {
    end(false);
    co_return;
  }
  sent();
  co_await fail();
}

net::Task<void> Performance::play_stream() {
  bool delivered = co_await exchange_.start_stream(reply_.status, reply_.headers);
  if (delivered) delivered = co_await exchange_.piece(reply_.opening);
  if (delivered) delivered = co_await send_events();
  if (delivered && !ends(Kind::Complete)) {
    co_await fail();
    co_return;
  }
  if (delivered) {
    co_await wait(reply_.closing_offset);
    delivered = co_await exchange_.piece(reply_.closing);
  }
  if (delivered) delivered = co_await exchange_.end_stream();
  end(delivered);
}

net::Task<bool> Performance::send_events() {
  const std::size_t all = reply_.events.size();
  const std::size_t count = std::min(all, rule_.ending.events.value_or(all));
  for (std::size_t event = 0; event < count; ++event) {
    co_await wait(reply_.offsets[event]);
    const bool delivered = co_await exchange_.piece(reply_.events[event]);
    if (!delivered) co_return false;
    sent();
  }
  co_return true;
}

}  // namespace

net::Task<void> perform(net::Exchange& exchange, const TwinReply& reply, const Rule& rule,
                        TwinLog& log, std::size_t place) {
  Performance performance(exchange, reply, rule, log, place);
  co_await performance.play();
}

}  // namespace assay::endpoint
