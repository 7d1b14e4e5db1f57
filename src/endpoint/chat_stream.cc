#include "endpoint/chat_stream.h"

#include <fmt/core.h>

#include "base/text.h"
#include "endpoint/error_body.h"

namespace assay::endpoint {
namespace {

constexpr std::string_view kDone = "[DONE]";
constexpr std::size_t kTokensWithProbabilities = 8;

/// Counts are never negative; what is absent or absurd stays unknown.
void take_count(const base::Json& object, std::string_view key, std::int64_t& count) {
  const auto value = base::integer_member(object, key);
  if (value && *value >= 0) count = *value;
}

void take_usage(const base::Json& given, Usage& usage) {
  take_count(given, "prompt_tokens", usage.prompt_tokens);
  take_count(given, "completion_tokens", usage.completion_tokens);
  if (const base::Json* details = base::find_member(given, "completion_tokens_details")) {
    take_count(*details, "reasoning_tokens", usage.reasoning_tokens);
  }
  if (const base::Json* details = base::find_member(given, "prompt_tokens_details")) {
    take_count(*details, "cached_tokens", usage.cached_tokens);
  }
}

void take_timings(const base::Json& given, ServerTimings& timings) {
  timings.prompt_ms = base::number_member(given, "prompt_ms").value_or(timings.prompt_ms);
  timings.predicted_ms = base::number_member(given, "predicted_ms").value_or(timings.predicted_ms);
  take_count(given, "prompt_n", timings.prompt_tokens);
  take_count(given, "predicted_n", timings.predicted_tokens);
}

/// Choice 0, the only one a request asks for; servers that leave the index out have one anyway.
const base::Json* first_choice(const base::Json& object) {
  const base::Json* choices = base::find_member(object, "choices");
  if (choices == nullptr || !choices->is_array()) return nullptr;
  for (const base::Json& choice : *choices) {
    if (choice.is_object() && base::integer_member(choice, "index").value_or(0) == 0)
      return &choice;
  }
  return nullptr;
}

/// The text of a string, or of a list of parts {"type":"text","text":…}, as some servers send.
std::string text_of(const base::Json* value) {
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  std::string joined;
  if (value->is_array()) {
    for (const base::Json& part : *value) joined += base::string_member(part, "text").value_or("");
  }
  return joined;
}

/// `reasoning_content` (DeepSeek, llama-server, vLLM) or `reasoning` (Ollama, OpenRouter, later
/// vLLM). Servers that send both repeat the same text.
std::string reasoning_of(const base::Json& message) {
  std::string reasoning = text_of(base::find_member(message, "reasoning_content"));
  return reasoning.empty() ? text_of(base::find_member(message, "reasoning")) : reasoning;
}

/// OpenAI's `logprobs.content`; llama-server calls its members after sampling `prob` and
/// `top_probs`.
void take_probabilities(const base::Json& choice, base::Json& kept) {
  const base::Json* given = base::find_member(choice, "logprobs");
  const base::Json* tokens = given == nullptr ? nullptr : base::find_member(*given, "content");
  if (tokens == nullptr || !tokens->is_array()) return;
  for (const base::Json& token : *tokens) {
    if (kept.size() == kTokensWithProbabilities) return;
    const base::Json* likeliest = base::find_member(token, "top_logprobs");
    if (likeliest == nullptr) likeliest = base::find_member(token, "top_probs");
    if (likeliest == nullptr || !likeliest->is_array()) continue;
    base::Json row = base::Json::array();
    for (const base::Json& candidate : *likeliest) {
      auto value = base::number_member(candidate, "logprob");
      if (!value) value = base::number_member(candidate, "prob");
      if (value) row.push_back({base::string_member(candidate, "token").value_or(""), *value});
    }
    kept.push_back(std::move(row));
  }
}

ChatFailure malformed(int http_status, std::string message, std::string_view found) {
  return {FailureClass::Malformed, http_status, one_line(message), body_excerpt(found)};
}

}  // namespace

void ChatStream::take_event(const net::SseEvent& event, int http_status, double arrived_ms) {
  if (has_failed() || done_) return;
  const std::string_view data = base::trim(event.data);
  if (data.empty()) return;
  ++events_;
  if (data == kDone) {
    done_ = true;
    return;
  }
  const auto chunk = base::parse_json(data);
  if (event.type == "error" || (chunk.has_value() && is_error_object(*chunk))) {
    fail(failure_of_event(http_status, data));
  } else if (!chunk.has_value()) {
    fail(malformed(http_status,
                   fmt::format("event {} of the stream: {}", events_, chunk.error().message),
                   data));
  } else if (!chunk->is_object()) {
    fail(malformed(http_status,
                   fmt::format("event {} of the stream: expected a JSON object, found {}", events_,
                               chunk->type_name()),
                   data));
  } else if (take_chunk(*chunk)) {
    reply_.times.token_ms.push_back(arrived_ms);
  }
}

void ChatStream::take_whole(std::string_view body, int http_status) {
  const auto whole = base::parse_json(body);
  if (!whole.has_value()) {
    fail(malformed(http_status, whole.error().message, body));
  } else if (is_error_object(*whole)) {
    fail(failure_of_event(http_status, body));
  } else if (first_choice(*whole) == nullptr) {
    fail(malformed(http_status, "expected a chat completion, found JSON without choices", body));
  } else {
    take_chunk(*whole);
    done_ = true;
  }
}

/// True when the chunk brought text, reasoning or a part of a tool call.
bool ChatStream::take_chunk(const base::Json& chunk) {
  if (reply_.model.empty()) reply_.model = base::string_member(chunk, "model").value_or("");
  if (const base::Json* usage = base::find_member(chunk, "usage")) take_usage(*usage, reply_.usage);
  if (const base::Json* timings = base::find_member(chunk, "timings")) {
    take_timings(*timings, reply_.server);
  }
  const base::Json* choice = first_choice(chunk);
  if (choice == nullptr) return false;
  if (const auto reason = base::string_member(*choice, "finish_reason");
      reason && !reason->empty()) {
    reply_.finish_reason = *reason;
  }
  take_probabilities(*choice, reply_.probabilities);
  // Some servers put usage beside the choice's delta.
  if (const base::Json* usage = base::find_member(*choice, "usage")) {
    take_usage(*usage, reply_.usage);
  }
  const base::Json* delta = base::find_member(*choice, "delta");
  if (delta == nullptr) delta = base::find_member(*choice, "message");
  return delta != nullptr && take_message(*delta);
}

bool ChatStream::take_message(const base::Json& message) {
  const std::string text = text_of(base::find_member(message, "content"));
  const std::string reasoning = reasoning_of(message);
  bool has_content = !text.empty() || !reasoning.empty();
  reply_.text += text;
  reply_.reasoning += reasoning;
  if (const base::Json* calls = base::find_member(message, "tool_calls");
      calls && calls->is_array()) {
    for (const base::Json& piece : *calls) {
      if (tool_calls_.take(piece)) has_content = true;
    }
  }
  return has_content;
}

ChatReply ChatStream::take_reply() {
  reply_.tool_calls = tool_calls_.calls();
  if (!reply_.times.token_ms.empty()) reply_.times.ttft_ms = reply_.times.token_ms.front();
  return std::move(reply_);
}

}  // namespace assay::endpoint
