#include "load/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/file.h"
#include "base/text.h"
#include "load/scenario_reader.h"
#include "load/summary.h"

namespace assay::load {
namespace {

using base::Done;
using base::Result;
using base::Status;

constexpr double kTimeoutMost = 86'400;
constexpr std::int64_t kThreadsMost = 256;

Status read_targets(std::string_view source, const toml::table& document, Scenario& scenario) {
  ASSAY_TRY(const auto tables, tables_of(source, document, "target"));
  std::set<std::string> names;
  for (const toml::table* table : tables) {
    const TableReader reader(source, *table, "[[target]]");
    ASSAY_TRY_DONE(reader.known("name url model key_env metrics"));
    Target target;
    ASSAY_TRY_DONE(reader.text("name", target.name));
    ASSAY_TRY_DONE(reader.text("url", target.url));
    ASSAY_TRY_DONE(reader.text("model", target.model));
    ASSAY_TRY_DONE(reader.text("key_env", target.key_env));
    ASSAY_TRY_DONE(reader.text("metrics", target.metrics));
    if (target.url.empty()) {
      return base::bad_input("[[target]] lacks `url`",
                             "for example url = \"http://127.0.0.1:8080/v1\"", reader.place());
    }
    if (target.name.empty()) target.name = target.url;
    if (!names.insert(target.name).second) {
      return base::bad_input(fmt::format("two targets are called `{}`", target.name),
                             "give each [[target]] its own name", reader.place());
    }
    scenario.targets.push_back(std::move(target));
  }
  return Done{};
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

}  // namespace

Status read_client(std::string_view source, const toml::table& document, Scenario& scenario) {
  ASSAY_TRY(const toml::table* table, table_of(source, document, "client"));
  if (table == nullptr) return Done{};
  const TableReader reader(source, *table, "[client]");
  ClientSettings& client = scenario.client;
  ASSAY_TRY_DONE(reader.known("threads connections spin_us lag_budget_ms calibrate events"));
  std::int64_t threads = client.threads;
  ASSAY_TRY_DONE(reader.count("threads", threads));
  if (threads > kThreadsMost) {
    return base::toml_mismatch(source, *reader.node("threads"), "[client] threads",
                               fmt::format("a number of threads up to {}", kThreadsMost));
  }
  client.threads = static_cast<int>(threads);
  ASSAY_TRY_DONE(reader.count("connections", client.connections));
  ASSAY_TRY_DONE(reader.number("spin_us", 0, 1e5, client.spin_us));
  ASSAY_TRY_DONE(reader.number("lag_budget_ms", 0.001, 1e5, client.lag_budget_ms));
  ASSAY_TRY_DONE(reader.flag("calibrate", client.calibrates));
  return reader.flag("events", client.keeps_events);
}

Status read_head(std::string_view source, const toml::table& document, Scenario& scenario) {
  const TableReader reader(source, document, "");
  ASSAY_TRY_DONE(reader.text("name", scenario.name));
  if (const toml::node* node = document.get("arrivals")) {
    ASSAY_TRY(const std::string process,
              base::toml_choice(source, *node, "arrivals", "even poisson"));
    scenario.arrivals = process == "even" ? ArrivalProcess::Even : ArrivalProcess::Poisson;
  }
  if (const toml::node* node = document.get("seed")) {
    ASSAY_TRY(const std::int64_t seed, base::toml_integer(source, *node, "seed", 0));
    scenario.seed = static_cast<std::uint64_t>(seed);
  }
  ASSAY_TRY_DONE(reader.number("timeout_s", 0.001, kTimeoutMost, scenario.timeout_s));
  ASSAY_TRY(scenario.objectives, read_thresholds(source, document, "objectives", measure_names()));
  ASSAY_TRY(scenario.thresholds, read_thresholds(source, document, "thresholds", figure_names()));
  return Done{};
}

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
      document,
      words("name target stage sweep replay breakpoint work client arrivals seed timeout_s "
            "objectives thresholds"),
      source_name, "the scenario"));
  Scenario scenario;
  scenario.source = std::string(text);
  ASSAY_TRY_DONE(read_head(source_name, document, scenario));
  ASSAY_TRY_DONE(read_targets(source_name, document, scenario));
  ASSAY_TRY_DONE(read_shape(source_name, folder, document, scenario));
  ASSAY_TRY_DONE(read_work(source_name, folder, document, scenario));
  ASSAY_TRY_DONE(read_client(source_name, document, scenario));
  return scenario;
}

std::string text_of_load(std::string_view text) {
  auto document = base::parse_toml(text, "scenario");
  if (!document.has_value()) return std::string(text);
  for (const std::string_view key : {"name", "target", "objectives", "thresholds", "client"}) {
    document->erase(key);
  }
  std::ostringstream out;
  out << *document;
  return out.str();
}

Result<Scenario> load_scenario(const std::filesystem::path& file) {
  ASSAY_TRY(const std::string text, base::read_file(file, std::uint64_t{4} << 20U));
  return parse_scenario(text, file.string(), file.parent_path());
}

}  // namespace assay::load
