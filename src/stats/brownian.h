// A test statistic followed from look to look, as a Brownian motion that stops where a study would:
// what every boundary and interval of a study with looks is computed from. Called by spending and
// stopped_mean. Values; not to be changed by two threads at once.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "stats/interval.h"

namespace assay::stats {

/// The motion X(t) with drift θ has mean θt and variance t; the z statistic at information fraction
/// t is X(t)/√t.
///
/// Holds the density of the paths that have not stopped, on the nodes of a composite Gauss–Legendre
/// rule (recursive numerical integration: Armitage, McPherson and Rowe 1969). It is kept for no
/// drift; the drift comes in as the likelihood ratio exp(θx − θ²t/2), so that one pass serves all
/// drifts. Probabilities are right to about 1e-7.
class SurvivingPaths {
 public:
  /// All paths, at time 0. `step_least`: the shortest step between looks, in (0, 1].
  explicit SurvivingPaths(double step_least);

  /// The probability of not having stopped, and being in one of `regions` at `fraction`, under that
  /// drift. Regions lie apart; an infinite limit is allowed. `fraction` is above that of the last
  /// go_on().
  double probability(double fraction, std::span<const Interval> regions, double drift = 0) const;

  /// The paths that are in one of `regions` at `fraction` go on, all others stop. Regions are
  /// finite, ascending and apart.
  void go_on(double fraction, std::span<const Interval> regions);

 private:
  double fraction_ = 0;
  double piece_;  ///< Widest piece that one rule covers.
  std::vector<double> at_{0};
  std::vector<double> mass_{1};  ///< Density × weight.
};

/// The shortest step from 0 through the fractions, which ascend.
double step_least(std::span<const double> fractions);

}  // namespace assay::stats
