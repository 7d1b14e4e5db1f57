#include "load/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "base/toml_value.h"
#include "load/summary.h"

namespace assay::load {
namespace {

using base::Done;
using base::Result;
using base::Status;

constexpr double kRateMost = 10'000'000;
constexpr double kSecondsMost = 7 * 24 * 3600.0;

std::vector<std::string> words(std::string_view text) { return base::split(text, ' '); }

/// The tables of `[[name]]`; BadInput for anything else under that name.
Result<std::vector<const toml::table*>> tables_of(std::string_view source,
                                                  const toml::table& document,
                                                  std::string_view name) {
  std::vector<const toml::table*> tables;
  const toml::node* node = document.get(name);
  if (node == nullptr) return tables;
  if (const auto* table = node->as_table()) return std::vector<const toml::table*>{table};
  const auto* array = node->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    tables.push_back(array->get(i)->as_table());
  }
  if (array == nullptr || std::find(tables.begin(), tables.end(), nullptr) != tables.end()) {
    return base::toml_mismatch(source, *node, name, fmt::format("one or more [[{}]] tables", name));
  }
  return tables;
}

Status read_text(std::string_view source, const toml::table& table, std::string_view place,
                 std::string_view key, std::string& target) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return Done{};
  ASSAY_TRY(target, base::toml_text(source, *node, fmt::format("{} {}", place, key)));
  return Done{};
}

Status read_count(std::string_view source, const toml::table& table, std::string_view place,
                  std::string_view key, std::int64_t& target) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return Done{};
  ASSAY_TRY(target, base::toml_integer(source, *node, fmt::format("{} {}", place, key), 1));
  return Done{};
}

Status read_flag(std::string_view source, const toml::table& table, std::string_view place,
                 std::string_view key, bool& target) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return Done{};
  if (!node->is_boolean()) {
    return base::toml_mismatch(source, *node, fmt::format("{} {}", place, key), "true or false");
  }
  target = node->as_boolean()->get();
  return Done{};
}

Status read_targets(std::string_view source, const toml::table& document, Scenario& scenario) {
  ASSAY_TRY(const auto tables, tables_of(source, document, "target"));
  std::set<std::string> names;
  for (const toml::table* table : tables) {
    ASSAY_TRY_DONE(
        base::reject_unknown_keys(*table, words("name url model key_env"), source, "[[target]]"));
    Target target;
    ASSAY_TRY_DONE(read_text(source, *table, "[[target]]", "name", target.name));
    ASSAY_TRY_DONE(read_text(source, *table, "[[target]]", "url", target.url));
    ASSAY_TRY_DONE(read_text(source, *table, "[[target]]", "model", target.model));
    ASSAY_TRY_DONE(read_text(source, *table, "[[target]]", "key_env", target.key_env));
    const std::string place = base::toml_place(source, *table, "[[target]]");
    if (target.url.empty()) {
      return base::bad_input("[[target]] lacks `url`",
                             "for example url = \"http://127.0.0.1:8080/v1\"", place);
    }
    if (target.name.empty()) target.name = target.url;
    if (!names.insert(target.name).second) {
      return base::bad_input(fmt::format("two targets are called `{}`", target.name),
                             "give each [[target]] its own name", place);
    }
    scenario.targets.push_back(std::move(target));
  }
  return Done{};
}

Result<double> read_seconds(std::string_view source, const toml::table& table) {
  const toml::node* node = table.get("for");
  if (node == nullptr) {
    return base::bad_input("[[stage]] lacks `for`", "say how long it lasts: for = \"30 s\"",
                           base::toml_place(source, table, "[[stage]]"));
  }
  const auto* text = node->as_string();
  const auto seconds = text == nullptr ? std::nullopt : base::parse_duration_s(text->get());
  if (!seconds || *seconds > kSecondsMost) {
    return base::toml_mismatch(source, *node, "[[stage]] for",
                               "a time such as \"30 s\", \"5 min\" or \"2 h\"");
  }
  return *seconds;
}

/// `rate = 5` for a level stage, `rate = [0, 5]` for one that climbs or falls.
Status read_rate(std::string_view source, const toml::node& node, Stage& stage) {
  const auto* pair = node.as_array();
  if (pair == nullptr) {
    ASSAY_TRY(stage.rate_at_start, base::toml_number(source, node, "[[stage]] rate", 0, kRateMost));
    stage.rate_at_end = stage.rate_at_start;
    return Done{};
  }
  if (pair->size() != 2) {
    return base::toml_mismatch(source, node, "[[stage]] rate", "a number or two, [from, to]");
  }
  ASSAY_TRY(stage.rate_at_start,
            base::toml_number(source, *pair->get(0), "[[stage]] rate", 0, kRateMost));
  ASSAY_TRY(stage.rate_at_end,
            base::toml_number(source, *pair->get(1), "[[stage]] rate", 0, kRateMost));
  return Done{};
}

