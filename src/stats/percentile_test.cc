#include "stats/percentile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

std::vector<double> uniform(std::size_t size, base::Random& random) {
  std::vector<double> values(size);
  for (double& value : values) value = random.unit();
  return values;
}

/// Waiting times in a queue with Poisson arrivals and a fixed service time of 1 (Lindley 1952).
std::vector<double> queue_waits(double load, std::size_t size, base::Random& random) {
  std::vector<double> waits;
  double wait = 0;
  for (std::size_t i = 0; i < size; ++i) {
    waits.push_back(wait);
    wait = std::max(0.0, wait + 1 + std::log(1 - random.unit()) / load);
  }
  return waits;
}

TEST(Percentile, IsTheNearestRank) {
  std::vector<double> series(1000);
  std::iota(series.begin(), series.end(), 1.0);
  base::Random(1).shuffle(std::span(series));
  EXPECT_EQ(percentile(series, 0.5)->value, 500);
  EXPECT_EQ(percentile(series, 0.95)->value, 950);
  EXPECT_EQ(percentile(series, 0.5005)->value, 501);
}

TEST(Percentile, IsNotGivenWhereTheSampleCannotSupportIt) {
  base::Random random(2);
  const auto least = [&](double share) {
    std::size_t size = 1;
    std::vector<double> series{0};
    // Alternating values keep the indicator free of autocorrelation.
    while (!percentile(series, share)) {
      series.push_back(static_cast<double>((size * 7919) % 1009));
      ++size;
    }
    return size;
  };
  EXPECT_EQ(percentile({}, 0.5), std::nullopt);
  EXPECT_LE(least(0.5), 10U);
  EXPECT_GE(least(0.95), 73U) << "not even the largest value is above it with 97.5 %";
  EXPECT_LE(least(0.95), 130U);
  EXPECT_GE(least(0.99), 368U);
  EXPECT_LE(least(0.99), 700U);
}

TEST(SupportsPercentile, TakesAsManyMoreValuesAsTheyResembleEachOther) {
  EXPECT_FALSE(supports_percentile(109, 0.95, 1));
  EXPECT_TRUE(supports_percentile(110, 0.95, 1));
  EXPECT_FALSE(supports_percentile(562, 0.99, 1));
  EXPECT_TRUE(supports_percentile(563, 0.99, 1));
  EXPECT_FALSE(supports_percentile(600, 0.95, 10));
  EXPECT_TRUE(supports_percentile(1000, 0.95, 10));
}

TEST(Percentile, IntervalsHoldTheTruthAsOftenAsTheySay) {
  base::Random random(3);
  for (const double share : {0.5, 0.9, 0.95}) {
    int held = 0;
    constexpr int kRuns = 2000;
    for (int run = 0; run < kRuns; ++run) {
      const auto found = percentile(uniform(400, random), share);
      ASSERT_TRUE(found.has_value());
      held += found->interval.low <= share && share <= found->interval.high ? 1 : 0;
    }
    EXPECT_GE(held, kRuns * 0.94) << share;
    EXPECT_LE(held, kRuns * 0.99) << share;
  }
}

TEST(Percentile, IntervalsAllowForNeighboursThatWaitInOneQueue) {
  base::Random random(4);
  // The truth by a run long enough to know it to a hundredth.
  const std::vector<double> long_run = queue_waits(0.8, 1'000'000, random);
  std::vector<double> sorted = long_run;
  std::sort(sorted.begin(), sorted.end());
  const double truth = sorted[sorted.size() * 9 / 10];
  int held = 0;
  constexpr int kRuns = 40;
  for (int run = 0; run < kRuns; ++run) {
    const auto found = percentile(queue_waits(0.8, 20'000, random), 0.9);
    ASSERT_TRUE(found.has_value());
    held += found->interval.low <= truth && truth <= found->interval.high ? 1 : 0;
  }
  EXPECT_GE(held, kRuns * 0.85) << "taken for independent, they would hold it half as often";
}

}  // namespace
}  // namespace assay::stats
