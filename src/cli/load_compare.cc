// Finished load tests: which there are, and two held against each other.
#include <fmt/format.h>

#include <algorithm>

#include "cli/column_table.h"
#include "cli/load_run.h"
#include "cli/load_verdict.h"
#include "load/run_folder.h"
#include "report/load_comparison.h"

namespace assay::cli {
namespace {

using base::Json;

struct Finished {
  load::StoredRun run;
  load::Scenario scenario;
};

base::Result<Finished> read_finished(const base::Context& context, const std::string& name) {
  ASSAY_TRY(const std::filesystem::path folder, load::find_run(context.home / "load", name));
  Finished finished;
  ASSAY_TRY(finished.run, load::read_run(folder));
  ASSAY_TRY(finished.scenario, load::parse_scenario(finished.run.scenario_source,
                                                    (folder / "run.json").string(), folder));
  return finished;
}

/// The first target's: a comparison holds one server against one.
load::ComparedRun compared(const Finished& finished) {
  const load::TargetRun& run = finished.run.targets.front().run;
  load::ComparedRun made;
  made.records = run.records;
  made.stages = run.stages;
  made.objectives = finished.scenario.objectives;
  made.sent.seed = finished.scenario.seed;
  made.sent.scenario = load::text_of_load(finished.run.scenario_source);
  made.sent.requests = run.records.size();
  made.sent.is_open_loop = finished.scenario.kind == load::LoadKind::Open;
  return made;
}

/// A comparison of what nobody should believe must not look like one that holds.
std::vector<std::string> doubts_about(const std::vector<load::TargetReport>& targets,
                                      const std::vector<std::string>& names) {
  std::vector<std::string> doubts;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].verdict == load::Verdict::Valid) continue;
    doubts.push_back(fmt::format("{} is {}: {}", names[i], load::name_of(targets[i].verdict),
                                 fmt::join(targets[i].reasons, "; ")));
  }
  return doubts;
}

load::TargetReport first_target(const Finished& finished) {
  const load::StoredTarget& target = finished.run.targets.front();
  return load::analyse_target(finished.scenario, target.target, target.run, target.gaps);
}

}  // namespace

base::Status list_loads(base::Context& context, bool json) {
  const std::filesystem::path runs = context.home / "load";
  std::vector<load::StoredRun> found;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(runs, failure)) {
    auto run = load::read_run_file(entry.path());
    if (run.has_value()) found.push_back(std::move(*run));
  }
  std::sort(found.begin(), found.end(), [](const load::StoredRun& a, const load::StoredRun& b) {
    return a.started_unix_ms > b.started_unix_ms;
  });
  if (json) {
    Json list = Json::array();
    for (const load::StoredRun& run : found) {
      Json targets = Json::array();
      for (const load::StoredTarget& target : run.targets) targets.push_back(target.target.name);
      list.push_back({{"id", run.id},
                      {"started", base::iso8601_utc(run.started_unix_ms)},
                      {"targets", std::move(targets)}});
    }
    context.out << base::dump_json(Json{{"runs", std::move(list)}}) << '\n';
    return base::Done{};
  }
  ColumnTable table({{"run"}, {"started"}, {"targets"}});
  for (const load::StoredRun& run : found) {
    std::vector<std::string> names;
    for (const load::StoredTarget& target : run.targets) names.push_back(target.target.name);
    table.add({run.id, base::iso8601_utc(run.started_unix_ms),
               fmt::format("{}", fmt::join(names, ", "))});
  }
  context.out << table.to_text();
  return base::Done{};
}

base::Status compare_loads(base::Context& context, const LoadCompareFlags& flags) {
  ASSAY_TRY(const Finished before, read_finished(context, flags.before));
  ASSAY_TRY(const Finished after, read_finished(context, flags.after));
  load::ComparisonPlan plan;
  plan.margin = flags.margin_percent / 100;
  const load::LoadComparison comparison =
      load::compare_runs(compared(before), compared(after), plan);
  const std::vector<load::TargetReport> targets{first_target(before), first_target(after)};
  const report::ComparedRuns runs{before.run.id, after.run.id, plan,
                                  doubts_about(targets, {before.run.id, after.run.id})};
  if (flags.json) {
    context.out << base::dump_json(report::load_comparison_json(comparison, runs)) << '\n';
  } else {
    context.out << report::load_comparison_text(comparison, runs, context.terminal);
  }
  ASSAY_TRY_DONE(status_of(comparison));
  load::LoadReport both;
  both.targets = targets;
  for (load::TargetReport& target : both.targets) target.thresholds.clear();
  return status_of(both);
}

}  // namespace assay::cli
