#include "task/conversation.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "task/json_member.h"

namespace assay::task {
namespace {

const std::array<std::string, 5> kRoles{"system", "developer", "user", "assistant", "tool"};
constexpr std::string_view kRolesText = "system, developer, user, assistant or tool";

base::Status check_parts(const base::Json& parts, const std::string& key) {
  if (parts.empty()) return wrong_value(key, "at least one part", parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!base::string_member(parts[i], "type")) {
      return wrong_value(fmt::format("{}[{}]", key, i), "an object with a `type`", parts[i]);
    }
  }
  return base::Done{};
}

base::Status check_content(const base::Json& message, const std::string& role,
                           const std::string& key) {
  const base::Json* content = base::find_member(message, "content");
  // An assistant turn that calls tools says nothing beside them.
  const bool may_be_absent = role == "assistant" && message.contains("tool_calls");
  if (content == nullptr || content->is_null()) {
    if (may_be_absent) return base::Done{};
    return base::bad_input("expected the message's text, found nothing", "", key + ".content");
  }
  if (content->is_string()) return base::Done{};
  if (content->is_array()) return check_parts(*content, key + ".content");
  return wrong_value(key + ".content", "a string or a list of parts", *content);
}

base::Status check_message(const base::Json& message, const std::string& key) {
  if (!message.is_object()) return wrong_value(key, "an object with `role` and `content`", message);
  ASSAY_TRY(const std::string role, required_text(message, "role", key));
  if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end()) {
    return base::bad_input(
        fmt::format("expected {}, found {}", kRolesText, describe(message["role"])),
        did_you_mean(role, kRoles), key + ".role");
  }
  if (role == "tool" && !base::string_member(message, "tool_call_id")) {
    return base::bad_input("expected the id of the call that is answered, found none", "",
                           key + ".tool_call_id");
  }
  return check_content(message, role, key);
}

base::Status check_messages(const base::Json& messages) {
  if (!messages.is_array() || messages.empty()) {
    return wrong_value("messages", "a list with at least one message", messages);
  }
  for (std::size_t i = 0; i < messages.size(); ++i) {
    ASSAY_TRY_DONE(check_message(messages[i], fmt::format("messages[{}]", i)));
  }
  return base::Done{};
}

bool has_system(const base::Json& messages) {
  return std::any_of(messages.begin(), messages.end(), [](const base::Json& message) {
    const auto role = base::string_member(message, "role");
    return role == "system" || role == "developer";
  });
}

base::Result<base::Json> read_turns(const base::Json& case_object) {
  const base::Json* messages = base::find_member(case_object, "messages");
  const base::Json* prompt = base::find_member(case_object, "prompt");
  if ((messages == nullptr) == (prompt == nullptr)) {
    return base::bad_input(fmt::format("expected one of `prompt` and `messages`, found {}",
                                       prompt == nullptr ? "neither" : "both"),
                           "", prompt == nullptr ? "prompt" : "messages");
  }
  if (messages != nullptr) {
    ASSAY_TRY_DONE(check_messages(*messages));
    return *messages;
  }
  ASSAY_TRY(const std::string text, required_text(case_object, "prompt"));
  return base::Json::array({{{"role", "user"}, {"content", text}}});
}

base::Status check_tool(const base::Json& tool, const std::string& key,
                        std::set<std::string>& names) {
  const base::Json* function = base::find_member(tool, "function");
  if (base::string_member(tool, "type") != "function" || function == nullptr ||
      !function->is_object()) {
    return wrong_value(key, R"(an object {"type": "function", "function": {"name": …}})", tool);
  }
  ASSAY_TRY(const std::string name, required_text(*function, "name", key + ".function"));
  if (!names.insert(name).second) {
    return base::bad_input(fmt::format("expected a name of its own, found `{}` again", name), "",
                           key + ".function.name");
  }
  const base::Json* parameters = base::find_member(*function, "parameters");
  if (parameters != nullptr && !parameters->is_object()) {
    return wrong_value(key + ".function.parameters", "a JSON Schema object", *parameters);
  }
  return base::Done{};
}

}  // namespace

base::Result<base::Json> read_conversation(const base::Json& case_object,
                                           const std::string& default_system) {
  ASSAY_TRY(const base::Json turns, read_turns(case_object));
  std::string system;
  if (case_object.contains("system")) {
    ASSAY_TRY(system, required_text(case_object, "system"));
    if (has_system(turns)) {
      return base::bad_input("expected one system message, found another in `messages`",
                             "keep it in one of the two places", "system");
    }
  } else if (!has_system(turns)) {
    system = default_system;
  }
  if (system.empty()) return turns;
  base::Json messages = base::Json::array({{{"role", "system"}, {"content", system}}});
  messages.insert(messages.end(), turns.begin(), turns.end());
  return messages;
}

base::Result<std::vector<std::string>> read_follow_ups(const base::Json& case_object) {
  std::vector<std::string> texts;
  const base::Json* member = base::find_member(case_object, "follow_ups");
  if (member == nullptr) return texts;
  if (!member->is_array() || member->empty()) {
    return wrong_value("follow_ups", "a list with at least one user message", *member);
  }
  for (std::size_t i = 0; i < member->size(); ++i) {
    const base::Json& text = (*member)[i];
    if (!text.is_string() || text.get_ref<const std::string&>().empty()) {
      return wrong_value(fmt::format("follow_ups[{}]", i), "a string that is not empty", text);
    }
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

base::Result<base::Json> read_tools(const base::Json& case_object) {
  const base::Json* tools = base::find_member(case_object, "tools");
  if (tools == nullptr) return base::Json();
  if (!tools->is_array() || tools->empty()) {
    return wrong_value("tools", "a list with at least one tool", *tools);
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < tools->size(); ++i) {
    ASSAY_TRY_DONE(check_tool((*tools)[i], fmt::format("tools[{}]", i), names));
  }
  return *tools;
}

}  // namespace assay::task
