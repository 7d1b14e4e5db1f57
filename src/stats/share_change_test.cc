#include "stats/share_change.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace assay::stats {
namespace {

TEST(ShareDifference, GivesThePublishedLimitsOfPairedSamples) {
  const PairedOutcomes one{36, 2, 12, 0};
  Interval limits = share_difference({0.76, 50}, {0.96, 50}, correlation_of(one));
  EXPECT_NEAR(limits.low, 0.0569, 1e-4);
  EXPECT_NEAR(limits.high, 0.3404, 1e-4);
  const PairedOutcomes other{20, 2, 12, 16};
  limits = share_difference({0.44, 50}, {0.64, 50}, correlation_of(other));
  EXPECT_NEAR(limits.low, 0.0562, 1e-4);
  EXPECT_NEAR(limits.high, 0.3292, 1e-4);
}

TEST(ShareDifference, StaysOpenWhereNothingFailed) {
  const Interval limits = share_difference({0, 300}, {0, 300}, 0);
  EXPECT_NEAR(limits.low, -0.0126, 1e-4);
  EXPECT_NEAR(limits.high, 0.0126, 1e-4);
}

TEST(CorrelationOf, IsNoneWhereAnOutcomeNeverVaries) {
  EXPECT_EQ(correlation_of({0, 0, 5, 95}), 0);
  EXPECT_EQ(correlation_of({}), 0);
  EXPECT_GT(correlation_of({50, 1, 1, 48}), 0.9);
}

TEST(ShareRatio, IsSymmetricInLogarithmsAndStaysOpen) {
  const Interval limits = share_ratio({1, 300}, {1, 300}, 0);
  EXPECT_NEAR(limits.low, 0.98736, 1e-5);
  EXPECT_NEAR(limits.low * limits.high, 1, 1e-12);
  const Interval half = share_ratio({0.8, 1000}, {0.4, 1000}, 0);
  EXPECT_LT(half.low, 0.5);
  EXPECT_GT(half.high, 0.5);
}

TEST(ShareRatio, ReachesInfinityFromNothing) {
  const Interval from_nothing = share_ratio({0, 100}, {0.5, 100}, 0);
  EXPECT_EQ(from_nothing.high, std::numeric_limits<double>::infinity());
  EXPECT_GT(from_nothing.low, 1);
  const Interval to_nothing = share_ratio({0.5, 100}, {0, 100}, 0);
  EXPECT_EQ(to_nothing.low, 0);
  EXPECT_LT(to_nothing.high, 1);
}

}  // namespace
}  // namespace assay::stats
