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
  Performance(net::Exchange& exchange, const TwinPart& part)
      : exchange_(exchange), part_(part), reply_(part.reply), times_(part.times) {}

  net::Task<void> play();

 private:
  using Kind = Ending::Kind;

  const Ending& ending() const { return part_.rule.ending; }
  bool ends(Kind kind) const { return ending().kind == kind; }
  /// Falls silent or cuts the connection, as the rule's ending says.
  net::Task<void> fail();
  net::Task<void> play_raw();
  net::Task<void> play_whole();
  net::Task<void> play_stream();
  net::Task<bool> send_events();
  void sent(std::size_t event);
  void count_prompt();
  void end(bool delivered) { end(delivered ? kComplete : kPeerGone); }
  void end(std::string_view how) { part_.log.end(part_.place, how); }

  net::Exchange& exchange_;
  const TwinPart& part_;
  const TwinReply& reply_;
  const ServiceTimes& times_;
  bool prompt_is_counted_ = false;
};

void Performance::sent(std::size_t event) {
  part_.log.sent(part_.place, base::system_clock().now());
  count_prompt();
  part_.metrics.add_output_tokens(reply_.event_tokens[event]);
}

void Performance::count_prompt() {
  if (!prompt_is_counted_) part_.metrics.add_prompt_tokens(reply_.prompt_tokens);
  prompt_is_counted_ = true;
}

net::Task<void> Performance::fail() {
  if (ends(Kind::Cut)) {
    end(kCut);
    exchange_.cut(ending().reset);
  } else {
    end(kHung);
    co_await exchange_.until_gone();
  }
}

net::Task<void> Performance::play() {
  if (part_.rule.kind == Rule::Kind::Raw) {
    co_await play_raw();
    co_return;
  }
  const bool before_content = !ends(Kind::Complete) && !ending().events;
  if (!before_content) {
    if (reply_.streamed) {
      co_await play_stream();
    } else {
      co_await play_whole();
    }
    co_return;
  }
  if (ends(Kind::Cut)) {
    co_await net::sleep_until(times_.first);
  } else {
    co_await net::sleep_until(times_.start);
    co_await exchange_.start_stream(reply_.status, reply_.headers);
  }
  co_await fail();
}

net::Task<void> Performance::play_raw() {
  co_await net::sleep_until(times_.first);
  const bool delivered = co_await exchange_.raw(part_.rule.bytes);
  if (delivered) sent(0);
  if (!delivered || ends(Kind::Complete)) {
    end(delivered);
  } else {
    co_await fail();
  }
}

net::Task<void> Performance::play_whole() {
  const std::string& body = reply_.events.front();
  if (ends(Kind::Complete)) {
    co_await net::sleep_until(times_.events.front());
    const bool delivered = co_await exchange_.reply(reply_.status, reply_.headers, body);
    if (delivered) sent(0);
    end(delivered);
    co_return;
  }
  co_await net::sleep_until(times_.start);
  bool delivered = co_await exchange_.start_stream(reply_.status, reply_.headers);
  co_await net::sleep_until(times_.events.front());
  delivered = delivered && co_await exchange_.piece(body.substr(0, body.size() / 2));
  if (!delivered) {
    end(false);
    co_return;
  }
  sent(0);
  co_await fail();
}

net::Task<void> Performance::play_stream() {
  co_await net::sleep_until(times_.start);
  bool delivered = co_await exchange_.start_stream(reply_.status, reply_.headers);
  if (delivered) delivered = co_await exchange_.piece(reply_.opening);
  if (delivered) delivered = co_await send_events();
  if (delivered && !ends(Kind::Complete)) {
    co_await fail();
    co_return;
  }
  if (delivered) {
    co_await net::sleep_until(times_.closing);
    delivered = co_await exchange_.piece(reply_.closing);
    if (delivered) count_prompt();
  }
  if (delivered) delivered = co_await exchange_.end_stream();
  end(delivered);
}

net::Task<bool> Performance::send_events() {
  const std::size_t all = reply_.events.size();
  const std::size_t count = std::min(all, ending().events.value_or(all));
  for (std::size_t event = 0; event < count; ++event) {
    co_await net::sleep_until(times_.events[event]);
    const bool delivered = co_await exchange_.piece(reply_.events[event]);
    if (!delivered) co_return false;
    sent(event);
  }
  co_return true;
}

}  // namespace

net::Task<void> perform(net::Exchange& exchange, const TwinPart& part) {
  Performance performance(exchange, part);
  co_await performance.play();
}

}  // namespace assay::endpoint
