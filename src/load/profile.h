// How the rate of an open-loop run goes over time: a chain of stages, in each of which it goes in a
// straight line. Constant load is one stage, a ramp one with two rates, a step or a spike several.
// Called by the schedule and by reports. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

namespace assay::load {

struct Stage {
  double seconds = 0;        ///< Above 0.
  double rate_at_start = 0;  ///< Requests per second, at least 0.
  double rate_at_end = 0;    ///< The same.
  bool is_warm_up = false;   ///< Sent like any other and kept out of every figure.
  std::string name{};        ///< Empty: its number.
};

/// Requires at least one stage, each as above.
class Profile {
 public:
  explicit Profile(std::vector<Stage> stages);

  const std::vector<Stage>& stages() const { return stages_; }
  double seconds() const { return ends_.back().seconds; }
  /// How many arrivals are expected until `time`: the integral Λ of the rate from 0. `time` in
  /// seconds, held to the profile.
  double expected_until(double time) const;
  /// The earliest time at which Λ reaches `expected`; requires 0 ≤ expected ≤ Λ(seconds()). Of one
  /// stage from 0 to 10 requests per second over 10 s: Λ(t) = t²/2, so that 8 are expected at 4 s.
  double time_of(double expected) const;
  /// Index of the stage that `time` lies in; the end of a stage belongs to the next one.
  std::size_t stage_at(double time) const;

 private:
  struct End {
    double seconds = 0;   ///< Since the start of the profile.
    double expected = 0;  ///< Λ there.
  };
  std::vector<Stage> stages_;
  std::vector<End> ends_;
};

}  // namespace assay::load
