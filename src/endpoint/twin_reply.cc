#include "endpoint/twin_reply.h"

#include <fmt/core.h>

#include <algorithm>

namespace assay::endpoint {
namespace {

/// One token of a completion, in the order in which a model would give them.
struct ReplyToken {
  enum class Kind { Reasoning, Text, ToolName, ToolArguments };
  Kind kind = Kind::Text;
  std::size_t call = 0;  ///< Index of the tool call it belongs to.
  std::string text;
};

struct Completion {
  std::vector<ReplyToken> tokens;
  std::string finish_reason;
  std::string number;  ///< Of the request; part of the ids.
};

std::string value_of_placeholder(std::string_view name, const TwinRequest& request) {
  if (name == "last") return request.last_user_text;
  if (name == "turn") return std::to_string(request.turn);
  if (name == "seed") return request.seed.value_or("");
  const base::Json* field =
      find_field(request.body, name.substr(std::string_view("field:").size()));
  if (field == nullptr) return "";
  return field->is_string() ? field->get<std::string>() : base::dump_json(*field);
}

bool is_placeholder(std::string_view name) {
  return name == "last" || name == "turn" || name == "seed" || name.starts_with("field:");
}

/// `text` with its placeholders filled in; other double braces stay as they are.
std::string filled(std::string_view text, const TwinRequest& request) {
  std::string out;
  while (true) {
    const std::size_t open = text.find("{{");
    const std::size_t close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) return out + std::string(text);
    const std::string_view name = text.substr(open + 2, close - open - 2);
    if (is_placeholder(name)) {
      out += text.substr(0, open);
      out += value_of_placeholder(name, request);
      text.remove_prefix(close + 2);
    } else {
      out += text.substr(0, open + 2);
      text.remove_prefix(open + 2);
    }
  }
}

void append_tokens(std::vector<ReplyToken>& tokens, ReplyToken::Kind kind, std::size_t call,
                   std::string_view text) {
  for (std::string& token : split_tokens(text)) tokens.push_back({kind, call, std::move(token)});
}

Completion complete(const Rule& rule, const Answer& answer, const TwinRequest& request) {
  Completion completion;
  completion.number = std::to_string(request.number);
  std::vector<ReplyToken>& tokens = completion.tokens;
  append_tokens(tokens, ReplyToken::Kind::Reasoning, 0, filled(answer.reasoning, request));
  append_tokens(tokens, ReplyToken::Kind::Text, 0, filled(answer.text, request));
  for (std::size_t call = 0; call < answer.tool_calls.size(); ++call) {
    tokens.push_back({ReplyToken::Kind::ToolName, call, answer.tool_calls[call].name});
    append_tokens(tokens, ReplyToken::Kind::ToolArguments, call, answer.tool_calls[call].arguments);
  }
  completion.finish_reason = answer.finish_reason;
  if (completion.finish_reason.empty()) {
    completion.finish_reason = answer.tool_calls.empty() ? "stop" : "tool_calls";
  }
  if (request.tokens_max && *request.tokens_max < tokens.size() && !rule.ignore_max_tokens) {
    tokens.resize(static_cast<std::size_t>(*request.tokens_max));
    completion.finish_reason = "length";
  }
  return completion;
}

struct ReplyEvent {
  ReplyToken whole;  ///< Its tokens' text joined.
  std::size_t tokens = 0;
};

/// The tokens grouped into content events: at most so many of the same kind and call in one.
std::vector<ReplyEvent> grouped(const Completion& completion, std::size_t tokens_per_event) {
  std::vector<ReplyEvent> events;
  for (const ReplyToken& token : completion.tokens) {
    const bool joins = !events.empty() && events.back().tokens < tokens_per_event &&
                       events.back().whole.kind == token.kind &&
                       events.back().whole.call == token.call &&
                       token.kind != ReplyToken::Kind::ToolName;
    if (joins) {
      events.back().whole.text += token.text;
      ++events.back().tokens;
    } else {
      events.push_back({token, 1});
    }
  }
  return events;
}

base::Json tool_call_head(const Completion& completion, std::size_t call, std::string_view name) {
  return {{"id", fmt::format("call_{}_{}", completion.number, call)},
          {"type", "function"},
          {"function", {{"name", name}, {"arguments", ""}}}};
}

base::Json delta_of(const Completion& completion, const ReplyToken& event) {
  switch (event.kind) {
    case ReplyToken::Kind::Reasoning:
      return {{"reasoning_content", event.text}};
    case ReplyToken::Kind::Text:
      return {{"content", event.text}};
    case ReplyToken::Kind::ToolName: {
      base::Json call{{"index", event.call}};
      call.update(tool_call_head(completion, event.call, event.text));
      return {{"tool_calls", base::Json::array({std::move(call)})}};
    }
    case ReplyToken::Kind::ToolArguments: {
      base::Json call{{"index", event.call}, {"function", {{"arguments", event.text}}}};
      return {{"tool_calls", base::Json::array({std::move(call)})}};
    }
  }
  return base::Json::object();
}

base::Json message_of(const Completion& completion) {
  std::string reasoning;
  std::string text;
  base::Json calls = base::Json::array();
  for (const ReplyToken& token : completion.tokens) {
    switch (token.kind) {
      case ReplyToken::Kind::Reasoning:
        reasoning += token.text;
        break;
      case ReplyToken::Kind::Text:
        text += token.text;
        break;
      case ReplyToken::Kind::ToolName:
        calls.push_back(tool_call_head(completion, token.call, token.text));
        break;
      case ReplyToken::Kind::ToolArguments:
        calls.back()["function"]["arguments"].get_ref<std::string&>() += token.text;
        break;
    }
  }
  base::Json message{{"role", "assistant"}, {"content", text}};
  if (text.empty() && !calls.empty()) message["content"] = nullptr;
  if (!reasoning.empty()) message["reasoning_content"] = reasoning;
  if (!calls.empty()) message["tool_calls"] = std::move(calls);
  return message;
}

std::int64_t count_prompt_tokens(const TwinRequest& request) {
  std::size_t asked = 0;
  for (const std::string& text : request.texts) asked += split_tokens(text).size();
  return static_cast<std::int64_t>(asked);
}

base::Json usage_of(const ScriptedUsage& scripted, const Completion& completion,
                    const TwinRequest& request) {
  const auto reasoned = std::count_if(
      completion.tokens.begin(), completion.tokens.end(),
      [](const ReplyToken& token) { return token.kind == ReplyToken::Kind::Reasoning; });
  const std::int64_t prompt = scripted.prompt_tokens.value_or(count_prompt_tokens(request));
  const std::int64_t completed =
      scripted.completion_tokens.value_or(static_cast<std::int64_t>(completion.tokens.size()));
  const std::int64_t reasoning = scripted.reasoning_tokens.value_or(reasoned);
  base::Json usage{{"prompt_tokens", prompt},
                   {"completion_tokens", completed},
                   {"total_tokens", prompt + completed}};
  if (scripted.reasoning_tokens || reasoning > 0) {
    usage["completion_tokens_details"] = {{"reasoning_tokens", reasoning}};
  }
  if (scripted.cached_tokens) {
    usage["prompt_tokens_details"] = {{"cached_tokens", *scripted.cached_tokens}};
  }
  return usage;
}

/// Members that a whole completion and each chunk of a streamed one share.
base::Json envelope(const TwinScript& script, const Completion& completion, std::string_view object,
                    std::int64_t created) {
  return {{"id", "chatcmpl-twin-" + completion.number},
          {"object", object},
          {"created", created},
          {"model", script.model}};
}

std::string sse(const base::Json& chunk) {
  return fmt::format("data: {}\n\n", base::dump_json(chunk));
}

/// The chunks of one streamed completion.
class Chunks {
 public:
  explicit Chunks(base::Json shared) : shared_(std::move(shared)) {}

