// One rate of a breakpoint search, judged while its requests come in: does the share of requests
// that meet their objectives stay above what is required? Called by the search's runner. Not
// thread-safe. docs/design/load-statistics.md gives the reasons and the measured error rates.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "load/breakpoint.h"

namespace assay::load {

/// With fewer requests than this a step cannot say that its rate holds, even if all of them met:
/// 186 by the default plan, which 60 s bring at 3.1 a second.
std::size_t requests_least_to_hold(const BreakpointPlan& plan);

/// The plan for one rate: its step_s_max is long enough for half as many requests again as a step
/// needs that can hold. At the default 60 s that is longer below 4.7 requests per second.
BreakpointPlan plan_of_step(const BreakpointPlan& plan, double rate);

/// A request whose fate is known. One that is still under way is known not to have met an upper
/// bound as soon as it has been under way for longer than that: its strain is then what it has come
/// to. Waiting for the replies themselves would hide an overload for as long as it delays them.
struct StepRequest {
  double due_s = 0;   ///< Since the start of the step.
  bool met = true;    ///< Every objective.
  double strain = 0;  ///< As strain_of(), and may be infinite.
};

/// Looks at what has come when the time of the step reaches 1/32, 1/16, 1/8, 1/4, 1/2 and all of
/// the plan's step_s_max, not before 50 requests. Of each look's requests the first quarter of the
/// time is left out: a queue that starts empty flatters the rate.
///
/// Each look has its part of the error that the plan allows: (1 − confidence) / 16 for each step,
/// evenly among the looks that may say so. The share's limits are Clopper and Pearson's, with as
/// many trials as the series is worth: requests ÷ the greater autocorrelation time of met and of
/// strain, which tells that neighbours shared a queue also while all of them met.
///
/// Holds, from the third look on: the lower limit is above the required share, and the mean of
/// strain does not grow faster (upper limit of its slope at one-sided 95 %, stats/trend.h) than
/// would take it to the bound in three times the time looked at. Breaks: the upper
/// limit is below it, and the series is worth 10 trials or more; or the queue ran away: of the
/// later half nine tenths did not meet, and the median strain of the last quarter is beyond what
/// waiting times of a queue that just holds reach with the look's error, log error / log (1 −
/// share required) times the bound and half as far again, their distribution falling off
/// exponentially (Kingman 1970).
class StepTest {
 public:
  StepTest(double rate, const BreakpointPlan& plan);

  /// In order of due time. What comes after the outcome is ignored.
  void take(const StepRequest& request);

  double rate() const { return rate_; }
  /// When the next look is due, in seconds since the start of the step; none when it is over.
  std::optional<double> next_look_s() const;
  StepOutcome outcome() const { return outcome_; }
  /// Decided, or nothing more will be looked at.
  bool is_over() const;

  /// The step, of which `seconds` have gone by and every request due until then has been taken;
  /// takes the look that this time allows.
  BreakpointStep finish(double seconds);

 private:
  void look(double seconds);

  double rate_;
  BreakpointPlan plan_;
  std::vector<StepRequest> requests_;
  std::size_t looks_ = 0;  ///< Taken so far.
  StepOutcome outcome_ = StepOutcome::Open;
  stats::Interval share_{0, 1};
};

}  // namespace assay::load
