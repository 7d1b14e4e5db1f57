// The highest rate at which requests meet their objectives, as an interval. Each rate is tried
// until a sequential test can tell on which side it lies; rates between the highest that holds and
// the lowest that does not are tried until the two are near enough. Decides only; the runner sends.
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
  std::size_t met = 0;    ///< Of them, those that met every objective.
  stats::Interval share;  ///< Of met ÷ requests, at the confidence of its last look.
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

}  // namespace assay::load
