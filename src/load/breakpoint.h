// The highest rate at which requests meet their objectives, as an interval. Each rate is tried
// until a sequential test can tell on which side it lies; rates between the highest that holds and
// the lowest that does not are tried until the two are near enough. Decides only; the runner sends,
// and judges each step as rate_step.h does. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "stats/interval.h"

namespace assay::load {

struct BreakpointPlan {
  double rate_first = 1;         ///< Requests per second, above 0.
  double rate_max = 1000;        ///< No higher rate is tried.
  double growth = 2;             ///< Until the first rate that does not hold; above 1.
  double resolution = 1.1;       ///< Done when lowest failing ÷ highest holding is at most this.
  double share_required = 0.95;  ///< Of requests that meet every objective, for a rate to hold.
  double confidence = 0.95;      ///< Of the whole search, shared out among its steps and looks.
  double step_s_max = 60;        ///< A rate about which nothing is known by then stays open.
};

enum class StepOutcome {
  Holds,  ///< More than the required share meets the objectives, with the step's confidence.
  Breaks,
  Open,  ///< Neither can be said.
};
/// "holds", "breaks", "open".
std::string_view name_of(StepOutcome outcome);

struct BreakpointStep {
  double rate = 0;
  double seconds = 0;
  std::size_t requests = 0;
  std::size_t met = 0;  ///< Of them, those that met every objective.
  /// Of the share that meets them once the step has settled, from the requests after its first
  /// quarter and at the confidence of its last look; 0 to 1 when it was never looked at.
  stats::Interval share;
  StepOutcome outcome = StepOutcome::Open;
};

struct BreakpointResult {
  /// The highest rate within the objectives lies in here: from the highest that held (0: none did)
  /// to the lowest that broke (none: all held up to the plan's highest).
  double low = 0;
  std::optional<double> high;
  double confidence = 0.95;
  std::vector<BreakpointStep> steps;  ///< In the order they were run.
};

/// A search takes no more steps than this; each has this part of the error allowed.
inline constexpr std::size_t kBreakpointStepsMost = 16;

/// Rates grow by the plan's factor until one breaks, or shrink by it until one holds, down to a
/// sixteenth of the first; then the
/// middle, on a scale of logarithms, of the gap between the highest that held and the lowest that
/// broke is tried next. A rate that stays open splits the gap: the larger part is looked into, and
/// the search is over when neither part is worth a step. The interval of the result holds the
/// highest rate within the objectives with the plan's confidence, provided that higher rates never
/// meet them more often.
class BreakpointSearch {
 public:
  /// Requires rate_first > 0, rate_first ≤ rate_max, growth > 1 and resolution > 1.
  explicit BreakpointSearch(const BreakpointPlan& plan);

  /// None when the search is over.
  std::optional<double> next_rate() const;

  /// What became of next_rate().
  void take(const BreakpointStep& step);

  BreakpointResult result() const;

 private:
  std::optional<double> rate_of_growth() const;
  std::optional<double> rate_within(double low, double high) const;

  BreakpointPlan plan_;
  std::vector<BreakpointStep> steps_;
};

}  // namespace assay::load
