#include "stats/stopped_mean.h"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/check.h"
#include "stats/brownian.h"

namespace assay::stats {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
/// A limit this many standard errors from the mean is past anything asked for.
constexpr double kReach = 8;
/// Of a limit, in standard errors at full information.
constexpr double kTolerance = 1e-4;

std::vector<double> fractions_of(std::span<const LookRule> rules) {
  std::vector<double> fractions;
  for (const LookRule& rule : rules) fractions.push_back(rule.fraction);
  return fractions;
}

/// All looks of a study, each with the paths that reach it.
class Study {
 public:
  explicit Study(std::span<const LookRule> rules) {
    SurvivingPaths paths(step_least(fractions_of(rules)));
    for (const LookRule& rule : rules) {
      Stage stage{rule.fraction, paths, {}};
      const double root = std::sqrt(rule.fraction);
      for (const Interval& range : rule.going_on) {
        stage.going_on.push_back({range.low * root, range.high * root});
      }
      stages_.push_back(stage);
      if (stage.going_on.empty()) break;
      paths.go_on(rule.fraction, stage.going_on);
    }
  }

  /// Of stopping with a mean of at least `mean`.
  double probability_above(double mean, double drift) const {
    double sum = 0;
    std::vector<Interval> stops;
    for (const Stage& stage : stages_) {
      stops.clear();
      double from = mean * stage.fraction;
      for (const Interval& range : stage.going_on) {
        if (range.low > from) stops.push_back({from, range.low});
        from = std::max(from, range.high);
      }
      stops.push_back({from, kInfinite});
      sum += stage.paths.probability(stage.fraction, stops, drift);
    }
    return sum;
  }

 private:
  struct Stage {
    double fraction = 0;
    SurvivingPaths paths;  ///< Up to the look before.
    std::vector<Interval> going_on;
  };

  std::vector<Stage> stages_;
};

/// Where the increasing function is 0, between the ends; the nearer end when it is beyond them.
template <typename Function>
double root_of(Function function, double low, double high) {
  const double at_low = function(low);
  const double at_high = function(high);
  if (at_low >= 0) return low;
  if (at_high <= 0) return high;
  std::uintmax_t steps = 100;
  const auto near = [](double a, double b) { return std::abs(a - b) < kTolerance; };
  const auto [below, above] =
      boost::math::tools::toms748_solve(function, low, high, at_low, at_high, near, steps);
  return (below + above) / 2;
}

}  // namespace

Interval stopped_mean_interval(std::span<const LookRule> rules, std::size_t look, double statistic,
                               double confidence) {
  ASSAY_CHECK(look < rules.size(), "the study stopped at one of its looks");
  ASSAY_CHECK(std::abs(statistic) <= 30, "the statistic is within reach of the nodes");
  const Study study(rules);
  const double mean = statistic / std::sqrt(rules[look].fraction);
  const double reach = kReach / std::sqrt(rules[look].fraction);
  const double tail = (1 - confidence) / 2;
  const auto limit = [&](double probability, double low, double high) {
    return root_of([&](double drift) { return study.probability_above(mean, drift) - probability; },
                   low, high);
  };
  return {limit(tail, mean - reach, mean), limit(1 - tail, mean, mean + reach)};
}

}  // namespace assay::stats