Status read_stage(std::string_view source, const toml::table& table, Scenario& scenario) {
  ASSAY_TRY_DONE(
      base::reject_unknown_keys(table, words("rate concurrency for warm_up"), source, "[[stage]]"));
  const toml::node* rate = table.get("rate");
  const toml::node* concurrency = table.get("concurrency");
  if ((rate == nullptr) == (concurrency == nullptr)) {
    return base::bad_input(
        "[[stage]] needs exactly one of `rate` and `concurrency`",
        "rate: requests per second, whatever the server does; concurrency: users who wait",
        base::toml_place(source, table, "[[stage]]"));
  }
  bool is_warm_up = false;
  ASSAY_TRY_DONE(read_flag(source, table, "[[stage]]", "warm_up", is_warm_up));
  ASSAY_TRY(const double seconds, read_seconds(source, table));
  if (rate != nullptr) {
    Stage stage{seconds, 0, 0, is_warm_up};
    ASSAY_TRY_DONE(read_rate(source, *rate, stage));
    scenario.stages.push_back(stage);
    return Done{};
  }
  ASSAY_TRY(const std::int64_t users,
            base::toml_integer(source, *concurrency, "[[stage]] concurrency", 1));
  scenario.closed_stages.push_back({seconds, users, is_warm_up});
  return Done{};
}

Status read_stages(std::string_view source, const toml::table& document, Scenario& scenario) {
  ASSAY_TRY(const auto tables, tables_of(source, document, "stage"));
  if (tables.empty()) {
    return base::bad_input("expected at least one [[stage]], found none",
                           "for example [[stage]] with rate = 5 and for = \"60 s\"",
                           std::string(source));
  }
  for (const toml::table* table : tables) {
    ASSAY_TRY_DONE(read_stage(source, *table, scenario));
    if (scenario.stages.empty() || scenario.closed_stages.empty()) continue;
    return base::bad_input("stages with `rate` and stages with `concurrency` do not mix",
                           "write two scenarios: one with an open loop, one with a closed",
                           base::toml_place(source, *table, "[[stage]]"));
  }
  scenario.kind = scenario.stages.empty() ? LoadKind::Closed : LoadKind::Open;
  return Done{};
}

Status read_prompts(std::string_view source, const toml::node& node, Work& work) {
  const auto* array = node.as_array();
  if (array == nullptr) {
    ASSAY_TRY(std::string prompt, base::toml_text(source, node, "[work] prompt"));
    work.prompts.push_back(std::move(prompt));
    return Done{};
  }
  for (const toml::node& item : *array) {
    ASSAY_TRY(std::string prompt, base::toml_text(source, item, "[work] prompt"));
    work.prompts.push_back(std::move(prompt));
  }
  if (work.prompts.empty()) {
    return base::toml_mismatch(source, node, "[work] prompt", "a prompt or a list of some");
  }
  return Done{};
}

/// What the request's body gets besides; TOML values become the JSON of the same meaning.
Result<base::Json> json_of(std::string_view source, const toml::table& table) {
  std::ostringstream text;
  text << toml::json_formatter(table);
  const base::Json parsed = base::Json::parse(text.str(), nullptr, false);
  if (parsed.is_object()) return parsed;
  return base::toml_mismatch(source, table, "[work.settings]",
                             "values that a request's body can have");
}

Status check_work(std::string_view source, const toml::table& table, const Work& work) {
  const std::string place = base::toml_place(source, table, "[work]");
  const int kinds = (work.prompts.empty() ? 0 : 1) + (work.cases.empty() ? 0 : 1) +
                    (work.input_tokens > 0 ? 1 : 0);
  if (kinds != 1) {
    return base::bad_input(
        fmt::format("[work] needs exactly one of `prompt`, `cases` and `input_tokens`, found {}",
                    kinds),
        "prompt: fixed texts; cases: a file; input_tokens: synthetic prompts of that length",
        place);
  }
  if (work.shared_prefix_tokens > 0 && work.shared_prefix_tokens >= work.input_tokens) {
    return base::bad_input(fmt::format("[work] shares a prefix of {} tokens, but prompts have {}",
                                       work.shared_prefix_tokens, work.input_tokens),
                           "a shared prefix is a part of `input_tokens`", place);
  }
  if (work.ignores_end && work.output_tokens == 0) {
    return base::bad_input("[work] ignore_eos needs `output_tokens`",
                           "without a limit such a reply never ends", place);
  }
  return Done{};
}

