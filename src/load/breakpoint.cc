#include "load/breakpoint.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace assay::load {
namespace {

constexpr double kRoundingNoise = 1e-9;
/// A server that holds not even this part of the first rate is not searched further down: each step
/// there takes as many times longer.
constexpr double kShrinkMost = 16;

double highest_that_held(const std::vector<BreakpointStep>& steps) {
  double highest = 0;
  for (const BreakpointStep& step : steps) {
    if (step.outcome == StepOutcome::Holds) highest = std::max(highest, step.rate);
  }
  return highest;
}

std::optional<double> lowest_that_broke(const std::vector<BreakpointStep>& steps) {
  std::optional<double> lowest;
  for (const BreakpointStep& step : steps) {
    if (step.outcome != StepOutcome::Breaks) continue;
    if (!lowest || step.rate < *lowest) lowest = step.rate;
  }
  return lowest;
}

}  // namespace

std::string_view name_of(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::Holds:
      return "holds";
    case StepOutcome::Breaks:
      return "breaks";
    case StepOutcome::Open:
      break;
  }
  return "open";
}

BreakpointSearch::BreakpointSearch(const BreakpointPlan& plan) : plan_(plan) {
  ASSAY_CHECK(plan.rate_first > 0 && plan.rate_first <= plan.rate_max, "rates are positive");
  ASSAY_CHECK(plan.growth > 1 && plan.resolution > 1, "rates grow by factors above 1");
}

std::optional<double> BreakpointSearch::next_rate() const {
  if (steps_.size() >= kBreakpointStepsMost) return std::nullopt;
  if (steps_.empty()) return plan_.rate_first;
  const std::optional<double> high = lowest_that_broke(steps_);
  if (!high) {
    if (const auto rate = rate_of_growth()) return rate;
  }
  const double low = highest_that_held(steps_);
  if (low > 0) return rate_within(low, high.value_or(plan_.rate_max));
  double lowest = std::numeric_limits<double>::infinity();
  for (const BreakpointStep& step : steps_) lowest = std::min(lowest, step.rate);
  if (lowest <= plan_.rate_first / kShrinkMost) return std::nullopt;
  return lowest / plan_.growth;
}

/// None when the highest rate was tried.
std::optional<double> BreakpointSearch::rate_of_growth() const {
  double highest = 0;
  for (const BreakpointStep& step : steps_) highest = std::max(highest, step.rate);
  if (highest >= plan_.rate_max * (1 - kRoundingNoise)) return std::nullopt;
  return std::min(highest * plan_.growth, plan_.rate_max);
}

std::optional<double> BreakpointSearch::rate_within(double low, double high) const {
  double open_lowest = high;
  double open_highest = low;
  for (const BreakpointStep& step : steps_) {
    if (step.outcome != StepOutcome::Open || step.rate <= low || step.rate > high) continue;
    open_lowest = std::min(open_lowest, step.rate);
    open_highest = std::max(open_highest, step.rate);
  }
  const bool has_open = open_lowest <= open_highest;
  if (high / low <= plan_.resolution * (1 + kRoundingNoise)) return std::nullopt;
  if (!has_open) return std::sqrt(low * high);
  const double below = open_lowest / low;
  const double above = high / open_highest;
  if (std::max(below, above) <= plan_.resolution * (1 + kRoundingNoise)) return std::nullopt;
  return below >= above ? std::sqrt(low * open_lowest) : std::sqrt(open_highest * high);
}

void BreakpointSearch::take(const BreakpointStep& step) {
  ASSAY_CHECK(step.rate > 0, "rates are positive");
  steps_.push_back(step);
}

BreakpointResult BreakpointSearch::result() const {
  return {highest_that_held(steps_), lowest_that_broke(steps_), plan_.confidence, steps_};
}

}  // namespace assay::load
