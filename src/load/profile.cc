#include "load/profile.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace assay::load {
namespace {

double slope_of(const Stage& stage) {
  return (stage.rate_at_end - stage.rate_at_start) / stage.seconds;
}

/// Arrivals expected in the first `time` seconds of the stage.
double expected_in(const Stage& stage, double time) {
  return time * (stage.rate_at_start + slope_of(stage) * time / 2);
}

/// The earliest time within the stage at which that many are expected: the root of
/// slope/2 · t² + rate · t − expected, in the form that loses no digits where the slope is small.
double time_in(const Stage& stage, double expected) {
  if (expected <= 0) return 0;
  const double slope = slope_of(stage);
  const double root =
      std::sqrt(std::max(0.0, stage.rate_at_start * stage.rate_at_start + 2 * slope * expected));
  return std::min(stage.seconds, 2 * expected / (stage.rate_at_start + root));
}

}  // namespace

Profile::Profile(std::vector<Stage> stages) : stages_(std::move(stages)) {
  ASSAY_CHECK(!stages_.empty(), "a profile has a stage");
  End end;
  for (const Stage& stage : stages_) {
    ASSAY_CHECK(stage.seconds > 0, "a stage takes time");
    ASSAY_CHECK(stage.rate_at_start >= 0 && stage.rate_at_end >= 0, "a rate is not negative");
    end.seconds += stage.seconds;
    end.expected += expected_in(stage, stage.seconds);
    ends_.push_back(end);
  }
}

std::size_t Profile::stage_at(double time) const {
  const auto after = std::find_if(ends_.begin(), ends_.end(),
                                  [time](const End& end) { return time < end.seconds; });
  return std::min(static_cast<std::size_t>(after - ends_.begin()), stages_.size() - 1);
}

double Profile::expected_until(double time) const {
  const double held = std::clamp(time, 0.0, seconds());
  const std::size_t index = stage_at(held);
  const End before = index == 0 ? End{} : ends_[index - 1];
  return before.expected + expected_in(stages_[index], held - before.seconds);
}

double Profile::time_of(double expected) const {
  const auto end = std::find_if(ends_.begin(), ends_.end(),
                                [expected](const End& at) { return expected <= at.expected; });
  const auto index = std::min(static_cast<std::size_t>(end - ends_.begin()), stages_.size() - 1);
  const End before = index == 0 ? End{} : ends_[index - 1];
  return before.seconds + time_in(stages_[index], expected - before.expected);
}

}  // namespace assay::load
