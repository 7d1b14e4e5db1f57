#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "stats/spending.h"
#include "stats/stagewise.h"

namespace assay::stats {
namespace {

const std::vector<double> kFifths{0.2, 0.4, 0.6, 0.8, 1};

/// The interval after the first `looks` of five O'Brien–Fleming looks.
Interval after(std::size_t looks, double statistic) {
  std::vector<double> boundaries = normal_boundaries(Spending::OBrienFleming, 0.025, kFifths);
  boundaries.resize(looks - 1);
  return stagewise_interval(std::span(kFifths).first(looks), boundaries, statistic);
}

TEST(Stagewise, OfOneLookIsTheOrdinaryInterval) {
  const Interval interval = stagewise_interval(std::vector{1.0}, {}, 2.0);
  EXPECT_NEAR(interval.low, 2 - 1.959964, 1e-5);
  EXPECT_NEAR(interval.high, 2 + 1.959964, 1e-5);
}

TEST(Stagewise, ExcludesNothingExactlyWhenTheLastBoundaryIsCrossed) {
  // The boundaries spend 0.025 a side, which is what the interval leaves on each.
  EXPECT_NEAR(after(5, 2.0310).low, 0, 2e-3);
  EXPECT_LT(after(5, 2.02).low, 0);
  EXPECT_GT(after(5, 2.05).low, 0);
}

TEST(Stagewise, ReachesDownFurtherThanTheOrdinaryIntervalAfterEarlyLooks) {
  const double root = std::sqrt(0.6);
  const Interval interval = after(3, 2.8);
  EXPECT_LT(interval.low, (2.8 - 1.959964) / root);
  EXPECT_GT(interval.low, 0);
  EXPECT_GT(interval.high, 2.8 / root);
}

TEST(Stagewise, IsMirrored) {
  const Interval up = after(4, 2.5);
  const Interval down = after(4, -2.5);
  EXPECT_NEAR(up.low, -down.high, 1e-4);
  EXPECT_NEAR(up.high, -down.low, 1e-4);
}

}  // namespace
}  // namespace assay::stats
