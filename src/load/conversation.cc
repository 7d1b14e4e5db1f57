#include "load/conversation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"

namespace assay::load {
namespace {

using base::Result;

constexpr std::size_t kDistinctClosed = 1'000;
constexpr std::uint64_t kCasesBytesMost = std::uint64_t{1} << 30U;
constexpr std::uint64_t kSettingsBytesMost = std::uint64_t{16} << 20U;
constexpr std::uint64_t kLengthsSeed = 0x6c656e67746873;  ///< Lengths apart from words.

std::int64_t draw(const TokenRange& range, base::Random& random) {
  const auto width = static_cast<std::uint64_t>(range.high - range.low) + 1;
  return range.low + static_cast<std::int64_t>(random.below(width));
}

base::Json message(std::string_view role, const std::string& content) {
  base::Json made = base::Json::object();
  made["role"] = role;
  made["content"] = content;
  return made;
}

Result<Conversation> case_of(const base::Json& line, const std::string& place) {
  Conversation conversation;
  const base::Json* messages = base::find_member(line, "messages");
  const base::Json* turns = base::find_member(line, "turns");
  const auto prompt = base::string_member(line, "prompt");
  const int kinds = (messages == nullptr ? 0 : 1) + (turns == nullptr ? 0 : 1) + (prompt ? 1 : 0);
  const auto refused = [&](std::string message) {
    return base::bad_input(std::move(message),
                           R"(for example {"prompt": "Hello"} or {"turns": ["Hello", "Why?"]})",
                           place);
  };
  if (kinds != 1) {
    return refused("expected an object with one of `prompt`, `messages` and `turns`");
  }
  if (const auto system = base::string_member(line, "system")) {
    conversation.opening.push_back(message("system", *system));
  }
  if (prompt) conversation.turns.push_back(*prompt);
  if (messages != nullptr) {
    if (!messages->is_array() || messages->empty()) {
      return refused("expected `messages` to be a list of some");
    }
    for (const base::Json& one : *messages) conversation.opening.push_back(one);
  }
  if (turns != nullptr) {
    const bool are_texts = turns->is_array() && !turns->empty() &&
                           std::all_of(turns->begin(), turns->end(),
                                       [](const auto& turn) { return turn.is_string(); });
    if (!are_texts) return refused("expected `turns` to be a list of texts");
    for (const base::Json& turn : *turns) {
      conversation.turns.push_back(turn.get_ref<const std::string&>());
    }
  }
  if (const base::Json* tools = base::find_member(line, "tools")) {
    conversation.settings["tools"] = *tools;
  }
  if (const base::Json* settings = base::find_member(line, "settings")) {
    if (!settings->is_object()) return refused("expected `settings` to be an object");
    conversation.settings.update(*settings);
  }
  conversation.output_tokens = base::integer_member(line, "output_tokens").value_or(0);
  return conversation;
}

Result<std::vector<Conversation>> read_cases(const std::filesystem::path& file) {
  ASSAY_TRY(const std::string text, base::read_file(file, kCasesBytesMost));
  std::vector<Conversation> conversations;
  std::size_t number = 0;
  for (const std::string_view line : base::split_lines(text)) {
    ++number;
    if (base::trim(line).empty()) continue;
    const std::string place = fmt::format("{}:{}", file.string(), number);
    auto parsed = base::parse_json(line);
    if (!parsed.has_value()) return std::move(parsed).error().in(place);
    ASSAY_TRY(Conversation conversation, case_of(*parsed, place));
    conversations.push_back(std::move(conversation));
  }
  if (!conversations.empty()) return conversations;
  return base::bad_input("expected a case a line, found none", R"(for example {"prompt": "Hello"})",
                         file.string());
}

/// Fixed prompts: as turns of one conversation each, beginning with each prompt once.
std::vector<Conversation> of_prompts(const Work& work) {
  std::vector<Conversation> conversations;
  for (std::size_t i = 0; i < work.prompts.size(); ++i) {
    Conversation conversation;
    for (std::int64_t turn = 0; turn < work.turns; ++turn) {
      conversation.turns.push_back(
          work.prompts[(i + static_cast<std::size_t>(turn)) % work.prompts.size()]);
    }
    conversations.push_back(std::move(conversation));
  }
  return conversations;
}

Result<std::vector<Conversation>> synthetic(const Scenario& scenario,
                                            std::span<const TraceRequest> trace,
                                            std::size_t distinct, const CountTokens& count_tokens,
                                            const OnPrompt& on_prompt) {
  const Work& work = scenario.work;
  const auto turns = static_cast<std::size_t>(work.turns);
  SyntheticPlan plan;
  plan.prefix_tokens = work.shared_prefix_tokens;
  plan.seed = scenario.seed;
  base::Random random(scenario.seed ^ kLengthsSeed);
  for (std::size_t i = 0; i < distinct * turns; ++i) {
    plan.tokens.push_back(trace.empty() ? draw(work.input_tokens, random)
                                        : trace[i / turns].input_tokens);
  }
  ASSAY_TRY(const auto prompts, make_synthetic_prompts(plan, count_tokens, on_prompt));
  std::vector<Conversation> conversations(distinct);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    conversations[i / turns].turns.push_back(prompts[i].text);
  }
  return conversations;
}

/// Every body's settings: those of the file, then the scenario's own.
Result<base::Json> common_settings(const Work& work) {
  if (work.settings_file.empty()) return work.settings;
  const std::string place = work.settings_file.string();
  ASSAY_TRY(const std::string text, base::read_file(work.settings_file, kSettingsBytesMost));
  auto settings = base::parse_json(text);
  if (!settings.has_value()) return std::move(settings).error().in(place);
  if (!settings->is_object()) {
    return base::bad_input("expected a JSON object with members of a request's body",
                           R"(for example {"temperature": 0.5, "tools": [...]})", place);
  }
  settings->update(work.settings);
  return std::move(*settings);
}

}  // namespace