  base::Json with(base::Json delta, const base::Json& finish_reason = nullptr) const {
    base::Json choice{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", finish_reason}};
    base::Json chunk = shared_;
    chunk["choices"] = base::Json::array({std::move(choice)});
    return chunk;
  }
  base::Json with_usage(base::Json usage) const {
    base::Json chunk = shared_;
    chunk["choices"] = base::Json::array();
    chunk["usage"] = std::move(usage);
    return chunk;
  }

 private:
  base::Json shared_;
};

TwinReply head_of(const Rule& rule, std::string_view content_type) {
  TwinReply reply;
  reply.status = rule.status;
  reply.plan.first = rule.timing.first;
  reply.plan.closing = rule.timing.first;
  const std::string_view type = rule.content_type.empty() ? content_type : rule.content_type;
  reply.headers.emplace_back("Content-Type", std::string(type));
  reply.headers.insert(reply.headers.end(), rule.headers.begin(), rule.headers.end());
  return reply;
}

/// When the completion's last event is due, were it streamed.
base::Nanoseconds end_of(const Timing& timing, std::size_t events) {
  return events == 0 ? timing.first : timing.offset_of(events - 1);
}

TwinReply streamed(const TwinScript& script, const Rule& rule, const Completion& completion,
                   const TwinRequest& request, std::int64_t created) {
  TwinReply reply = head_of(rule, "text/event-stream");
  reply.streamed = true;
  const Chunks chunks(envelope(script, completion, "chat.completion.chunk", created));
  reply.opening = sse(chunks.with({{"role", "assistant"}, {"content", nullptr}}));
  for (const ReplyEvent& event : grouped(completion, rule.timing.tokens_per_event)) {
    reply.plan.events.push_back(rule.timing.offset_of(reply.events.size()));
    reply.events.push_back(sse(chunks.with(delta_of(completion, event.whole))));
    reply.event_tokens.push_back(static_cast<std::int64_t>(event.tokens));
  }
  reply.plan.closing = end_of(rule.timing, reply.events.size());
  base::Json last = chunks.with(base::Json::object(), completion.finish_reason);
  if (request.usage_in_stream && rule.usage.sent) {
    reply.closing = sse(last);
    last = chunks.with_usage(usage_of(rule.usage, completion, request));
  }
  last.update(rule.extra);
  reply.closing += sse(last) + "data: [DONE]\n\n";
  return reply;
}

TwinReply whole(const TwinScript& script, const Rule& rule, const Completion& completion,
                const TwinRequest& request, std::int64_t created) {
  TwinReply reply = head_of(rule, "application/json");
  base::Json body = envelope(script, completion, "chat.completion", created);
  base::Json choice{{"index", 0},
                    {"message", message_of(completion)},
                    {"finish_reason", completion.finish_reason}};
  body["choices"] = base::Json::array({std::move(choice)});
  if (rule.usage.sent) body["usage"] = usage_of(rule.usage, completion, request);
  body.update(rule.extra);
  reply.events = {base::dump_json(body)};
  reply.event_tokens = {static_cast<std::int64_t>(completion.tokens.size())};
  const std::size_t events = grouped(completion, rule.timing.tokens_per_event).size();
  reply.plan.closing = end_of(rule.timing, events);
  reply.plan.events = {reply.plan.closing};
  return reply;
}

std::string_view error_type(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    case 503:
      return "unavailable_error";
    default:
      return status < 500 ? "invalid_request_error" : "server_error";
  }
}

}  // namespace

