// One chat completion as a plain value: what is asked, what came back, when. The OpenAI wire format
// itself is known only to this room's client and twin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace assay::endpoint {

/// Where a model answers. `key` is a secret: it is sent as a bearer token and never logged, stored,
/// hashed or shown.
struct Address {
  std::string base_url;  ///< With the version: "http://127.0.0.1:8080/v1".
  std::string model;     ///< The `model` field; may be empty for a guest.
  std::string key;       ///< Empty: no Authorization header.
};

struct ChatRequest {
  base::Json messages = base::Json::array();  ///< As OpenAI's `messages`.
  base::Json tools;                           ///< As OpenAI's `tools`; null: none are sent.
  base::Json settings =
      base::Json::object();  ///< Copied into the body: temperature, max_tokens, seed …
};

/// The request's body on the wire, members in one fixed order: model, messages, tools, settings in
/// their own order, stream, stream_options. Two cells differ in what these bytes differ in.
std::string wire_body(const Address& address, const ChatRequest& request, bool stream);

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON text as the model gave it; may be malformed.
};

/// Token counts as the server reported them; -1 where it did not.
struct Usage {
  std::int64_t prompt_tokens = -1;
  std::int64_t completion_tokens = -1;
  std::int64_t reasoning_tokens = -1;
  std::int64_t cached_tokens = -1;
};

/// Why there is no usable answer. The first column of docs/reference/failures.md.
enum class FailureClass {
  Unreachable,      ///< No connection.
  Deadline,         ///< The trial's deadline passed.
  CutStream,        ///< The connection or stream ended before finish_reason or [DONE].
  Malformed,        ///< Not HTTP, not SSE, not JSON, or JSON without what OpenAI's format requires.
  RateLimited,      ///< 429.
  ServerError,      ///< 5xx.
  Unauthorized,     ///< 401, 403.
  NotFound,         ///< 404: no such path or model.
  ContextOverflow,  ///< The prompt does not fit the context (400 exceed_context_size_error and
                    ///< kin).
  Rejected,         ///< Another 4xx: the request's settings were refused.
  Interrupted,      ///< Ctrl-C.
};

std::string_view name_of(FailureClass failure);

struct ChatFailure {
  FailureClass failure = FailureClass::Unreachable;
  int http_status = 0;  ///< 0 when no reply came.
  std::string message;  ///< For people; one line.
  std::string body;     ///< The first 2,000 bytes of an error body, whatever its type.
};

/// Durations since the request's last attempt was started; negative where it did not happen. A
/// reply that came as one JSON value has no first token and no token times.
struct ChatTimes {
  double ttft_ms = -1;           ///< Until the first token of text, reasoning or tool call.
  double total_ms = -1;          ///< Until the reply's last byte.
  std::vector<double> token_ms;  ///< Arrival of each content-bearing event, ascending.
  double attempts_ms = 0;        ///< Wall time of all attempts and the waits between them.
};

/// llama-server's own account (`timings`); negative where absent.
struct ServerTimings {
  double prompt_ms = -1;
  double predicted_ms = -1;
  std::int64_t prompt_tokens = -1;
  std::int64_t predicted_tokens = -1;
};

struct ChatReply {
  std::optional<ChatFailure> failure;  ///< None: the reply is complete.
  std::string text;
  std::string reasoning;
  std::vector<ToolCall> tool_calls;
  std::string finish_reason;  ///< "stop", "length", "tool_calls", …; empty when none came.
  std::string model;          ///< What the server says it is.
  Usage usage;
  ChatTimes times;
  ServerTimings server;
  /// For each of the first tokens the likeliest ones with what the server gave of them, a
  /// probability or its logarithm: [[["2", 0.89], ["Pi", 0.11]], …]. Empty unless the request asked
  /// and the server told.
  base::Json probabilities = base::Json::array();
  int attempts = 0;  ///< 1 without a retry.
};

}  // namespace assay::endpoint
