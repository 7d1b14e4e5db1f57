// The part of a scenario that says what is sent.
#include <fmt/format.h>

#include <sstream>

#include "load/scenario_reader.h"

namespace assay::load {
namespace {

using base::Done;
using base::Result;
using base::Status;

Status read_prompts(const TableReader& reader, Work& work) {
  const toml::node* node = reader.node("prompt");
  if (node == nullptr) return Done{};
  const auto* array = node->as_array();
  if (array == nullptr) {
    ASSAY_TRY(std::string prompt, base::toml_text(reader.source(), *node, "[work] prompt"));
    work.prompts.push_back(std::move(prompt));
    return Done{};
  }
  for (const toml::node& item : *array) {
    ASSAY_TRY(std::string prompt, base::toml_text(reader.source(), item, "[work] prompt"));
    work.prompts.push_back(std::move(prompt));
  }
  if (work.prompts.empty()) {
    return base::toml_mismatch(reader.source(), *node, "[work] prompt",
                               "a prompt or a list of some");
  }
  return Done{};
}

/// `think = "2 s"`, or two times for anything between them.
Status read_think(const TableReader& reader, Work& work) {
  const toml::node* node = reader.node("think");
  if (node == nullptr) return Done{};
  const auto* pair = node->as_array();
  if (pair == nullptr) {
    ASSAY_TRY_DONE(reader.duration("think", work.think_low_s));
    work.think_high_s = work.think_low_s;
    return Done{};
  }
  const auto seconds = [&](std::size_t i) {
    const auto* text = i < pair->size() ? pair->get(i)->as_string() : nullptr;
    return text == nullptr ? std::nullopt : base::parse_duration_s(text->get());
  };
  const auto low = seconds(0);
  const auto high = seconds(1);
  if (pair->size() != 2 || !low || !high || *low > *high) {
    return base::toml_mismatch(reader.source(), *node, "[work] think",
                               "a time such as \"2 s\", or two, [\"1 s\", \"3 s\"]");
  }
  work.think_low_s = *low;
  work.think_high_s = *high;
  return Done{};
}

/// What the request's body gets besides; TOML values become the JSON of the same meaning.
Status read_settings(const TableReader& reader, const std::filesystem::path& folder, Work& work) {
  std::string file;
  ASSAY_TRY_DONE(reader.text("settings_file", file));
  if (!file.empty()) work.settings_file = folder / file;
  const toml::node* node = reader.node("settings");
  if (node == nullptr) return Done{};
  if (!node->is_table()) {
    return base::toml_mismatch(reader.source(), *node, "[work] settings", "a table");
  }
  std::ostringstream text;
  text << toml::json_formatter(*node->as_table());
  const base::Json parsed = base::Json::parse(text.str(), nullptr, false);
  if (!parsed.is_object()) {
    return base::toml_mismatch(reader.source(), *node, "[work.settings]",
                               "values that a request's body can have");
  }
  work.settings = parsed;
  return Done{};
}

Status check_kinds(const TableReader& reader, const Scenario& scenario) {
  const Work& work = scenario.work;
  const int kinds = (work.prompts.empty() ? 0 : 1) + (work.cases.empty() ? 0 : 1) +
                    (work.input_tokens.low > 0 ? 1 : 0);
  if (scenario.replay) {
    if (kinds == 0) return Done{};
    return base::bad_input(
        "[work] has prompts, but [replay] takes them and their lengths from its trace",
        "leave out `prompt`, `cases` and `input_tokens`", reader.place());
  }
  if (kinds == 1) return Done{};
  return base::bad_input(
      fmt::format("[work] needs exactly one of `prompt`, `cases` and `input_tokens`, found {}",
                  kinds),
      "prompt: fixed texts; cases: a file; input_tokens: synthetic prompts of that length",
      reader.place());
}

Status check_work(const TableReader& reader, const Scenario& scenario) {
  ASSAY_TRY_DONE(check_kinds(reader, scenario));
  const Work& work = scenario.work;
  if (work.shared_prefix_tokens > 0 && work.shared_prefix_tokens >= work.input_tokens.low) {
    return base::bad_input(fmt::format("[work] shares a prefix of {} tokens, but prompts have {}",
                                       work.shared_prefix_tokens, work.input_tokens.low),
                           "a shared prefix is a part of `input_tokens`", reader.place());
  }
  if (work.ignores_end && work.output_tokens.low == 0 && !scenario.replay) {
    return base::bad_input("[work] ignore_eos needs `output_tokens`",
                           "without a limit such a reply never ends", reader.place());
  }
  if (work.turns > 1 && !work.streams) {
    return base::bad_input("[work] `turns` needs `stream = true`",
                           "a conversation repeats what the model said, which is read from its "
                           "stream",
                           reader.place());
  }
  return Done{};
}

}  // namespace

Status read_work(std::string_view source, const std::filesystem::path& folder,
                 const toml::table& document, Scenario& scenario) {
  ASSAY_TRY(const toml::table* table, table_of(source, document, "work"));
  if (table == nullptr && scenario.replay) return Done{};
  if (table == nullptr) {
    return base::bad_input("expected a [work] table that says what is sent",
                           "for example [work] with prompt = \"Say hello.\"", std::string(source));
  }
  const TableReader reader(source, *table, "[work]");
  Work& work = scenario.work;
  ASSAY_TRY_DONE(
      reader.known("prompt cases input_tokens shared_prefix_tokens distinct output_tokens "
                   "ignore_eos stream turns think settings settings_file"));
  ASSAY_TRY_DONE(read_prompts(reader, work));
  std::string cases;
  ASSAY_TRY_DONE(reader.text("cases", cases));
  if (!cases.empty()) work.cases = folder / cases;
  ASSAY_TRY_DONE(reader.tokens("input_tokens", work.input_tokens));
  ASSAY_TRY_DONE(reader.count("shared_prefix_tokens", work.shared_prefix_tokens));
  ASSAY_TRY_DONE(reader.count("distinct", work.distinct));
  ASSAY_TRY_DONE(reader.tokens("output_tokens", work.output_tokens));
  ASSAY_TRY_DONE(reader.flag("ignore_eos", work.ignores_end));
  ASSAY_TRY_DONE(reader.flag("stream", work.streams));
  ASSAY_TRY_DONE(reader.count("turns", work.turns));
  ASSAY_TRY_DONE(read_think(reader, work));
  ASSAY_TRY_DONE(read_settings(reader, folder, work));
  return check_work(reader, scenario);
}

}  // namespace assay::load
