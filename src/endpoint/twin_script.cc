#include "endpoint/twin_script.h"

#include <fmt/core.h>

#include <cmath>
#include <memory>

#include "base/text.h"
#include "endpoint/twin.h"
#include "endpoint/twin_table.h"

namespace assay::endpoint {
namespace {

constexpr std::int64_t kNoLimit = INT64_MAX;
/// A day: longer waits are a slip of the unit.
constexpr double kWaitMsMax = 86'400'000;

const std::vector<std::string> kRuleKeys{
    "name",          "match",        "reply", "replies",           "reasoning", "tool_calls",
    "finish_reason", "usage",        "extra", "ignore_max_tokens", "status",    "headers",
    "body",          "content_type", "raw",   "first_token_ms",    "token_ms",  "tokens_per_event",
    "cut_after",     "reset",        "hang",  "hang_after"};

base::Result<std::optional<base::Nanoseconds>> read_ms(const TwinTable& table,
                                                       std::string_view key) {
  ASSAY_TRY(const auto ms, table.number(key));
  if (!ms) return std::optional<base::Nanoseconds>();
  if (!(*ms >= 0 && *ms <= kWaitMsMax)) {
    return table.mismatch(key, "milliseconds from 0 to 86400000");
  }
  return std::optional(base::Nanoseconds(std::llround(*ms * 1e6)));
}

base::Result<std::vector<base::Nanoseconds>> read_gaps(const TwinTable& table,
                                                       std::string_view key) {
  std::vector<base::Nanoseconds> gaps;
  for (const toml::node& item : *table.raw().get_as<toml::array>(key)) {
    const auto ms = item.is_number() ? item.value<double>() : std::nullopt;
    if (!ms || !(*ms >= 0 && *ms <= kWaitMsMax)) {
      return table.mismatch(key, "a list of milliseconds from 0 to 86400000");
    }
    gaps.emplace_back(std::llround(*ms * 1e6));
  }
  return gaps;
}

/// The table's timing, where it says nothing the `inherited` one.
base::Result<Timing> read_timing(const TwinTable& table, const Timing& inherited) {
  Timing timing = inherited;
  ASSAY_TRY(const auto first, read_ms(table, "first_token_ms"));
  if (first) timing.first = *first;
  if (table.raw()["token_ms"].is_array()) {
    ASSAY_TRY(timing.gaps, read_gaps(table, "token_ms"));
  } else {
    ASSAY_TRY(const auto gap, read_ms(table, "token_ms"));
    if (gap) timing.gaps = {*gap};
  }
  ASSAY_TRY(const auto tokens, table.integer("tokens_per_event", 1, kNoLimit));
  if (tokens) timing.tokens_per_event = static_cast<std::size_t>(*tokens);
  return timing;
}

base::Result<FieldCondition> read_condition(const TwinTable& fields, std::string_view path) {
  FieldCondition condition;
  condition.path = path;
  const toml::node& node = *fields.raw().get(path);
  if (!node.is_table()) {
    condition.equals = to_json(node);
    return condition;
  }
  ASSAY_TRY(const auto table, fields.table(path));
  if (auto known = table->allow_only({"equals", "above", "below", "contains", "present", "absent"});
      !known) {
    base::Error error = std::move(known).error();
    error.hint += fmt::format("; the path of a nested field is quoted: \"{}.name\"", path);
    return error;
  }
  if (table->has("equals")) condition.equals = to_json(*table->raw().get("equals"));
  ASSAY_TRY(condition.above, table->number("above"));
  ASSAY_TRY(condition.below, table->number("below"));
  ASSAY_TRY(condition.contains, table->text("contains"));
  ASSAY_TRY(condition.present, table->boolean("present"));
  ASSAY_TRY(const auto absent, table->boolean("absent"));
  if (absent) condition.present = !*absent;
  return condition;
}

base::Result<RuleMatch> read_match(const TwinTable& rule) {
  RuleMatch match;
  ASSAY_TRY(const auto table, rule.table("match"));
  if (!table) return match;
  ASSAY_TRY_DONE(table->allow_only({"path", "contains", "any_contains", "turn", "field", "times"}));
  ASSAY_TRY(const auto path, table->text("path"));
  if (path) match.path = *path;
  if (!match.path.starts_with('/')) return table->mismatch("path", "a path that starts with /");
  ASSAY_TRY(match.contains, table->texts("contains"));
  ASSAY_TRY(match.any_contains, table->texts("any_contains"));
  ASSAY_TRY(match.turn, table->integer("turn", 0, kNoLimit));
  ASSAY_TRY(const auto times, table->integer("times", 1, kNoLimit));
  if (times) match.times = static_cast<std::uint64_t>(*times);
  ASSAY_TRY(const auto fields, table->table("field"));
  if (!fields) return match;
  for (const auto& [key, value] : fields->raw()) {
    ASSAY_TRY(auto condition, read_condition(*fields, key.str()));
    match.fields.push_back(std::move(condition));
  }
  return match;
}

base::Result<std::vector<ScriptedToolCall>> read_tool_calls(const TwinTable& answer) {
  std::vector<ScriptedToolCall> calls;
  ASSAY_TRY(const auto tables, answer.tables("tool_calls"));
  for (const TwinTable& table : tables) {
    ASSAY_TRY_DONE(table.allow_only({"name", "arguments"}));
    ASSAY_TRY(auto name, table.text("name"));
    if (!name) return table.problem("expected a `name`, found none");
    ScriptedToolCall call{std::move(*name), "{}"};
    if (const toml::node* arguments = table.raw().get("arguments")) {
      if (!arguments->is_table() && !arguments->is_string()) {
        return table.mismatch("arguments", "a table, or a string that is sent as it is");
      }
      call.arguments = arguments->is_string() ? arguments->as_string()->get()
                                              : base::dump_json(to_json(*arguments));
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

/// What a table says of an answer; where it says nothing, the `inherited` one's.
base::Result<Answer> read_answer(const TwinTable& table, std::string_view text_key,
                                 const Answer& inherited) {
  Answer answer = inherited;
  ASSAY_TRY(auto text, table.text(text_key));
  if (text) answer.text = std::move(*text);
  ASSAY_TRY(auto reasoning, table.text("reasoning"));
  if (reasoning) answer.reasoning = std::move(*reasoning);
  if (table.has("tool_calls")) {
    ASSAY_TRY(answer.tool_calls, read_tool_calls(table));
  }
  ASSAY_TRY(auto finish_reason, table.text("finish_reason"));
  if (finish_reason) answer.finish_reason = std::move(*finish_reason);
  return answer;
}

base::Result<std::vector<Answer>> read_answers(const TwinTable& rule) {
  ASSAY_TRY(const Answer only, read_answer(rule, "reply", Answer{}));
  if (!rule.has("replies")) return std::vector<Answer>{only};
  ASSAY_TRY(const auto tables, rule.tables("replies"));
  std::vector<Answer> answers;
  double total = 0;
  for (const TwinTable& table : tables) {
    ASSAY_TRY_DONE(
        table.allow_only({"text", "weight", "reasoning", "tool_calls", "finish_reason"}));
    ASSAY_TRY(Answer answer, read_answer(table, "text", only));
    ASSAY_TRY(const auto weight, table.number("weight"));
    if (weight) answer.weight = *weight;
    if (!(answer.weight >= 0 && std::isfinite(answer.weight))) {
      return table.mismatch("weight", "a weight of at least 0");
    }
    total += answer.weight;
    answers.push_back(std::move(answer));
  }
  if (!(total > 0)) return rule.problem("expected `replies` with a weight above 0, found none");
  return answers;
}

base::Result<ScriptedUsage> read_usage(const TwinTable& rule) {
  ScriptedUsage usage;
  if (rule.raw()["usage"].is_boolean()) {
    usage.sent = rule.raw()["usage"].as_boolean()->get();
    return usage;
  }
  ASSAY_TRY(const auto table, rule.table("usage"));
  if (!table) return usage;
  ASSAY_TRY_DONE(table->allow_only(
      {"prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens"}));
  ASSAY_TRY(usage.prompt_tokens, table->integer("prompt_tokens", 0, kNoLimit));
  ASSAY_TRY(usage.completion_tokens, table->integer("completion_tokens", 0, kNoLimit));
  ASSAY_TRY(usage.reasoning_tokens, table->integer("reasoning_tokens", 0, kNoLimit));
  ASSAY_TRY(usage.cached_tokens, table->integer("cached_tokens", 0, kNoLimit));
  return usage;
}

base::Result<net::Headers> read_headers(const TwinTable& rule) {
  net::Headers headers;
  ASSAY_TRY(const auto table, rule.table("headers"));
  if (!table) return headers;
  for (const auto& [key, value] : table->raw()) {
    ASSAY_TRY(auto text, table->text(key.str()));
    if (text->find_first_of("\r\n") != std::string::npos || key.str().empty() ||
        key.str().find_first_of(": \r\n") != std::string_view::npos) {
      return table->mismatch(key.str(), "a header of one line");
    }
    headers.emplace_back(std::string(key.str()), std::move(*text));
  }
  return headers;
}

base::Result<Ending> read_ending(const TwinTable& rule) {
  Ending ending;
  ASSAY_TRY(const auto cut_after, rule.integer("cut_after", 0, kNoLimit));
  ASSAY_TRY(const auto reset, rule.boolean("reset"));
  ASSAY_TRY(const auto hang, rule.boolean("hang"));
  ASSAY_TRY(const auto hang_after, rule.integer("hang_after", 0, kNoLimit));
  const bool cuts = cut_after || reset.value_or(false);
  const bool hangs = hang_after || hang.value_or(false);
  if (cuts && hangs) {
    return rule.problem("expected either cut_after/reset or hang/hang_after, found both");
  }
  if (cuts) ending.kind = Ending::Kind::Cut;
  if (hangs) ending.kind = Ending::Kind::Hang;
  ending.reset = reset.value_or(false);
  const auto& events = cuts ? cut_after : hang_after;
  if (events) ending.events = static_cast<std::size_t>(*events);
  return ending;
}

/// Which kind of rule it is, with what only that kind has. `rule.status` is already read.
base::Status read_content(const TwinTable& table, Rule& rule) {
  ASSAY_TRY(auto raw, table.text("raw"));
  ASSAY_TRY(auto body, table.text("body"));
  const bool chats = table.has("reply") || table.has("replies") || table.has("reasoning") ||
                     table.has("tool_calls");
  if (int{raw.has_value()} + int{body.has_value()} + int{chats} > 1 ||
      (table.has("reply") && table.has("replies"))) {
    return table.problem("expected one of reply, replies, body and raw, found several");
  }
  if (!raw && !body && !chats && !table.has("status") &&
      rule.ending.kind == Ending::Kind::Complete) {
    return table.problem("expected an answer, found none",
                         "give the rule a reply, replies, tool_calls, body, raw or status");
  }
  if (raw || body) {
    rule.kind = raw ? Rule::Kind::Raw : Rule::Kind::Body;
    rule.bytes = std::move(raw ? *raw : *body);
    return base::Done{};
  }
  rule.kind = rule.status >= 400 ? Rule::Kind::Error : Rule::Kind::Chat;
  ASSAY_TRY(rule.answers, read_answers(table));
  return base::Done{};
}

base::Result<Rule> read_rule(const TwinTable& table, const Timing& inherited) {
  ASSAY_TRY_DONE(table.allow_only(kRuleKeys));
  Rule rule;
  ASSAY_TRY(auto name, table.text("name"));
  rule.name = name.value_or(table.name());
  ASSAY_TRY(rule.match, read_match(table));
  ASSAY_TRY(const auto status, table.integer("status", 200, 599));
  rule.status = static_cast<int>(status.value_or(200));
  ASSAY_TRY(rule.headers, read_headers(table));
  ASSAY_TRY(auto content_type, table.text("content_type"));
  rule.content_type = content_type.value_or("");
  ASSAY_TRY(rule.timing, read_timing(table, inherited));
  ASSAY_TRY(rule.usage, read_usage(table));
  ASSAY_TRY(const auto extra, table.table("extra"));
  if (extra) rule.extra = to_json(extra->raw());
  ASSAY_TRY(const auto ignore_max_tokens, table.boolean("ignore_max_tokens"));
  rule.ignore_max_tokens = ignore_max_tokens.value_or(false);
  ASSAY_TRY(rule.ending, read_ending(table));
  ASSAY_TRY_DONE(read_content(table, rule));
  return rule;
}

/// Reads [twin] into the script; gives the timing that rules inherit.
base::Result<Timing> read_head(const TwinTable& whole, TwinScript& script) {
  ASSAY_TRY(const auto table, whole.table("twin"));
  if (!table) return Timing{};
  ASSAY_TRY_DONE(table->allow_only(
      {"model", "seed", "first_token_ms", "token_ms", "tokens_per_event", "slots"}));
  ASSAY_TRY(auto model, table->text("model"));
  if (model) script.model = std::move(*model);
  ASSAY_TRY(const auto seed, table->integer("seed", 0, kNoLimit));
  if (seed) script.seed = static_cast<std::uint64_t>(*seed);
  ASSAY_TRY(const auto slots, table->integer("slots", 1, kNoLimit));
  if (slots) script.slots = static_cast<std::size_t>(*slots);
  return read_timing(*table, Timing{});
}

base::Status read_metrics(const TwinTable& whole, TwinScript& script) {
  ASSAY_TRY(const auto table, whole.table("metrics"));
  if (!table) return base::Done{};
  ASSAY_TRY_DONE(table->allow_only({"tokens_factor"}));
  ASSAY_TRY(const auto factor, table->number("tokens_factor"));
  if (factor && !(*factor >= 0 && std::isfinite(*factor))) {
    return table->mismatch("tokens_factor", "a number of at least 0");
  }
  script.metrics_tokens_factor = factor.value_or(1);
  return base::Done{};
}

base::Result<std::optional<Stall>> read_stall(const TwinTable& whole) {
  ASSAY_TRY(const auto table, whole.table("stall"));
  if (!table) return std::optional<Stall>();
  ASSAY_TRY_DONE(table->allow_only({"every_ms", "for_ms", "first_ms"}));
  ASSAY_TRY(const auto first, read_ms(*table, "first_ms"));
  ASSAY_TRY(const auto length, read_ms(*table, "for_ms"));
  ASSAY_TRY(const auto every, read_ms(*table, "every_ms"));
  if (!length) return table->problem("expected `for_ms`, how long a stall is, found none");
  if (*length <= base::Nanoseconds(0)) return table->mismatch("for_ms", "milliseconds above 0");
  if (every && *every <= *length) {
    return table->mismatch("every_ms", "more milliseconds than for_ms");
  }
  // Without a word on the first, one interval passes before it.
  const base::Nanoseconds begins = first.value_or(every.value_or(base::Nanoseconds(0)));
  return std::optional(Stall{begins, *length, every.value_or(kNoMoreStalls)});
}

}  // namespace

base::Result<std::shared_ptr<const TwinScript>> parse_twin_script(std::string_view toml,
                                                                  std::string_view source) {
  auto parsed = base::parse_toml(toml, source);
  if (!parsed) {
    base::Error error = std::move(parsed).error();
    error.hint = "see docs/reference/twin-script.md for the format";
    return error;
  }
  const TwinTable whole(*parsed, "", source);
  ASSAY_TRY_DONE(whole.allow_only({"twin", "props", "stall", "metrics", "rule"}));
  auto script = std::make_shared<TwinScript>();
  ASSAY_TRY(const Timing inherited, read_head(whole, *script));
  ASSAY_TRY(const auto props, whole.table("props"));
  if (props) script->props = to_json(props->raw());
  ASSAY_TRY(script->stall, read_stall(whole));
  ASSAY_TRY_DONE(read_metrics(whole, *script));
  ASSAY_TRY(const auto rules, whole.tables("rule"));
  for (const TwinTable& table : rules) {
    ASSAY_TRY(Rule rule, read_rule(table, inherited));
    script->rules.push_back(std::move(rule));
  }
  return std::shared_ptr<const TwinScript>(std::move(script));
}

}  // namespace assay::endpoint
