#include "load/analysis.h"

#include <fmt/format.h>

#include <algorithm>

#include "load/knee.h"
#include "load/steady.h"

namespace assay::load {
namespace {

std::vector<JudgedThreshold> judge_thresholds(const std::vector<Threshold>& thresholds,
                                              const Summary& summary) {
  const auto figures = figures_of(summary);
  std::vector<JudgedThreshold> judged;
  for (const Threshold& threshold : thresholds) {
    JudgedThreshold one{threshold, Outcome::Inconclusive, std::nullopt};
    const auto figure = figures.find(threshold.metric);
    if (figure != figures.end()) {
      one.figure = figure->second;
      one.outcome = judge(threshold, figure->second);
    }
    judged.push_back(std::move(one));
  }
  return judged;
}

std::vector<RequestRecord> records_of_stage(const TargetRun& run, std::size_t stage) {
  std::vector<RequestRecord> records;
  std::copy_if(run.records.begin(), run.records.end(), std::back_inserter(records),
               [stage](const RequestRecord& record) { return record.stage == stage; });
  return records;
}

/// What a reader must know besides the verdict.
std::vector<std::string> notes_of(const Scenario& scenario, const TargetRun& run,
                                  const TargetReport& report) {
  std::vector<std::string> notes;
  const ClientUse& client = report.client;
  if (run.was_interrupted) notes.emplace_back("the run was interrupted: it counts until then");
  if (client.run_queue_share > 0.05) {
    notes.push_back(fmt::format(
        "this program waited {:.0f} % of the time for a core: it shares the machine with others, "
        "the server perhaps among them",
        100 * client.run_queue_share));
  }
  const bool has_replies =
      std::any_of(run.records.begin(), run.records.end(),
                  [](const RequestRecord& record) { return record.first_byte != kNever; });
  if (!client.has_kernel_stamps && has_replies) {
    notes.emplace_back("the kernel stamped nothing: times are those at which this program looked");
  }
  if (scenario.work.streams && report.summary.tokens_per_event == 0 &&
      report.summary.completed > 0) {
    notes.emplace_back("no reply was streamed: there are no first tokens and no gaps to measure");
  }
  if (report.calibration && report.calibration->stamp_error.ms_p99 > report.client_budget_ms) {
    notes.push_back(
        fmt::format("in the calibration our stamps were {:.2f} ms (p99) after the twin's own times",
                    report.calibration->stamp_error.ms_p99));
  }
  for (const StageFigures& stage : report.stages) {
    if (stage.stage.is_warm_up || stage.steady.was_reached) continue;
    notes.push_back(fmt::format("stage {} never settled: its figures depend on how long it lasted",
                                stage.stage.name));
  }
  return notes;
}

}  // namespace

TargetReport analyse_target(const Scenario& scenario, const Target& target, const TargetRun& run,
                            const EventGaps& gaps) {
  TargetReport report;
  report.target = target;
  std::vector<Window> windows = windows_of(run.stages);
  // A run that ended in its warm-up has nothing that counts; what there is says why it ended.
  const bool nothing_counts = windows.empty();
  if (nothing_counts) windows = {{run.stages.front().from, run.stages.back().to}};
  report.summary = summarise(run.records, windows, scenario.objectives);
  for (std::size_t i = 0; i < run.stages.size(); ++i) {
    const StageRun& stage = run.stages[i];
    const std::vector<RequestRecord> records = records_of_stage(run, i);
    StageFigures figures{stage, {}, {}};
    figures.summary = summarise(run.records, Window{stage.from, stage.to}, scenario.objectives);
    figures.steady = steady_from(records, stage);
    report.stages.push_back(std::move(figures));
  }
  report.knee = knee_of(report.stages);
  report.client = run.client;
  report.client_budget_ms = client_budget_ms(report.summary, scenario.client.lag_budget_ms);
  VerdictReason verdict = judge_run(report.summary, run, scenario.kind, report.client_budget_ms);
  report.verdict = verdict.verdict;
  report.reasons = std::move(verdict.reasons);
  report.thresholds = judge_thresholds(scenario.thresholds, report.summary);
  report.gaps = gaps;
  report.calibration = run.calibration;
  report.checks = cross_checks(report.summary, run);
  report.timeline = timeline_of(run);
  report.distributions = distributions_of(run);
  report.server = run.server;
  report.notes = notes_of(scenario, run, report);
  if (nothing_counts) {
    report.notes.emplace_back("the run ended in its warm-up: the figures are those of the warm-up");
  }
  return report;
}

LoadReport analyse(const StoredRun& run, const Scenario& scenario) {
  LoadReport report;
  report.id = run.id;
  report.name = scenario.name;
  report.version = run.version;
  report.started_unix_ms = run.started_unix_ms;
  report.scenario_source = run.scenario_source;
  report.kind = scenario.kind;
  report.arrivals = scenario.arrivals;
  report.seed = scenario.seed;
  report.objectives = scenario.objectives;
  for (const StoredTarget& target : run.targets) {
    report.targets.push_back(analyse_target(scenario, target.target, target.run, target.gaps));
  }
  report.breakpoint = run.breakpoint;
  return report;
}

}  // namespace assay::load
