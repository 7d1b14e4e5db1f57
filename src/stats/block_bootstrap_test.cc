#include "stats/block_bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(BlockResampler, DrawsAsManyCellsAsEachStratumHas) {
  BlockResampler resampler({7, 1, 30}, 4, 1);
  for (int i = 0; i < 50; ++i) {
    const auto weights = resampler.next();
    ASSERT_EQ(weights.size(), 38U);
    EXPECT_EQ(std::accumulate(weights.begin(), weights.begin() + 7, 0U), 7U);
    EXPECT_EQ(weights[7], 1U);
    EXPECT_EQ(std::accumulate(weights.begin() + 8, weights.end(), 0U), 30U);
  }
}

TEST(BlockResampler, DrawsEveryCellEquallyOftenTheEndsToo) {
  BlockResampler resampler({10}, 4, 2);
  std::vector<double> drawn(10, 0);
  constexpr int kResamples = 20'000;
  for (int i = 0; i < kResamples; ++i) {
    const auto weights = resampler.next();
    for (std::size_t cell = 0; cell < 10; ++cell) drawn[cell] += weights[cell];
  }
  for (const double times : drawn) EXPECT_NEAR(times / kResamples, 1, 0.05);
}

TEST(BlockResampler, KeepsNeighboursTogether) {
  BlockResampler resampler({12}, 12, 3);
  for (int i = 0; i < 20; ++i) {
    for (const std::uint32_t weight : resampler.next()) EXPECT_EQ(weight, 1U);
  }
}

TEST(BlockResampler, GivesTheSpreadOfAMeanOfNeighboursThatResembleEachOther) {
  base::Random random(4);
  std::vector<double> series;
  double value = 0;
  for (int i = 0; i < 4000; ++i) {
    value = 0.5 * value + random.unit() - 0.5;
    series.push_back(value);
  }
  const BlockChoice choice = choose_blocks(series);
  BlockResampler resampler({series.size()}, choice.length, 5);
  double squares = 0;
  constexpr int kResamples = 1000;
  const double mean = std::accumulate(series.begin(), series.end(), 0.0) / 4000;
  for (int i = 0; i < kResamples; ++i) {
    const auto weights = resampler.next();
    const double other =
        std::inner_product(weights.begin(), weights.end(), series.begin(), 0.0) / 4000;
    squares += (other - mean) * (other - mean);
  }
  const double error = std::sqrt(squares / kResamples) * choice.shortfall;
  // Var = σ² / ((1 − φ)² n), σ² = 1/12; independent cells would give 0.0053.
  EXPECT_NEAR(error, std::sqrt(1.0 / 12 / 0.25 / 4000), 0.0012);
}

TEST(ChooseBlocks, TakesSingleCellsOfAnIndependentSeries) {
  base::Random random(6);
  std::vector<double> series(500);
  for (double& value : series) value = random.unit();
  EXPECT_LE(choose_blocks(series).length, 3U);
  EXPECT_LT(choose_blocks(series).shortfall, 1.1);
}

TEST(ResampledLimits, AreQuantilesStretchedAboutTheEstimate) {
  std::vector<double> values(1000);
  std::iota(values.begin(), values.end(), 0.0);
  const Interval plain = resampled_limits(values, 500, 0.9, 1);
  EXPECT_NEAR(plain.low, 50, 1);
  EXPECT_NEAR(plain.high, 949, 1);
  const Interval wider = resampled_limits(values, 500, 0.9, 1.1);
  EXPECT_NEAR(wider.low, 500 - 1.1 * (500 - plain.low), 1e-9);
  EXPECT_NEAR(wider.high, 500 + 1.1 * (plain.high - 500), 1e-9);
}

TEST(ResampledLimits, WidenToInfinityWhereResamplesKnowNothing) {
  std::vector<double> values(1000, 1.0);
  for (std::size_t i = 0; i < 100; ++i) values[i] = std::nan("");
  const Interval limits = resampled_limits(values, 1, 0.9, 1);
  EXPECT_EQ(limits.low, -kInfinity);
  EXPECT_EQ(limits.high, kInfinity);
  std::vector<double> some(1000, 1.0);
  for (std::size_t i = 0; i < 100; ++i) some[i] = kInfinity;
  EXPECT_EQ(resampled_limits(some, 1, 0.9, 1).low, 1);
  EXPECT_EQ(resampled_limits(some, 1, 0.9, 1).high, kInfinity);
}

TEST(FewBlocksStretch, IsThatOfStudent) {
  EXPECT_NEAR(few_blocks_stretch(100, 5, 0.95), 1.0452, 0.001);
  EXPECT_NEAR(few_blocks_stretch(100'000, 1, 0.95), 1, 1e-4);
}

}  // namespace
}  // namespace assay::stats
