#include "endpoint/client.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "endpoint/chat_request.h"
#include "endpoint/error_body.h"
#include "endpoint/reply_reader.h"
#include "endpoint/retry.h"
#include "endpoint/server_address.h"

namespace assay::endpoint {
namespace {

constexpr std::chrono::milliseconds kInterruptPoll{50};

base::MonotonicTime deadline_after(base::MonotonicTime now, base::Nanoseconds timeout) {
  return timeout >= base::MonotonicTime::max() - now ? base::MonotonicTime::max() : now + timeout;
}

void blot_out(std::string& text, std::string_view secret) {
  constexpr std::string_view kBlot = "[key]";
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += kBlot.size()) {
    text.replace(at, secret.size(), kBlot);
  }
}

std::string_view hint_for(FailureClass failure) {
  switch (failure) {
    case FailureClass::Unreachable:
      return "check that the server runs and that the address is right";
    case FailureClass::Unauthorized:
      return "put the server's key into the variable that key_env names";
    case FailureClass::NotFound:
      return "an OpenAI-compatible base URL usually ends in /v1";
    case FailureClass::Deadline:
    case FailureClass::RateLimited:
    case FailureClass::ServerError:
      return "the server is overloaded or still loading its model; try again later";
    case FailureClass::CutStream:
    case FailureClass::Malformed:
    case FailureClass::ContextOverflow:
    case FailureClass::Rejected:
      return "check that an OpenAI-compatible server listens at this address";
    case FailureClass::Interrupted:
      return "";
  }
  return "";
}

}  // namespace

/// One request and what came of it.
struct Client::Attempt {
  ChatReply reply;
  std::optional<base::Nanoseconds> retry_after;
};

base::Result<Client> Client::make(Address address, const base::Interrupt* interrupt) {
  ASSAY_TRY(net::Url base, parse_address(address));
  return Client(std::move(address), std::move(base), interrupt);
}

Client::Client(Address address, net::Url base, const base::Interrupt* interrupt)
    : address_(std::move(address)),
      base_(std::move(base)),
      interrupt_(interrupt),
      jitter_(static_cast<std::uint64_t>(base::system_clock().now().time_since_epoch().count())) {}

net::Task<ChatReply> Client::chat(ChatRequest request, ChatOptions options) {
  const base::MonotonicTime started = base::system_clock().now();
  const base::MonotonicTime deadline = deadline_after(started, options.timeout);
  const std::string body = wire_body(address_, request, options.stream);
  ChatReply reply;
  for (int number = 1;; ++number) {
    Attempt last = co_await attempt(body, deadline);
    reply = std::move(last.reply);
    reply.attempts = number;
    if (number >= options.retry.attempts_max || !is_retryable(reply)) break;
    const base::Nanoseconds wait =
        last.retry_after.value_or(backoff(options.retry, number, jitter_.unit()));
    const base::MonotonicTime now = base::system_clock().now();
    if (wait >= deadline - now) break;
    const bool waited = co_await wait_until(now + wait);
    if (!waited) {
      reply.failure->failure = FailureClass::Interrupted;
      reply.failure->message =
          "interrupted while waiting to try again after: " + reply.failure->message;
      break;
    }
  }
  make_presentable(reply);
  reply.times.attempts_ms = base::to_ms(base::system_clock().now() - started);
  co_return reply;
}

net::Task<Client::Attempt> Client::attempt(const std::string& body, base::MonotonicTime deadline) {
  net::HttpRequest request{"POST", url_under(base_, "/chat/completions"), chat_headers(address_),
                           body};
  request.headers.emplace_back("Content-Type", "application/json");
  net::HttpLimits limits;
  limits.deadline = deadline;
  limits.interrupt = interrupt_;
  ReplyReader reader(base::system_clock().now());
  net::OnBody on_body = [&reader](int status, std::string_view piece, base::MonotonicTime arrived) {
    return reader.take(status, piece, arrived);
  };
  const net::HttpReply ended =
      co_await http_.send(std::move(request), std::move(limits), std::move(on_body));
  Attempt outcome{reader.finish(ended), std::nullopt};
  outcome.retry_after = parse_retry_after(net::header_value(ended.headers, "Retry-After"),
                                          base::system_clock().wall_unix_ms());
  co_return outcome;
}

