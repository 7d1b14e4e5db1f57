// The part of a scenario that says how much load comes when.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "load/scenario_reader.h"

namespace assay::load {
namespace {

using base::Done;
using base::Result;
using base::Status;

constexpr double kRateMost = 10'000'000;

/// `rate = 5` for a level stage, `rate = [0, 5]` for one that climbs or falls.
Status read_rate(const TableReader& reader, Stage& stage) {
  const toml::node& node = *reader.node("rate");
  const std::string place = reader.key_place("rate");
  const auto* pair = node.as_array();
  if (pair == nullptr) {
    ASSAY_TRY(stage.rate_at_start, base::toml_number(reader.source(), node, place, 0, kRateMost));
    stage.rate_at_end = stage.rate_at_start;
    return Done{};
  }
  if (pair->size() != 2) {
    return base::toml_mismatch(reader.source(), node, place, "a number or two, [from, to]");
  }
  ASSAY_TRY(stage.rate_at_start,
            base::toml_number(reader.source(), *pair->get(0), place, 0, kRateMost));
  ASSAY_TRY(stage.rate_at_end,
            base::toml_number(reader.source(), *pair->get(1), place, 0, kRateMost));
  return Done{};
}

Status read_stage(std::string_view source, const toml::table& table, Scenario& scenario) {
  const TableReader reader(source, table, "[[stage]]");
  ASSAY_TRY_DONE(reader.known("name rate concurrency for warm_up"));
  if ((reader.node("rate") == nullptr) == (reader.node("concurrency") == nullptr)) {
    return base::bad_input(
        "[[stage]] needs exactly one of `rate` and `concurrency`",
        "rate: requests per second, whatever the server does; concurrency: users who wait",
        reader.place());
  }
  std::string name;
  bool is_warm_up = false;
  ASSAY_TRY_DONE(reader.text("name", name));
  ASSAY_TRY_DONE(reader.flag("warm_up", is_warm_up));
  double seconds = 0;
  ASSAY_TRY_DONE(reader.duration("for", seconds));
  if (!(seconds > 0)) {
    return base::bad_input("[[stage]] lacks `for`", "say how long it lasts: for = \"30 s\"",
                           reader.place());
  }
  if (reader.node("rate") != nullptr) {
    Stage stage{seconds, 0, 0, is_warm_up, name};
    ASSAY_TRY_DONE(read_rate(reader, stage));
    scenario.stages.push_back(std::move(stage));
    return Done{};
  }
  ClosedStage stage{seconds, 1, is_warm_up, name};
  ASSAY_TRY_DONE(reader.count("concurrency", stage.concurrency));
  scenario.closed_stages.push_back(std::move(stage));
  return Done{};
}

/// A run whose figures would be those of no time.
bool is_all_warm_up(const Scenario& scenario) {
  const auto is_warm_up = [](const auto& stage) { return stage.is_warm_up; };
  return std::all_of(scenario.stages.begin(), scenario.stages.end(), is_warm_up) &&
         std::all_of(scenario.closed_stages.begin(), scenario.closed_stages.end(), is_warm_up);
}

Status read_stages(std::string_view source, const std::vector<const toml::table*>& tables,
                   Scenario& scenario) {
  for (const toml::table* table : tables) {
    ASSAY_TRY_DONE(read_stage(source, *table, scenario));
    if (scenario.stages.empty() || scenario.closed_stages.empty()) continue;
    return base::bad_input("stages with `rate` and stages with `concurrency` do not mix",
                           "write two scenarios: one with an open loop, one with a closed",
                           base::toml_place(source, *table, "[[stage]]"));
  }
  if (!is_all_warm_up(scenario)) return Done{};
  return base::bad_input("every [[stage]] is warm-up, and nothing would be measured",
                         "add a [[stage]] without `warm_up = true`",
                         base::toml_place(source, *tables.back(), "[[stage]]"));
}

/// The levels of a sweep, in the order given.
Result<std::vector<double>> read_levels(const TableReader& reader, std::string_view key,
                                        double low) {
  const toml::node& node = *reader.node(key);
  const auto* array = node.as_array();
  if (array == nullptr || array->size() < 2) {
    return base::toml_mismatch(reader.source(), node, reader.key_place(key),
                               "a list of two levels or more, such as [1, 2, 4, 8]");
  }
  std::vector<double> levels;
  for (const toml::node& item : *array) {
    ASSAY_TRY(const double level,
              base::toml_number(reader.source(), item, reader.key_place(key), low, kRateMost));
    levels.push_back(level);
  }
  return levels;
}

/// A sweep is a stage for each level, with a part before it that settles and does not count.
Status read_sweep(std::string_view source, const toml::table& table, Scenario& scenario) {
  const TableReader reader(source, table, "[sweep]");
  ASSAY_TRY_DONE(reader.known("rate concurrency for settle"));
  const bool is_open = reader.node("rate") != nullptr;
  if (is_open == (reader.node("concurrency") != nullptr)) {
    return base::bad_input("[sweep] needs exactly one of `rate` and `concurrency`",
                           "for example rate = [1, 2, 4, 8]", reader.place());
  }
  double seconds = 0;
  double settle_s = 0;
  ASSAY_TRY_DONE(reader.duration("for", seconds));
  ASSAY_TRY_DONE(reader.duration("settle", settle_s));
  if (!(seconds > 0)) {
    return base::bad_input("[sweep] lacks `for`", "say how long each level lasts: for = \"30 s\"",
                           reader.place());
  }
  ASSAY_TRY(const std::vector<double> levels,
            is_open ? read_levels(reader, "rate", 1e-6) : read_levels(reader, "concurrency", 1));
  for (const double level : levels) {
    if (!is_open && level != std::floor(level)) {
      return base::toml_mismatch(source, *reader.node("concurrency"), "[sweep] concurrency",
                                 "whole numbers of users");
    }
    const std::string_view unit = is_open ? "/s" : level == 1 ? " user" : " users";
    const std::string name = fmt::format("{:g}{}", level, unit);
    for (const bool is_warm_up : {true, false}) {
      const double lasts = is_warm_up ? settle_s : seconds;
      if (!(lasts > 0)) continue;
      if (is_open) {
        scenario.stages.push_back({lasts, level, level, is_warm_up, name});
      } else {
        scenario.closed_stages.push_back(
            {lasts, static_cast<std::int64_t>(level), is_warm_up, name});
      }
    }
  }
  return Done{};
}

Status read_replay(std::string_view source, const std::filesystem::path& folder,
                   const toml::table& table, Scenario& scenario) {
  const TableReader reader(source, table, "[replay]");
  ASSAY_TRY_DONE(reader.known("file speed for"));
  Replay replay;
  std::string file;
  ASSAY_TRY_DONE(reader.text("file", file));
  if (file.empty()) {
    return base::bad_input("[replay] lacks `file`", "name a trace: file = \"trace.jsonl\"",
                           reader.place());
  }
  replay.file = folder / file;
  ASSAY_TRY_DONE(reader.number("speed", 1e-3, 1e6, replay.speed));
  ASSAY_TRY_DONE(reader.duration("for", replay.seconds_most));
  scenario.replay = std::move(replay);
  return Done{};
}

Status read_breakpoint(std::string_view source, const toml::table& table, Scenario& scenario) {
  const TableReader reader(source, table, "[breakpoint]");
  ASSAY_TRY_DONE(reader.known("from to growth resolution share confidence step"));
  BreakpointPlan plan;
  ASSAY_TRY_DONE(reader.number("from", 1e-3, kRateMost, plan.rate_first));
  ASSAY_TRY_DONE(reader.number("to", plan.rate_first, kRateMost, plan.rate_max));
  ASSAY_TRY_DONE(reader.number("growth", 1.1, 10, plan.growth));
  ASSAY_TRY_DONE(reader.number("resolution", 1.01, 2, plan.resolution));
  ASSAY_TRY_DONE(reader.number("share", 0.5, 0.999, plan.share_required));
  ASSAY_TRY_DONE(reader.number("confidence", 0.5, 0.999, plan.confidence));
  ASSAY_TRY_DONE(reader.duration("step", plan.step_s_max));
  if (plan.rate_first > plan.rate_max) {
    return base::bad_input(fmt::format("[breakpoint] goes from {:g} to {:g} requests per second",
                                       plan.rate_first, plan.rate_max),
                           "`to` must not be below `from`", reader.place());
  }
  if (scenario.objectives.empty()) {
    return base::bad_input("[breakpoint] needs `objectives`",
                           "say what a request must meet: objectives = [\"ttft_ms < 500\"]",
                           reader.place());
  }
  scenario.breakpoint = plan;
  return Done{};
}

}  // namespace

Status read_shape(std::string_view source, const std::filesystem::path& folder,
                  const toml::table& document, Scenario& scenario) {
  ASSAY_TRY(const auto stages, tables_of(source, document, "stage"));
  ASSAY_TRY(const toml::table* sweep, table_of(source, document, "sweep"));
  ASSAY_TRY(const toml::table* replay, table_of(source, document, "replay"));
  ASSAY_TRY(const toml::table* breakpoint, table_of(source, document, "breakpoint"));
  const int shapes = (stages.empty() ? 0 : 1) + (sweep == nullptr ? 0 : 1) +
                     (replay == nullptr ? 0 : 1) + (breakpoint == nullptr ? 0 : 1);
  if (shapes != 1) {
    return base::bad_input(
        fmt::format("expected at least one [[stage]], or one of [sweep], [replay] and "
                    "[breakpoint], found {} kinds",
                    shapes),
        "for example [[stage]] with rate = 5 and for = \"60 s\"", std::string(source));
  }
  if (!stages.empty()) ASSAY_TRY_DONE(read_stages(source, stages, scenario));
  if (sweep != nullptr) ASSAY_TRY_DONE(read_sweep(source, *sweep, scenario));
  if (replay != nullptr) ASSAY_TRY_DONE(read_replay(source, folder, *replay, scenario));
  if (breakpoint != nullptr) ASSAY_TRY_DONE(read_breakpoint(source, *breakpoint, scenario));
  scenario.kind = scenario.closed_stages.empty() ? LoadKind::Open : LoadKind::Closed;
  return Done{};
}

}  // namespace assay::load