std::size_t distinct_conversations(const Work& work, std::size_t planned) {
  if (!work.prompts.empty()) return work.prompts.size();
  const std::size_t held = planned == 0 ? kDistinctClosed : planned;
  const std::int64_t most = work.distinct > 0 ? work.distinct : kDistinctMost;
  return std::max<std::size_t>(1, std::min(held, static_cast<std::size_t>(most)));
}

Result<std::vector<Conversation>> make_conversations(const Scenario& scenario,
                                                     std::span<const TraceRequest> trace,
                                                     std::size_t planned,
                                                     const CountTokens& count_tokens,
                                                     const OnPrompt& on_prompt) {
  const Work& work = scenario.work;
  std::vector<Conversation> conversations;
  if (!work.prompts.empty()) {
    conversations = of_prompts(work);
  } else if (!work.cases.empty()) {
    ASSAY_TRY(conversations, read_cases(work.cases));
  } else {
    const std::size_t distinct =
        trace.empty() ? distinct_conversations(work, planned) : trace.size();
    ASSAY_TRY(conversations, synthetic(scenario, trace, distinct, count_tokens, on_prompt));
  }
  ASSAY_TRY(const base::Json common, common_settings(work));
  base::Random random(scenario.seed ^ ~kLengthsSeed);
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    Conversation& conversation = conversations[i];
    base::Json settings = common;
    settings.update(conversation.settings);
    conversation.settings = std::move(settings);
    if (!trace.empty() && trace[i].output_tokens > 0) {
      conversation.output_tokens = trace[i].output_tokens;
    }
    if (conversation.output_tokens == 0 && work.output_tokens.low > 0) {
      conversation.output_tokens = draw(work.output_tokens, random);
    }
  }
  return conversations;
}

base::Json messages_of(const Conversation& conversation, std::size_t turn,
                       std::span<const std::string> replies) {
  ASSAY_CHECK(turn < conversation.requests() && replies.size() >= turn,
              "a turn follows the replies to those before it");
  base::Json messages = conversation.opening;
  if (conversation.turns.empty()) return messages;
  for (std::size_t i = 0; i <= turn; ++i) {
    messages.push_back(message("user", conversation.turns[i]));
    if (i < turn) messages.push_back(message("assistant", replies[i]));
  }
  return messages;
}

base::Json settings_of(const Conversation& conversation, const Work& work) {
  base::Json settings = conversation.settings;
  if (conversation.output_tokens > 0) settings["max_tokens"] = conversation.output_tokens;
  if (work.ignores_end) settings["ignore_eos"] = true;
  return settings;
}

}  // namespace assay::load