/// False when the program was asked to stop meanwhile.
net::Task<bool> Client::wait_until(base::MonotonicTime time) const {
  while (true) {
    if (interrupt_ != nullptr && interrupt_->requested()) co_return false;
    const base::MonotonicTime now = base::system_clock().now();
    if (now >= time) co_return true;
    co_await net::sleep_until(std::min(time, now + kInterruptPoll));
  }
}

/// What is shown and stored of a failure: never the key, and with the likely slip where there is
/// one.
void Client::make_presentable(ChatReply& reply) const {
  if (!reply.failure) return;
  ChatFailure& failure = *reply.failure;
  if (failure.failure == FailureClass::NotFound && !names_version(base_)) {
    failure.message += fmt::format(" ({})", hint_for(failure.failure));
  }
  if (address_.key.empty()) return;
  blot_out(failure.message, address_.key);
  blot_out(failure.body, address_.key);
}

net::Task<net::HttpReply> Client::get(net::Url url, base::Nanoseconds timeout) {
  net::HttpRequest request{"GET", std::move(url), chat_headers(address_), ""};
  net::HttpLimits limits;
  limits.deadline = deadline_after(base::system_clock().now(), timeout);
  limits.interrupt = interrupt_;
  co_return co_await http_.send(std::move(request), std::move(limits));
}

base::Result<base::Json> Client::json_of(const net::Url& url, const net::HttpReply& reply) const {
  const std::string place = url.to_string();
  if (reply.failure != net::TransportFailure::None || reply.status != 200) {
    ChatReply failed;
    failed.failure = reply.failure != net::TransportFailure::None
                         ? failure_of_transport(reply)
                         : failure_of_reply(reply.status, reply.body);
    make_presentable(failed);
    const FailureClass failure = failed.failure->failure;
    const auto kind = failure == FailureClass::Interrupted ? base::ErrorKind::Interrupted
                                                           : base::ErrorKind::Unreachable;
    return base::Error{kind, failed.failure->message, std::string(hint_for(failure)), place};
  }
  auto parsed = base::parse_json(reply.body);
  if (!parsed.has_value()) {
    return base::unreachable(parsed.error().message, std::string(hint_for(FailureClass::Malformed)),
                             place);
  }
  return parsed;
}

net::Task<base::Result<std::vector<std::string>>> Client::models(base::Nanoseconds timeout) {
  const net::Url url = url_under(base_, "/models");
  const net::HttpReply reply = co_await get(url, timeout);
  const base::Result<base::Json> listing = json_of(url, reply);
  if (!listing.has_value()) co_return listing.error();
  const base::Json* entries = base::find_member(*listing, "data");
  if (entries == nullptr || !entries->is_array()) {
    co_return base::unreachable("expected {\"data\":[{\"id\":…}]}, found JSON without `data`",
                                std::string(hint_for(FailureClass::Malformed)), url.to_string());
  }
  std::vector<std::string> ids;
  for (const base::Json& entry : *entries) {
    if (auto id = base::string_member(entry, "id")) ids.push_back(std::move(*id));
  }
  co_return ids;
}

net::Task<bool> Client::healthy(base::Nanoseconds timeout) {
  const net::Url url = url_beside(base_, "/health");
  const net::HttpReply reply = co_await get(url, timeout);
  co_return reply.failure == net::TransportFailure::None&& reply.status == 200;
}

net::Task<base::Result<base::Json>> Client::props(base::Nanoseconds timeout) {
  const net::Url url = url_beside(base_, "/props");
  const net::HttpReply reply = co_await get(url, timeout);
  co_return json_of(url, reply);
}

}  // namespace assay::endpoint
