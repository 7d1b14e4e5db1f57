// The OpenAI-compatible client: streaming chat completions with times, usage, tool calls and
// reasoning text; model list; llama-server's health and properties.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/random.h"
#include "base/result.h"
#include "endpoint/chat.h"
#include "net/http_client.h"
#include "net/runtime.h"

namespace assay::endpoint {

/// Retries are for failures before any token came: Unreachable, RateLimited, ServerError. Waits
/// grow as wait_first_ms × 2^(n−1), with jitter in [0.5, 1], or Retry-After when the server names
/// one; a wait that would pass the deadline is not begun, so retries never multiply the deadline.
struct RetryPolicy {
  int attempts_max = 3;
  double wait_first_ms = 250;
  double wait_max_ms = 8000;
};

struct ChatOptions {
  base::Nanoseconds timeout = std::chrono::seconds(120);  ///< Of the whole trial, retries included.
  RetryPolicy retry;
  bool stream = true;
};

/// Used from one Runtime, which outlives it; not thread-safe, but several chats may be in flight.
/// Waits look at the interruption every 50 ms.
class Client {
 public:
  /// BadInput when `address.base_url` does not parse (see net::parse_url) or the key could not
  /// stand in a header.
  static base::Result<Client> make(Address address, const base::Interrupt* interrupt = nullptr);

  /// Never throws for what the server does: every failure is in the reply. The key is blotted out
  /// of what the server says about a failure.
  net::Task<ChatReply> chat(ChatRequest request, ChatOptions options);

  /// Ids from GET {base}/models.
  net::Task<base::Result<std::vector<std::string>>> models(base::Nanoseconds timeout);

  /// llama-server's GET /health (beside /v1): true once it answers 200.
  net::Task<bool> healthy(base::Nanoseconds timeout);

  /// llama-server's GET /props; Unreachable when the server has none.
  net::Task<base::Result<base::Json>> props(base::Nanoseconds timeout);

  const Address& address() const { return address_; }

 private:
  struct Attempt;
  Client(Address address, net::Url base, const base::Interrupt* interrupt);
  net::Headers headers() const;
  net::Task<Attempt> attempt(const std::string& body, base::MonotonicTime deadline);
  net::Task<bool> wait_until(base::MonotonicTime time) const;
  net::Task<net::HttpReply> get(net::Url url, base::Nanoseconds timeout);
  base::Result<base::Json> json_of(const net::Url& url, const net::HttpReply& reply) const;
  void make_presentable(ChatReply& reply) const;

  Address address_;
  net::Url base_;  ///< Its target has no '/' at the end.
  const base::Interrupt* interrupt_;
  net::HttpClient http_;
  base::Random jitter_;
};

}  // namespace assay::endpoint
