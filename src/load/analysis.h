// A run judged: what it measured, whether to believe it, and whether it met what was asked. Made
// from raw records; called by `report` and `cli`. Plain data and pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/breakpoint.h"
#include "load/event_gaps.h"
#include "load/run_folder.h"
#include "load/run_record.h"
#include "load/scenario.h"
#include "load/summary.h"

namespace assay::load {

enum class Verdict {
  Valid,          ///< The figures are the server's.
  ClientLimited,  ///< Our own share of them exceeds the budget: they are not to be believed.
  ServerFailed,   ///< Nothing, or less than half, was answered, or it stopped answering for good.
};
/// "valid", "client-limited", "server-failed".
std::string_view name_of(Verdict verdict);

/// Where a stage settled, from the end-to-end times of its requests in order.
struct SteadyFrom {
  bool was_reached = true;
  double seconds = 0;  ///< Since the start of the stage.
};

struct StageFigures {
  StageRun stage;
  Summary summary;
  SteadyFrom steady;
};

/// One interval of the run, for drawing. None where nothing was measured in it.
struct TimelinePoint {
  double seconds = 0;  ///< Its start, since the start of the run.
  double width_s = 1;
  double rate_due = 0;
  double rate_completed = 0;
  double rate_failed = 0;
  double output_tps = 0;
  double in_flight = 0;
  std::optional<double> ttft_ms_p50;  ///< By the time the request was due, as all that follow.
  std::optional<double> ttft_ms_p95;
  std::optional<double> ttft_scheduled_ms_p95;
  std::optional<double> e2e_ms_p50;
  std::optional<double> e2e_ms_p95;
  std::optional<double> itl_ms_p50;
};

/// A measure's distribution in at most 200 points, for drawing: the share that is at most `value`.
/// The last share is below 1 when requests failed before they could be measured.
struct Distribution {
  struct Point {
    double value = 0;
    double share = 0;
  };
  Measure measure = Measure::Ttft;
  std::vector<Point> points;
};

struct JudgedThreshold {
  Threshold threshold;
  Outcome outcome = Outcome::Inconclusive;
  std::optional<Figure> figure;  ///< None: the sample cannot support it.
};

struct TargetReport {
  Target target;
  Verdict verdict = Verdict::Valid;
  std::vector<std::string> reasons;  ///< For the verdict, one sentence each; empty when valid.
  std::vector<std::string> notes;    ///< What a reader must know besides, one sentence each.
  Summary summary;                   ///< Of all stages that count.
  std::vector<StageFigures> stages;  ///< All of them, warm-up too.
  /// Index into `stages` of the one with the most Kleinrock power, throughput ÷ median end-to-end
  /// time, among levels of load that differ; none for fewer than three of them.
  std::optional<std::size_t> knee;
  std::vector<JudgedThreshold> thresholds;
  EventGaps gaps;
  ClientUse client;
  double client_budget_ms = 0;  ///< The lag that would have made the run client-limited.
  std::optional<Calibration> calibration;
  std::vector<CrossCheck> checks;
  std::vector<TimelinePoint> timeline;
  std::vector<Distribution> distributions;
  std::vector<ServerSeries> server;
};

struct LoadReport {
  std::string id;       ///< Empty when nothing was kept.
  std::string name;     ///< The scenario's.
  std::string version;  ///< Of assay.
  std::int64_t started_unix_ms = 0;
  std::string scenario_source;  ///< The file's text; what a run by flags would be as a file.
  LoadKind kind = LoadKind::Open;
  ArrivalProcess arrivals = ArrivalProcess::Poisson;
  std::uint64_t seed = 1;
  std::vector<Threshold> objectives;
  std::vector<TargetReport> targets;
  std::optional<BreakpointResult> breakpoint;  ///< Of the one target of such a scenario.
};

/// Judges one target's run. Requires a stage; where none counts, all of them do.
TargetReport analyse_target(const Scenario& scenario, const Target& target, const TargetRun& run,
                            const EventGaps& gaps);

/// Judges every target of a run. `scenario` is what the run's source says.
LoadReport analyse(const StoredRun& run, const Scenario& scenario);

/// At most `points_most` intervals of a whole second or more, from the start of the first stage
/// until the last reply.
std::vector<TimelinePoint> timeline_of(const TargetRun& run, std::size_t points_most = 300);

/// Of the requests of stages that count, for TTFT, TTFT from schedule, ITL and E2E; measures that
/// no request has are left out.
std::vector<Distribution> distributions_of(const TargetRun& run);

/// The parts of a run that count; neighbours are one.
std::vector<Window> windows_of(const std::vector<StageRun>& stages);

/// The lag of our own that would make latencies like these not the server's: `asked_ms` where that
/// is set, else the larger of 1 ms and 5 % of the median TTFT (E2E where nothing streams).
double client_budget_ms(const Summary& summary, double asked_ms);

struct VerdictReason {
  Verdict verdict = Verdict::Valid;
  std::vector<std::string> reasons;
};

/// Whether to believe the figures. Server first: what failed for everybody is not our lateness.
VerdictReason judge_run(const Summary& summary, const TargetRun& run, LoadKind kind,
                        double budget_ms);

/// Little's law on two accounts, and our count of tokens against the server's usage.
std::vector<CrossCheck> cross_checks(const Summary& summary, const TargetRun& run);

}  // namespace assay::load
