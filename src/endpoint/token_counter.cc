#include "endpoint/token_counter.h"

#include <fmt/core.h>

#include <optional>

#include "base/json.h"
#include "endpoint/server_address.h"
#include "net/http_client.h"
#include "net/runtime.h"

namespace assay::endpoint {
namespace {

using base::Json;

constexpr std::string_view kProbe = "one two";
constexpr int kOk = 200;

enum class Dialect { LlamaServer, Vllm };

base::Error no_tokenizer(const net::Url& url, std::string_view found) {
  return base::bad_input(
      fmt::format("expected a tokenizer at the endpoint, found {}", found),
      "lengths in tokens need llama-server, vLLM or SGLang; elsewhere, give the prompts themselves",
      url.to_string());
}

/// The number of tokens in a reply's body, or none when it has none.
std::optional<std::int64_t> count_in(Dialect dialect, const std::string& body) {
  const auto parsed = base::parse_json(body);
  if (!parsed) return std::nullopt;
  if (dialect == Dialect::LlamaServer) {
    const Json* tokens = base::find_member(*parsed, "tokens");
    if (tokens == nullptr || !tokens->is_array()) return std::nullopt;
    return static_cast<std::int64_t>(tokens->size());
  }
  const auto count = base::integer_member(*parsed, "count");
  return count && *count >= 0 ? count : std::nullopt;
}

}  // namespace

struct TokenCounter::Session {
  net::Runtime runtime;
  net::HttpClient http{1};
  net::Url url;
  std::string model;
  std::string key;
  base::Nanoseconds timeout{0};
  const base::Interrupt* interrupt = nullptr;
  Dialect dialect = Dialect::LlamaServer;

  net::HttpReply ask(std::string_view text);
  base::Error failure_of(const net::HttpReply& reply) const;
  base::Result<std::int64_t> count(std::string_view text);
};

net::HttpReply TokenCounter::Session::ask(std::string_view text) {
  Json body = Json::object();
  if (dialect == Dialect::LlamaServer) {
    body["content"] = text;
  } else {
    if (!model.empty()) body["model"] = model;
    body["prompt"] = text;
    body["add_special_tokens"] = false;
  }
  net::HttpRequest request{
      "POST", url, {{"Content-Type", "application/json"}}, base::dump_json(body)};
  add_key(request.headers, key);
  net::HttpLimits limits;
  limits.deadline = base::system_clock().now() + timeout;
  limits.interrupt = interrupt;
  return runtime.run(http.send(std::move(request), limits));
}

base::Error TokenCounter::Session::failure_of(const net::HttpReply& reply) const {
  if (reply.failure == net::TransportFailure::Interrupted) {
    return {base::ErrorKind::Interrupted, "interrupted while tokens were counted", "", ""};
  }
  const std::string found = reply.status > 0 && reply.failure == net::TransportFailure::None
                                ? fmt::format("status {}", reply.status)
                                : reply.failure_message;
  return base::unreachable(fmt::format("expected a count of tokens, found {}", found),
                           "check that the server runs and that the address is right",
                           url.to_string());
}

base::Result<std::int64_t> TokenCounter::Session::count(std::string_view text) {
  const net::HttpReply reply = ask(text);
  if (reply.failure != net::TransportFailure::None || reply.status != kOk) {
    return failure_of(reply);
  }
  const auto tokens = count_in(dialect, reply.body);
  if (!tokens) return no_tokenizer(url, "a reply without tokens");
  return *tokens;
}

base::Result<TokenCounter> TokenCounter::open(const Address& address, base::Nanoseconds timeout,
                                              const base::Interrupt* interrupt) {
  ASSAY_TRY(const net::Url base, net::parse_url(address.base_url));
  ASSAY_TRY_DONE(check_key(address.key, address.base_url));
  auto session = std::make_shared<Session>();
  session->url = url_beside(base, "/tokenize");
  session->model = address.model;
  session->key = address.key;
  session->timeout = timeout;
  session->interrupt = interrupt;
  int status = 0;
  for (const Dialect dialect : {Dialect::LlamaServer, Dialect::Vllm}) {
    session->dialect = dialect;
    const net::HttpReply reply = session->ask(kProbe);
    status = reply.status;
    const bool is_whole = reply.failure == net::TransportFailure::None;
    if (!is_whole || status == 429 || status == 503) return session->failure_of(reply);
    if (status == kOk && count_in(dialect, reply.body)) return TokenCounter(std::move(session));
    if (status == 401 || status == 403) {
      return base::bad_input(
          fmt::format("the endpoint's tokenizer refused the key with status {}", status),
          "put the server's key into the variable that key_env names", session->url.to_string());
    }
  }
  return no_tokenizer(session->url,
                      status == kOk ? "a reply without tokens" : fmt::format("status {}", status));
}

TokenCounter::TokenCounter(std::shared_ptr<Session> session) : session_(std::move(session)) {}

base::Result<std::int64_t> TokenCounter::operator()(const std::string& text) const {
  return session_->count(text);
}

std::string_view TokenCounter::dialect() const {
  return session_->dialect == Dialect::LlamaServer ? "llama-server" : "vLLM";
}

}  // namespace assay::endpoint
