#include "stats/brownian.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace assay::stats {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

double upper_tail(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

double probability(const SurvivingPaths& paths, double fraction, Interval region,
                   double drift = 0) {
  return paths.probability(fraction, std::vector<Interval>{region}, drift);
}

TEST(SurvivingPaths, FollowTheNormalDistributionAtFirst) {
  const SurvivingPaths paths(0.25);
  EXPECT_NEAR(probability(paths, 0.25, {1, kInfinite}), upper_tail(2), 1e-12);
  EXPECT_NEAR(probability(paths, 1, {1, 2}, 0.5), upper_tail(0.5) - upper_tail(1.5), 1e-12);
}

TEST(SurvivingPaths, ForgetALookThatStopsNone) {
  SurvivingPaths paths(0.25);
  paths.go_on(0.25, std::vector<Interval>{{-6, 6}});
  paths.go_on(0.75, std::vector<Interval>{{-9, 9}});
  EXPECT_NEAR(probability(paths, 1, {1.5, kInfinite}), upper_tail(1.5), 1e-8);
  EXPECT_NEAR(probability(paths, 1, {1.5, kInfinite}, 2), upper_tail(-0.5), 1e-8);
}

TEST(SurvivingPaths, LoseThoseThatStop) {
  // Of paths above 0 at 1/2, three quarters are above 0 at 1 too: orthants of correlation √½.
  SurvivingPaths paths(0.5);
  paths.go_on(0.5, std::vector<Interval>{{0, 8}});
  EXPECT_NEAR(probability(paths, 1, {0, kInfinite}), 0.375, 1e-8);
  EXPECT_NEAR(probability(paths, 1, {-kInfinite, 0}), 0.125, 1e-8);
}

TEST(SurvivingPaths, AddUpOverRegions) {
  SurvivingPaths paths(0.5);
  paths.go_on(0.5, std::vector<Interval>{{-2, -0.5}, {0.5, 2}});
  const std::vector<Interval> both{{-1, 0}, {1, kInfinite}};
  EXPECT_NEAR(paths.probability(1, both),
              probability(paths, 1, both[0]) + probability(paths, 1, both[1]), 1e-12);
  EXPECT_NEAR(probability(paths, 1, {-kInfinite, kInfinite}),
              2 * (upper_tail(0.5 * std::numbers::sqrt2) - upper_tail(2 * std::numbers::sqrt2)),
              1e-8);
}

TEST(StepLeast, CountsFromNothing) {
  EXPECT_DOUBLE_EQ(step_least(std::vector{0.1, 0.5, 1.0}), 0.1);
  EXPECT_NEAR(step_least(std::vector{0.5, 0.75, 1.0}), 0.25, 1e-15);
}

}  // namespace
}  // namespace assay::stats
