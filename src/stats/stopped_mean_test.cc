#include "stats/stopped_mean.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

/// Five looks with O'Brien and Fleming's boundaries that give up whatever looks like nothing.
std::vector<LookRule> five_looks() {
  return {{0.2, {{-4.877, 4.877}}},
          {0.4, {{-3.357, -0.3}, {0.3, 3.357}}},
          {0.6, {{-2.680, -0.8}, {0.8, 2.680}}},
          {0.8, {{-2.290, -1.4}, {1.4, 2.290}}},
          {1, {}}};
}

double draw_normal(base::Random& random) {
  const double radius = 1 - random.unit();
  return std::sqrt(-2 * std::log(radius)) * std::cos(2 * std::numbers::pi * random.unit());
}

/// The mean with which one simulated study of that drift stops.
double simulated_mean(const std::vector<LookRule>& rules, double drift, base::Random& random) {
  double x = 0;
  double before = 0;
  for (const LookRule& rule : rules) {
    const double step = rule.fraction - before;
    x += drift * step + std::sqrt(step) * draw_normal(random);
    before = rule.fraction;
    const double z = x / std::sqrt(rule.fraction);
    bool goes_on = false;
    for (const Interval& range : rule.going_on) {
      goes_on = goes_on || (range.low < z && z < range.high);
    }
    if (!goes_on) return x / rule.fraction;
  }
  return x;
}

double share_above(double mean, double drift) {
  base::Random random(3);
  constexpr int kStudies = 40'000;
  int above = 0;
  for (int study = 0; study < kStudies; ++study) {
    above += simulated_mean(five_looks(), drift, random) >= mean ? 1 : 0;
  }
  return above / static_cast<double>(kStudies);
}

TEST(StoppedMean, OfOneLookIsTheOrdinaryInterval) {
  const std::vector<LookRule> once{{1, {}}};
  const Interval interval = stopped_mean_interval(once, 0, 2.0);
  EXPECT_NEAR(interval.low, 2 - 1.959964, 1e-3);
  EXPECT_NEAR(interval.high, 2 + 1.959964, 1e-3);
}

TEST(StoppedMean, LeavesTwoAndAHalfPercentOnEachSide) {
  // Simulated studies at the very limits; 0.025 ± 0.0023 are three standard errors.
  for (const auto& [look, statistic] : std::vector<std::pair<std::size_t, double>>{
           {1, 0.1}, {2, 3.0}, {3, 2.4}, {4, 1.1}, {4, -2.5}}) {
    const double mean = statistic / std::sqrt(five_looks()[look].fraction);
    const Interval interval = stopped_mean_interval(five_looks(), look, statistic);
    EXPECT_NEAR(share_above(mean, interval.low), 0.025, 0.0024) << look << " " << statistic;
    EXPECT_NEAR(share_above(mean, interval.high), 0.975, 0.0024) << look << " " << statistic;
  }
}

TEST(StoppedMean, IsPulledTowardsNothingWhereOnlyLargeMeansStop) {
  const double root = std::sqrt(0.6);
  const Interval interval = stopped_mean_interval(five_looks(), 2, 2.8);
  EXPECT_LT(interval.low, (2.8 - 1.959964) / root);
  EXPECT_GT(interval.low, 0);
  EXPECT_GT(interval.high, 2.8 / root);
}

TEST(StoppedMean, IsMirrored) {
  const Interval up = stopped_mean_interval(five_looks(), 3, 2.5);
  const Interval down = stopped_mean_interval(five_looks(), 3, -2.5);
  EXPECT_NEAR(up.low, -down.high, 1e-3);
  EXPECT_NEAR(up.high, -down.low, 1e-3);
}

TEST(StoppedMean, HoldsItsMeanFarFromNothing) {
  for (const double statistic : {8.0, 15.0, 30.0}) {
    const Interval interval = stopped_mean_interval(five_looks(), 1, statistic);
    EXPECT_LT(interval.low, statistic / std::sqrt(0.4));
    EXPECT_GT(interval.high, statistic / std::sqrt(0.4));
    EXPECT_GT(interval.low, 0);
  }
}

}  // namespace
}  // namespace assay::stats