Status read_work(std::string_view source, const std::filesystem::path& folder,
                 const toml::table& document, Work& work) {
  const toml::node* node = document.get("work");
  const auto* table = node == nullptr ? nullptr : node->as_table();
  if (table == nullptr) {
    return base::bad_input("expected a [work] table that says what is sent",
                           "for example [work] with prompt = \"Say hello.\"", std::string(source));
  }
  ASSAY_TRY_DONE(base::reject_unknown_keys(
      *table,
      words("prompt cases input_tokens shared_prefix_tokens output_tokens ignore_eos stream "
            "settings"),
      source, "[work]"));
  if (const toml::node* prompt = table->get("prompt")) {
    ASSAY_TRY_DONE(read_prompts(source, *prompt, work));
  }
  std::string cases;
  ASSAY_TRY_DONE(read_text(source, *table, "[work]", "cases", cases));
  if (!cases.empty()) work.cases = folder / cases;
  ASSAY_TRY_DONE(read_count(source, *table, "[work]", "input_tokens", work.input_tokens));
  ASSAY_TRY_DONE(
      read_count(source, *table, "[work]", "shared_prefix_tokens", work.shared_prefix_tokens));
  ASSAY_TRY_DONE(read_count(source, *table, "[work]", "output_tokens", work.output_tokens));
  ASSAY_TRY_DONE(read_flag(source, *table, "[work]", "ignore_eos", work.ignores_end));
  ASSAY_TRY_DONE(read_flag(source, *table, "[work]", "stream", work.streams));
  if (const toml::node* settings = table->get("settings")) {
    if (!settings->is_table()) {
      return base::toml_mismatch(source, *settings, "[work] settings", "a table");
    }
    ASSAY_TRY(work.settings, json_of(source, *settings->as_table()));
  }
  return check_work(source, *table, work);
}

/// Names of measures for objectives, of figures for thresholds.
std::vector<std::string> measure_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kMeasures; ++i) {
    names.emplace_back(name_of(static_cast<Measure>(i)));
  }
  return names;
}

Result<std::vector<Threshold>> read_thresholds(std::string_view source, const toml::table& document,
                                               std::string_view key,
                                               const std::vector<std::string>& known) {
  std::vector<Threshold> thresholds;
  const toml::node* node = document.get(key);
  if (node == nullptr) return thresholds;
  const auto* array = node->as_array();
  if (array == nullptr) {
    return base::toml_mismatch(source, *node, key, "a list such as [\"ttft_ms_p95 < 200\"]");
  }
  for (const toml::node& item : *array) {
    ASSAY_TRY(const std::string text, base::toml_text(source, item, key));
    const std::string place = base::toml_place(source, item, key);
    auto threshold = parse_threshold(text);
    if (!threshold.has_value()) return std::move(threshold).error().in(place);
    if (std::find(known.begin(), known.end(), threshold->metric) == known.end()) {
      const auto suggestion = base::nearest(threshold->metric, known);
      return base::bad_input(fmt::format("there is no `{}`", threshold->metric),
                             suggestion ? fmt::format("did you mean `{}`?", *suggestion)
                                        : fmt::format("known: {}", fmt::join(known, ", ")),
                             place);
    }
    thresholds.push_back(std::move(*threshold));
  }
  return thresholds;
}

Status read_head(std::string_view source, const toml::table& document, Scenario& scenario) {
  ASSAY_TRY_DONE(read_text(source, document, "", "name", scenario.name));
  if (const toml::node* node = document.get("arrivals")) {
    ASSAY_TRY(const std::string process,
              base::toml_choice(source, *node, "arrivals", "even poisson"));
    scenario.arrivals = process == "even" ? ArrivalProcess::Even : ArrivalProcess::Poisson;
  }
  if (const toml::node* node = document.get("seed")) {
    ASSAY_TRY(const std::int64_t seed, base::toml_integer(source, *node, "seed", 0));
    scenario.seed = static_cast<std::uint64_t>(seed);
  }
  if (const toml::node* node = document.get("timeout_s")) {
    ASSAY_TRY(scenario.timeout_s, base::toml_number(source, *node, "timeout_s", 0.001, 86400));
  }
  return Done{};
}

}  // namespace

double Scenario::seconds() const {
  double sum = 0;
  for (const Stage& stage : stages) sum += stage.seconds;
  for (const ClosedStage& stage : closed_stages) sum += stage.seconds;
  return sum;
}

Result<Scenario> parse_scenario(std::string_view text, std::string_view source_name,
                                const std::filesystem::path& folder) {
  ASSAY_TRY(const toml::table document, base::parse_toml(text, source_name));
  ASSAY_TRY_DONE(base::reject_unknown_keys(
      document, words("name target stage work arrivals seed timeout_s objectives thresholds"),
      source_name, "the scenario"));
  Scenario scenario;
  scenario.source = std::string(text);
  ASSAY_TRY_DONE(read_head(source_name, document, scenario));
  ASSAY_TRY_DONE(read_targets(source_name, document, scenario));
  ASSAY_TRY_DONE(read_stages(source_name, document, scenario));
  ASSAY_TRY_DONE(read_work(source_name, folder, document, scenario.work));
  ASSAY_TRY(scenario.objectives,
            read_thresholds(source_name, document, "objectives", measure_names()));
  ASSAY_TRY(scenario.thresholds,
            read_thresholds(source_name, document, "thresholds", figure_names()));
  return scenario;
}

Result<Scenario> load_scenario(const std::filesystem::path& file) {
  ASSAY_TRY(const std::string text, base::read_file(file, std::uint64_t{4} << 20U));
  return parse_scenario(text, file.string(), file.parent_path());
}

}  // namespace assay::load
