#include "stats/autocorrelation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

/// xₜ = φ xₜ₋₁ + noise that is uniform around 0.
std::vector<double> autoregressive(double memory, std::size_t size, std::uint64_t seed) {
  base::Random random(seed);
  std::vector<double> series;
  double value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = memory * value + random.unit() - 0.5;
    series.push_back(value);
  }
  return series;
}

TEST(AutocorrelationTime, OfIndependentValuesIsOne) {
  EXPECT_NEAR(autocorrelation_time(autoregressive(0, 20'000, 1)), 1, 0.05);
}

TEST(AutocorrelationTime, FollowsTheFormulaOfAnAutoregression) {
  EXPECT_NEAR(autocorrelation_time(autoregressive(0.5, 50'000, 2)), 3, 0.3);
  EXPECT_NEAR(autocorrelation_time(autoregressive(0.9, 200'000, 3)), 19, 2);
}

TEST(AutocorrelationTime, NeverClaimsMoreThanIndependentValues) {
  EXPECT_EQ(autocorrelation_time(autoregressive(-0.5, 20'000, 4)), 1);
}

TEST(AutocorrelationTime, OfTooFewOrEqualValuesIsOne) {
  EXPECT_EQ(autocorrelation_time({}), 1);
  EXPECT_EQ(autocorrelation_time(std::vector<double>{1, 2, 3}), 1);
  EXPECT_EQ(autocorrelation_time(std::vector<double>(100, 7.0)), 1);
  EXPECT_EQ(autocorrelation_time(std::vector<double>(10'001, 0.1)), 1) << "its mean is rounded";
}

TEST(EffectiveSize, IsTheSizeOverTheTime) {
  EXPECT_EQ(effective_size({}), 0);
  const std::vector<double> series = autoregressive(0.5, 30'000, 5);
  EXPECT_NEAR(effective_size(series), 10'000, 1'000);
}

TEST(BlockLength, FollowsTheFormulaOfAnAutoregression) {
  EXPECT_NEAR(block_length(autoregressive(0.5, 50'000, 6)), std::cbrt(8 * 50'000.0 / 3), 12);
  EXPECT_EQ(block_length(autoregressive(0, 300, 7)), 1);
}

TEST(BlockLength, StaysWithinTheSeries) {
  std::vector<double> rising(60);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<double>(i);
  EXPECT_LE(block_length(rising), 20);
  EXPECT_EQ(block_length({}), 1);
  EXPECT_EQ(block_length(std::vector<double>(100, 7.0)), 1);
}

TEST(AutocorrelationTimeOfBlocks, GrowsWithTheBlocksTowardsTheWhole) {
  const std::vector<double> series = autoregressive(0.5, 50'000, 8);
  EXPECT_EQ(autocorrelation_time_of_blocks(series, 1), 1);
  // Σ (1 − k/L) φᵏ in closed form at L = 4: 1 + 2 (0.375 + 0.125 + 0.03125).
  EXPECT_NEAR(autocorrelation_time_of_blocks(series, 4), 2.0625, 0.05);
  EXPECT_NEAR(autocorrelation_time_of_blocks(series, 200), 3, 0.4);
}

}  // namespace
}  // namespace assay::stats
