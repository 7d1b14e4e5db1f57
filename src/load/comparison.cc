#include "load/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "base/check.h"
#include "load/effect.h"
#include "load/judged_request.h"
#include "load/sliced_run.h"

namespace assay::load {
namespace {

/// Longer runs have more requests to a slice. Spreads are then estimated from five hundred slices,
/// which is to 3 %.
constexpr std::size_t kSlicesMost = 500;

constexpr std::array kComparedMeasures{Measure::Ttft, Measure::TtftScheduled, Measure::Itl,
                                       Measure::E2e};
constexpr std::array kComparedShares{0.5, 0.95, 0.99};

/// A figure to be made once it is known how many there are, which decides its confidence.
struct PlannedFigure {
  std::string name;
  bool is_ratio = true;
  bool more_is_worse = true;
  std::function<std::optional<Effect>(const EffectPlan&)> make;
};

std::string_view percentile_name(double share) {
  const auto found = std::find_if(kPercentiles.begin(), kPercentiles.end(),
                                  [share](const auto& one) { return one.share == share; });
  ASSAY_CHECK(found != kPercentiles.end(), "only named percentiles are compared");
  return found->name;
}

std::vector<PlannedFigure> planned_percentiles(const RunPair& runs, double confidence) {
  std::vector<PlannedFigure> figures;
  for (const Measure which : kComparedMeasures) {
    for (const double share : kComparedShares) {
      if (!supports_percentile(runs.before, which, share, confidence)) continue;
      if (!supports_percentile(runs.after, which, share, confidence)) continue;
      figures.push_back({fmt::format("{}_{}", name_of(which), percentile_name(share)), true, true,
                         [&runs, which, share](const EffectPlan& plan) {
                           return percentile_effect(runs, which, share, plan);
                         }});
    }
  }
  return figures;
}

bool is_completed(const RequestRecord& record) { return record.failure == Failure::None; }

Amount as_amount(Holds holds) {
  return
      [holds = std::move(holds)](const RequestRecord& record) { return holds(record) ? 1. : 0.; };
}

Holds meets(std::span<const Threshold> objectives) {
  return [objectives](const RequestRecord& record) { return meets_all(record, objectives); };
}

PlannedFigure planned_rate(const RunPair& runs, std::string name, Holds before, Holds after) {
  return {std::move(name), true, false, [&runs, before, after](const EffectPlan& plan) {
            return rate_effect(runs, as_amount(before), as_amount(after), before, after, plan);
          }};
}

std::vector<PlannedFigure> planned_rates(const RunPair& runs, const ComparedRun& before,
                                         const ComparedRun& after) {
  std::vector<PlannedFigure> figures;
  figures.push_back(planned_rate(runs, "rate_achieved", is_completed, is_completed));
  figures.push_back({"output_tps", true, false, [&runs](const EffectPlan& plan) {
                       const Amount tokens = [](const RequestRecord& record) {
                         return static_cast<double>(output_tokens_of(record));
                       };
                       return rate_effect(runs, tokens, tokens, is_completed, is_completed, plan);
                     }});
  if (!before.objectives.empty() && !after.objectives.empty()) {
    figures.push_back(
        planned_rate(runs, "goodput", meets(before.objectives), meets(after.objectives)));
  }
  figures.push_back({"error_rate", false, true, [&runs](const EffectPlan& plan) {
                       const Holds failed = [](const RequestRecord& record) {
                         return !is_completed(record);
                       };
                       return share_effect(runs, failed, plan.confidence);
                     }});
  return figures;
}

/// On a scale where no change is 0 and what is worse is above it.
struct Badness {
  double estimate = 0;
  stats::Interval interval;
  double margin = 0;
};

Badness badness_of(const ComparedFigure& figure, bool more_is_worse, const ComparisonPlan& plan) {
  Badness badness{figure.effect, figure.interval, plan.margin_error_rate};
  if (figure.is_ratio) {
    badness = {std::log(figure.effect),
               {std::log(figure.interval.low), std::log(figure.interval.high)},
               std::log1p(plan.margin)};
  }
  if (more_is_worse) return badness;
  return {-badness.estimate, {-badness.interval.high, -badness.interval.low}, badness.margin};
}

Change change_of(const Badness& badness) {
  if (badness.interval.low >= -badness.margin && badness.interval.high <= badness.margin) {
    return Change::Same;
  }
  if (badness.interval.low > 0 && badness.estimate > badness.margin) return Change::Worse;
  if (badness.interval.high < 0) return Change::Better;
  return Change::Inconclusive;
}

Change overall_of(std::span<const ComparedFigure> figures) {
  const auto any = [&](Change change) {
    return std::any_of(figures.begin(), figures.end(),
                       [change](const ComparedFigure& figure) { return figure.change == change; });
  };
  if (any(Change::Worse)) return Change::Worse;
  if (figures.empty() || any(Change::Inconclusive)) return Change::Inconclusive;
  return any(Change::Better) ? Change::Better : Change::Same;
}

/// Why the requests cannot be compared one to one; empty when they can.
std::string reason_against_pairs(const ComparedRun& before, const ComparedRun& after,
                                 const SlicedRun& sliced_before, const SlicedRun& sliced_after) {
  if (!before.sent.is_open_loop || !after.sent.is_open_loop) {
    return "in a closed loop the server decides when the next request is sent";
  }
  if (before.sent.scenario != after.sent.scenario) return "the scenarios differ";
  if (before.sent.seed != after.sent.seed) {
    return fmt::format("the seeds differ: {} and {}", before.sent.seed, after.sent.seed);
  }
  if (before.sent.requests != after.sent.requests) {
    return fmt::format("the numbers of planned requests differ: {} and {}", before.sent.requests,
                       after.sent.requests);
  }
  if (sliced_before.records.size() != sliced_after.records.size()) {
    return fmt::format("one run has {} requests that count and the other {}",
                       sliced_before.records.size(), sliced_after.records.size());
  }
  for (std::size_t i = 0; i < sliced_before.records.size(); ++i) {
    if (sliced_before.records[i]->due != sliced_after.records[i]->due) {
      return fmt::format("request {} of those that count was due at different times", i + 1);
    }
  }
  return "";
}

}  // namespace

std::string_view name_of(Change change) {
  switch (change) {
    case Change::Better:
      return "better";
    case Change::Worse:
      return "worse";
    case Change::Same:
      return "same";
    case Change::Inconclusive:
      break;
  }
  return "inconclusive";
}

LoadComparison compare_runs(const ComparedRun& before, const ComparedRun& after,
                            const ComparisonPlan& plan) {
  ASSAY_CHECK(plan.confidence > 0 && plan.confidence < 1, "a confidence is a probability");
  ASSAY_CHECK(plan.resamples_most >= 100, "limits are quantiles of many resamples");
  ASSAY_CHECK(plan.margin >= 0 && plan.margin_error_rate >= 0, "a margin is a size");
  LoadComparison comparison;
  const SlicedRun sliced_before = slice_run(before.records, before.stages, kSlicesMost);
  SlicedRun sliced_after = slice_run(after.records, after.stages, kSlicesMost);
  comparison.not_paired_because = reason_against_pairs(before, after, sliced_before, sliced_after);
  comparison.is_paired = comparison.not_paired_because.empty();
  if (sliced_before.records.empty() || sliced_after.records.empty()) return comparison;
  if (comparison.is_paired) {
    comparison.pairs = sliced_before.records.size();
    // Of the same stages, whose ends may differ by a little as they were run.
    sliced_after = slice_run(after.records, before.stages, kSlicesMost);
  }
  const RunPair runs{sliced_before, sliced_after, comparison.is_paired};
  std::vector<PlannedFigure> planned = planned_rates(runs, before, after);
  // Percentiles must be supported at the confidence they would have if all were.
  const std::size_t most = planned.size() + kComparedMeasures.size() * kComparedShares.size();
  const double error = 1 - plan.confidence;
  std::vector<PlannedFigure> percentiles =
      planned_percentiles(runs, 1 - error / static_cast<double>(most));
  planned.insert(planned.begin(), std::make_move_iterator(percentiles.begin()),
                 std::make_move_iterator(percentiles.end()));
  const double confidence = 1 - error / static_cast<double>(planned.size());
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const std::optional<Effect> effect =
        planned[i].make({confidence, plan.seed + 1000 * i, plan.resamples_most});
    if (!effect) continue;
    ComparedFigure figure{planned[i].name,     effect->before,   effect->after,
                          effect->change,      effect->interval, planned[i].is_ratio,
                          Change::Inconclusive};
    figure.change = change_of(badness_of(figure, planned[i].more_is_worse, plan));
    comparison.figures.push_back(std::move(figure));
  }
  comparison.overall = overall_of(comparison.figures);
  return comparison;
}

}  // namespace assay::load
