// tool_call: the calls a model made compared with the expected ones, by name and arguments.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "task/json_difference.h"
#include "task/json_member.h"
#include "task/scorer_families.h"
#include "task/scorer_option.h"
#include "task/wording.h"

namespace assay::task {
namespace {

const std::array<std::string, 2> kCallKeys{"name", "arguments"};

struct ExpectedCall {
  std::string name;
  std::optional<base::Json> arguments;  ///< None: any arguments will do.
};

struct ToolCallRule {
  std::vector<ExpectedCall> calls;  ///< Empty: no call may be made.
  bool any_order = false;
  JsonRule json;
};

/// The tools a case offers, by name.
std::vector<std::string> offered_tools(const Case& task_case) {
  std::vector<std::string> names;
  for (const base::Json& tool : task_case.tools) {
    const base::Json* function = base::find_member(tool, "function");
    const auto name = function == nullptr ? std::nullopt : base::string_member(*function, "name");
    if (name) names.push_back(*name);
  }
  return names;
}

base::Result<ExpectedCall> read_call(const base::Json& value, const std::string& key,
                                     const std::vector<std::string>& offered) {
  if (!value.is_object()) {
    return wrong_value(key, R"({"name", "arguments"}, a list of them, or null)", value);
  }
  ASSAY_TRY_DONE(reject_unknown_members(value, kCallKeys, key + ".", "an expected call"));
  ASSAY_TRY(const std::string name, required_text(value, "name", key));
  if (std::find(offered.begin(), offered.end(), name) == offered.end()) {
    return base::bad_input(
        fmt::format("expected one of the case's `tools`, found {}", describe(value["name"])),
        offered.empty() ? "add the tool to `tools`: the model cannot call what it is not offered"
                        : did_you_mean(name, offered),
        key + ".name");
  }
  ExpectedCall call{name, std::nullopt};
  if (const base::Json* arguments = base::find_member(value, "arguments")) {
    if (!arguments->is_object()) return wrong_value(key + ".arguments", "an object", *arguments);
    call.arguments = *arguments;
  }
  return call;
}

base::Result<std::vector<ExpectedCall>> read_calls(const Case& task_case) {
  std::vector<ExpectedCall> calls;
  const base::Json& expect = task_case.expect;
  if (expect.is_null()) return calls;
  const std::vector<std::string> offered = offered_tools(task_case);
  if (!expect.is_array()) {
    ASSAY_TRY(ExpectedCall call, read_call(expect, "expect", offered));
    return std::vector{std::move(call)};
  }
  if (expect.empty()) {
    base::Error failure = wrong_value("expect", "at least one call", expect);
    failure.hint = "write null when no tool may be called";
    return failure;
  }
  for (std::size_t i = 0; i < expect.size(); ++i) {
    ASSAY_TRY(ExpectedCall call, read_call(expect[i], fmt::format("expect[{}]", i), offered));
    calls.push_back(std::move(call));
  }
  return calls;
}

/// What is wrong with the call, or none.
std::optional<std::string> difference(const ExpectedCall& expected, const ReplyToolCall& found,
                                      const JsonRule& rule) {
  if (expected.name != found.name) {
    return fmt::format("expected a call of {}, found one of {}", expected.name,
                       found.name.empty() ? "a tool without a name" : in_quotes(found.name));
  }
  if (!expected.arguments) return std::nullopt;
  // Models leave the arguments of a tool without parameters empty.
  const std::string_view text = base::trim(found.arguments);
  const auto arguments = base::parse_json(text.empty() ? "{}" : text);
  if (!arguments.has_value()) {
    return fmt::format("expected arguments of {} in JSON, found {}", found.name,
                       in_quotes(found.arguments));
  }
  const auto unequal = json_difference(*expected.arguments, *arguments, rule);
  return unequal ? std::optional(fmt::format("{}: {}", expected.name, *unequal)) : std::nullopt;
}

/// "weather, alarm", of expected calls or of a reply's.
template <typename Call>
std::string names_of(const std::vector<Call>& calls) {
  constexpr std::size_t kColumns = 60;
  std::string names;
  for (const Call& call : calls) {
    if (!names.empty()) names += ", ";
    names += call.name;
    if (names.size() > kColumns) break;
  }
  return one_line(names, kColumns);
}

/// Gives every expected call a reply's call of its own, by Kuhn's augmenting paths: one that takes
/// any arguments must not keep the only match of a stricter one.
class Assignment {
 public:
  Assignment(const ToolCallRule& rule, const std::vector<ReplyToolCall>& found)
      : rule_(rule), found_(found), owner_(found.size(), kNone) {}

  /// The first expected call that no call is left for, or none.
  std::optional<std::size_t> first_unmatched() {
    for (std::size_t i = 0; i < rule_.calls.size(); ++i) {
      std::vector<bool> tried(found_.size(), false);
      if (!place(i, tried)) return i;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  bool place(std::size_t expected, std::vector<bool>& tried) {
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (tried[i] || difference(rule_.calls[expected], found_[i], rule_.json)) continue;
      tried[i] = true;
      if (owner_[i] == kNone || place(owner_[i], tried)) {
        owner_[i] = expected;
        return true;
      }
    }
    return false;
  }

  const ToolCallRule& rule_;
  const std::vector<ReplyToolCall>& found_;
  std::vector<std::size_t> owner_;  ///< Which expected call has it.
};

Score score_in_any_order(const ToolCallRule& rule, const std::vector<ReplyToolCall>& found) {
  if (const auto unmatched = Assignment(rule, found).first_unmatched()) {
    return pass_or_fail(false,
                        fmt::format("a call of {} with its arguments", rule.calls[*unmatched].name),
                        names_of(found));
  }
  return pass_or_fail(true, names_of(rule.calls), names_of(found));
}

base::Result<Score> score_tool_calls(const ToolCallRule& rule, const Reply& reply) {
  const auto& found = reply.tool_calls;
  for (const ReplyToolCall& call : found) {
    ASSAY_TRY_DONE(refuse_large_json(call.arguments, "the arguments of a tool call"));
  }
  if (rule.calls.empty()) {
    return pass_or_fail(found.empty(), "no tool call", found.empty() ? "none" : names_of(found));
  }
  if (found.empty()) {
    return pass_or_fail(false, "a call of " + names_of(rule.calls),
                        "no tool call but " + in_quotes(reply.text));
  }
  if (found.size() != rule.calls.size()) {
    return pass_or_fail(
        false, fmt::format("{} tool call{}", rule.calls.size(), rule.calls.size() == 1 ? "" : "s"),
        fmt::format("{}: {}", found.size(), names_of(found)));
  }
  if (rule.any_order) return score_in_any_order(rule, found);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (auto wrong = difference(rule.calls[i], found[i], rule.json)) return Score{0, *wrong};
  }
  return pass_or_fail(true, names_of(rule.calls), names_of(found));
}

}  // namespace

base::Result<Scorer> make_tool_call(const Case& task_case) {
  ToolCallRule rule;
  ASSAY_TRY(rule.calls, read_calls(task_case));
  ASSAY_TRY(rule.any_order, flag_option(task_case, "any_order", false));
  ASSAY_TRY(rule.json.lenient, flag_option(task_case, "lenient", false));
  return Scorer([rule](const Reply& reply) { return score_tool_calls(rule, reply); });
}

}  // namespace assay::task
