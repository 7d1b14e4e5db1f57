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
  const report::ComparedRuns runs{before.run.id, after.run.id, plan};
  if (flags.json) {
    context.out << base::dump_json(report::load_comparison_json(comparison, runs)) << '\n';
  } else {
    context.out << report::load_comparison_text(comparison, runs, context.terminal);
  }
  return status_of(comparison);
}

}  // namespace assay::cli
