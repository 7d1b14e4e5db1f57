#include "stats/trend.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

TEST(Trend, FollowsTheFormula) {
  const Trend trend = trend_of(std::vector<double>{1, 2, 2, 3}, 0.95, 4);
  EXPECT_DOUBLE_EQ(trend.mean, 2);
  EXPECT_DOUBLE_EQ(trend.slope, 0.6);
  EXPECT_NEAR(trend.interval.low, 0.6 - 0.6085, 1e-4);
  EXPECT_NEAR(trend.interval.high, 0.6 + 0.6085, 1e-4);
}

TEST(Trend, OfASeriesWithoutOneIsRarelyFound) {
  base::Random random(1);
  int found = 0;
  for (int run = 0; run < 1000; ++run) {
    std::vector<double> series(200);
    for (double& value : series) value = random.unit();
    found += trend_of(series, 0.9).interval.low > 0 ? 1 : 0;
  }
  EXPECT_NEAR(found, 50, 20);
}

TEST(Trend, OfAQueueThatGrowsIsFound) {
  base::Random random(2);
  std::vector<double> series;
  for (int i = 0; i < 400; ++i) series.push_back(0.01 * i + random.unit());
  const Trend trend = trend_of(series);
  EXPECT_GT(trend.interval.low, 0.009);
  EXPECT_NEAR(trend.slope, 0.01, 0.001);
}

TEST(Trend, OfTooFewValuesIsNone) {
  EXPECT_EQ(trend_of({}).interval.high, std::numeric_limits<double>::infinity());
  EXPECT_EQ(trend_of(std::vector<double>{1, 2, 3}).slope, 0);
  EXPECT_EQ(trend_of(std::vector<double>{1, 2, 3}).mean, 2);
  EXPECT_EQ(trend_of(std::vector<double>(80, 2.0)).interval.high, 0);
}

}  // namespace
}  // namespace assay::stats
