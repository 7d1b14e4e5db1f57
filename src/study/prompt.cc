#include "study/prompt.h"

#include <algorithm>

namespace assay::study {
namespace {

using base::Json;

constexpr const char* kReasoning = "reasoning_content";

bool has_system(const Json& messages) {
  return std::any_of(messages.begin(), messages.end(), [](const Json& message) {
    const auto role = base::string_member(message, "role");
    return role == "system" || role == "developer";
  });
}

std::string filled(const std::string& user, const std::string& question) {
  std::string text = user;
  return text.replace(text.find(kPromptMark), kPromptMark.size(), question);
}

/// Puts `user` around the message's text.
void wrap(const std::string& user, Json& message) {
  Json& content = message["content"];
  if (content.is_string()) {
    content = filled(user, content.get<std::string>());
    return;
  }
  if (!content.is_array()) return;
  for (Json& part : content) {
    const auto text = base::string_member(part, "text");
    if (!text) continue;
    part["text"] = filled(user, *text);
    return;
  }
}

Json tool_calls_json(const std::vector<endpoint::ToolCall>& calls) {
  Json list = Json::array();
  for (const endpoint::ToolCall& call : calls) {
    // Servers parse the arguments of earlier calls and refuse a request in which they cannot.
    const bool is_json = base::parse_json(call.arguments).has_value();
    list.push_back(
        {{"id", call.id},
         {"type", "function"},
         {"function", {{"name", call.name}, {"arguments", is_json ? call.arguments : "{}"}}}});
  }
  return list;
}

}  // namespace

Json opening_messages(const Cell& cell, const task::Case& canary) {
  Json messages = Json::array();
  const std::string& system = cell.prompt.system.empty() ? cell.system_prompt : cell.prompt.system;
  if (!system.empty() && !has_system(canary.messages)) {
    messages.push_back({{"role", "system"}, {"content", system}});
  }
  for (const Json& message : canary.messages) messages.push_back(message);
  if (!cell.prompt.user.empty()) {
    const auto last = std::find_if(messages.rbegin(), messages.rend(), [](const Json& message) {
      return base::string_member(message, "role") == "user";
    });
    if (last != messages.rend()) wrap(cell.prompt.user, *last);
  }
  if (cell.echo_reasoning == false) {
    for (Json& message : messages) message.erase(kReasoning);
  }
  return messages;
}

void append_turn(const Cell& cell, const endpoint::ChatReply& reply, const std::string& next,
                 Json& messages) {
  Json answer = {{"role", "assistant"}, {"content", reply.text}};
  if (cell.echo_reasoning == true && !reply.reasoning.empty()) {
    answer[kReasoning] = reply.reasoning;
  }
  if (!reply.tool_calls.empty()) answer["tool_calls"] = tool_calls_json(reply.tool_calls);
  messages.push_back(std::move(answer));
  for (const endpoint::ToolCall& call : reply.tool_calls) {
    messages.push_back({{"role", "tool"}, {"tool_call_id", call.id}, {"content", ""}});
  }
  messages.push_back({{"role", "user"}, {"content", next}});
}

Json prompt_json(const PromptTemplate& prompt) {
  Json json = Json::object();
  if (!prompt.system.empty()) json["system"] = prompt.system;
  if (!prompt.user.empty()) json["user"] = prompt.user;
  return json;
}

}  // namespace assay::study
