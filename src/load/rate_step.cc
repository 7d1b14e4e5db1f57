#include "load/rate_step.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "stats/autocorrelation.h"
#include "stats/proportion.h"
#include "stats/trend.h"

namespace assay::load {
namespace {

constexpr std::array kLookShares{1.0 / 32, 1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 1.0};
/// Looks before this one cannot say that a rate holds: a queue may not have built up yet.
constexpr std::size_t kFirstToHold = 2;
constexpr std::size_t kRequestsLeast = 50;
constexpr double kSettling = 0.25;
/// Fewer independent trials than this are not known well enough to be that many.
constexpr double kTrialsLeastToBreak = 10;
/// Not everyone waits in a queue that just holds, so that waits fall off from less than 1.
constexpr double kRunawayReserve = 1.5;
constexpr double kMissedInRunaway = 0.9;
constexpr double kGrowthHorizon = 3;
constexpr double kGrowthConfidence = 0.9;
/// Where strain is cut off, so that one stall does not pass for all there is to its series.
constexpr double kStrainMost = 4;

double share_met(std::span<const StepRequest> requests) {
  const auto met = std::count_if(requests.begin(), requests.end(),
                                 [](const StepRequest& request) { return request.met; });
  return static_cast<double>(met) / static_cast<double>(requests.size());
}

double median_strain(std::span<const StepRequest> requests) {
  std::vector<double> strains;
  for (const StepRequest& request : requests) strains.push_back(request.strain);
  const auto middle = strains.begin() + static_cast<std::ptrdiff_t>(strains.size() / 2);
  std::nth_element(strains.begin(), middle, strains.end());
  return *middle;
}

std::vector<double> capped_strains(std::span<const StepRequest> requests) {
  std::vector<double> strains;
  for (const StepRequest& request : requests) {
    strains.push_back(std::min(request.strain, kStrainMost));
  }
  return strains;
}

double independent_trials(std::span<const StepRequest> requests,
                          const std::vector<double>& strains) {
  std::vector<double> met;
  for (const StepRequest& request : requests) met.push_back(request.met ? 1 : 0);
  return std::min(stats::effective_size(met), stats::effective_size(strains));
}

/// Whether strain may grow so that it would be past the bound if the step went on.
bool may_grow_past_bound(const std::vector<double>& strains) {
  const stats::Trend trend = stats::trend_of(strains, kGrowthConfidence);
  return trend.mean + trend.interval.high * kGrowthHorizon * static_cast<double>(strains.size()) >
         1;
}

bool ran_away(std::span<const StepRequest> requests, double share_required, double error) {
  const auto later = requests.subspan(requests.size() / 2);
  if (1 - share_met(later) < kMissedInRunaway) return false;
  return median_strain(later.subspan(later.size() / 2)) >
         kRunawayReserve * std::log(error) / std::log(1 - share_required);
}

double step_error(const BreakpointPlan& plan) {
  return (1 - plan.confidence) / static_cast<double>(kBreakpointStepsMost);
}

/// Of one look.
double error_of_holding(const BreakpointPlan& plan) {
  return step_error(plan) / static_cast<double>(kLookShares.size() - kFirstToHold);
}

double error_of_breaking(const BreakpointPlan& plan) {
  return step_error(plan) / static_cast<double>(kLookShares.size());
}

}  // namespace

std::size_t requests_least_to_hold(const BreakpointPlan& plan) {
  const double met = std::log(error_of_holding(plan)) / std::log(plan.share_required);
  return static_cast<std::size_t>(std::ceil(met / (1 - kSettling)));
}

BreakpointPlan plan_of_step(const BreakpointPlan& plan, double rate) {
  BreakpointPlan step = plan;
  const double seconds = 1.5 * static_cast<double>(requests_least_to_hold(plan)) / rate;
  step.step_s_max = std::max(plan.step_s_max, seconds);
  return step;
}

StepTest::StepTest(double rate, const BreakpointPlan& plan) : rate_(rate), plan_(plan) {
  ASSAY_CHECK(plan.share_required > 0 && plan.share_required < 1, "a share is required");
  ASSAY_CHECK(plan.confidence > 0 && plan.confidence < 1, "a confidence is a probability");
  ASSAY_CHECK(plan.step_s_max > 0, "a step takes time");
}

bool StepTest::is_over() const {
  return outcome_ != StepOutcome::Open || looks_ == kLookShares.size();
}

std::optional<double> StepTest::next_look_s() const {
  if (is_over()) return std::nullopt;
  return kLookShares[looks_] * plan_.step_s_max;
}

void StepTest::take(const StepRequest& request) {
  if (is_over()) return;
  ASSAY_CHECK(requests_.empty() || requests_.back().due_s <= request.due_s,
              "requests come in order of due time");
  while (!is_over() && request.due_s >= kLookShares[looks_] * plan_.step_s_max) {
    look(kLookShares[looks_] * plan_.step_s_max);
  }
  if (!is_over()) requests_.push_back(request);
}

void StepTest::look(double seconds) {
  const std::size_t number = looks_++;
  const auto first = std::find_if(
      requests_.begin(), requests_.end(),
      [&](const StepRequest& request) { return request.due_s >= kSettling * seconds; });
  const std::span<const StepRequest> counted(first, requests_.end());
  if (counted.size() < kRequestsLeast) return;
  const double error_holds = error_of_holding(plan_);
  const double error_breaks = error_of_breaking(plan_);
  const std::vector<double> strains = capped_strains(counted);
  const double trials = independent_trials(counted, strains);
  const double share = share_met(counted);
  share_ = {stats::clopper_pearson_of_share(share, trials, 1 - 2 * error_holds).low,
            stats::clopper_pearson_of_share(share, trials, 1 - 2 * error_breaks).high};
  if (share_.high < plan_.share_required && trials >= kTrialsLeastToBreak) {
    outcome_ = StepOutcome::Breaks;
  } else if (ran_away(counted, plan_.share_required, error_breaks)) {
    outcome_ = StepOutcome::Breaks;
  } else if (number >= kFirstToHold && share_.low > plan_.share_required &&
             !may_grow_past_bound(strains)) {
    outcome_ = StepOutcome::Holds;
  }
}

BreakpointStep StepTest::finish(double seconds) {
  while (!is_over() && seconds >= kLookShares[looks_] * plan_.step_s_max) {
    look(kLookShares[looks_] * plan_.step_s_max);
  }
  const auto met = std::count_if(requests_.begin(), requests_.end(),
                                 [](const StepRequest& request) { return request.met; });
  return {rate_, seconds, requests_.size(), static_cast<std::size_t>(met), share_, outcome_};
}

}  // namespace assay::load
