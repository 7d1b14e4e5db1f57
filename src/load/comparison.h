// Two runs held against each other: by how much each figure changed, with an interval, and whether
// that is worse than the margin. Runs of one scenario and seed sent the same requests at the same
// times, so that they are compared request by request. Called by `report` and `cli`. Pure;
// thread-safe. docs/design/load-statistics.md gives the reasons and the measured error rates.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "load/run_record.h"
#include "load/summary.h"
#include "stats/interval.h"

namespace assay::load {

enum class Change {
  Better,        ///< By more than nothing, with the confidence asked for.
  Worse,         ///< The same, and by more than the margin may be.
  Same,          ///< The whole interval lies within the margin.
  Inconclusive,  ///< None of these can be said.
};
/// "better", "worse", "same", "inconclusive".
std::string_view name_of(Change change);

struct ComparedFigure {
  std::string name;  ///< As in figures_of(): "ttft_ms_p95", "error_rate", "goodput" …
  double before = 0;
  double after = 0;
  /// after ÷ before with its interval for times and rates; after − before for error_rate.
  /// A percentile among requests that failed is infinite, and so may ratios and limits be; where it
  /// is so in both runs the effect is 1 and the interval 0 to ∞.
  double effect = 0;
  stats::Interval interval;
  bool is_ratio = true;
  Change change = Change::Inconclusive;
};

struct ComparisonPlan {
  double confidence = 0.95;  ///< Of all figures together (Bonferroni).
  double margin = 0.05;      ///< Changes up to × (1 + margin) and ÷ (1 + margin) do not matter.
  double margin_error_rate = 0.01;  ///< The same of error_rate, as a difference.
  std::uint64_t seed = 1;           ///< Of the resamples.
  /// Ten are drawn beyond each limit, 6,400 for 16 figures, but no more than this: fewer are
  /// quicker and leave the limits less certain.
  std::size_t resamples_most = 10'000;
};

/// What was sent, whatever came back.
struct SentWork {
  std::uint64_t seed = 0;
  std::string scenario;      ///< Text of all that shapes requests and times: without the target.
  std::size_t requests = 0;  ///< That were planned, warm-up included.
  bool is_open_loop = true;
};

struct ComparedRun {
  std::span<const RequestRecord> records;  ///< As in TargetRun.
  std::span<const StageRun> stages;
  std::span<const Threshold> objectives;  ///< Of one request; none: no goodput.
  SentWork sent;
};

struct LoadComparison {
  bool is_paired = false;
  std::size_t pairs = 0;           ///< Requests compared one to one; 0 unless paired.
  std::string not_paired_because;  ///< Empty when paired.
  std::vector<ComparedFigure> figures;
  Change overall = Change::Inconclusive;  ///< Worse if any is; Better or Same only if none is open.
};

/// Requests due in the stages that are no warm-up, by their figures: ttft_ms, ttft_scheduled_ms,
/// itl_ms and e2e_ms at p50, p95 and p99 where both runs support them, rate_achieved, output_tps,
/// goodput where both runs have objectives, error_rate. A figure that has no value in either run,
/// such as a rate of 0 in both, is left out.
///
/// Paired when seed, scenario and number of requests are the same, both are open loops, and every
/// request that counts was due at the same time in both. Limits of ratios are those of a circular
/// block bootstrap of time, stage by stage, on logarithms (stats/block_bootstrap.h); paired, the
/// same blocks of both runs. Each is at 1 − (1 − confidence) / number of figures. Rates also allow
/// for what a share without failures may hide, and error_rate is compared by Wilson limits
/// (stats/share_change.h).
///
/// Worse: the interval lies beyond no change in the bad direction and its estimate beyond the
/// margin. Better: the interval lies beyond no change in the good direction. Same, which goes
/// before these two: all of it lies within the margin. Swapping the runs swaps the words, but for
/// a gain within the margin, which is no less sure for being small.
///
/// The work does not grow with the square of the run: time is cut into at most 500 slices, and
/// 100,000 requests take about 2 s.
LoadComparison compare_runs(const ComparedRun& before, const ComparedRun& after,
                            const ComparisonPlan& plan);

}  // namespace assay::load