base::Json error_json(int status, std::string_view message) {
  return {{"error", {{"message", message}, {"type", error_type(status)}, {"code", status}}}};
}

TwinReply build_reply(const TwinScript& script, const Rule& rule, const Answer& answer,
                      const TwinRequest& request, std::int64_t created) {
  if (rule.kind == Rule::Kind::Error) {
    TwinReply reply = head_of(rule, "application/json");
    std::string message = filled(answer.text, request);
    if (message.empty()) message = fmt::format("status {} by the twin's script", rule.status);
    base::Json body = error_json(rule.status, message);
    body["error"].update(rule.extra);
    reply.events = {base::dump_json(body)};
    reply.event_tokens = {0};
    reply.plan.events = {rule.timing.first};
    return reply;
  }
  const Completion completion = complete(rule, answer, request);
  TwinReply reply = request.stream ? streamed(script, rule, completion, request, created)
                                   : whole(script, rule, completion, request, created);
  reply.prompt_tokens = count_prompt_tokens(request);
  return reply;
}

TwinReply build_bytes(const Rule& rule) {
  TwinReply reply = head_of(rule, "application/json");
  reply.events = {rule.bytes};
  reply.event_tokens = {0};
  reply.plan.events = {rule.timing.first};
  return reply;
}

}  // namespace assay::endpoint
