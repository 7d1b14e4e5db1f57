#include "stats/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

/// Efron and Tibshirani (1993), table 14.1, spatial test A of 26 neurologically impaired children.
const std::vector<double> kSpatial{48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                                   0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};

double variance(std::span<const std::size_t> chosen) {
  const auto count = static_cast<double>(chosen.size());
  double mean = 0;
  for (const std::size_t index : chosen) mean += kSpatial[index] / count;
  double sum = 0;
  for (const std::size_t index : chosen) sum += (kSpatial[index] - mean) * (kSpatial[index] - mean);
  return sum / count;
}

TEST(BcaLimits, AgreeWithEfronAndTibshirani) {
  // They give an estimate of 171.5 and a = 0.061, and from 2000 resamples limits (115.8, 259.6).
  // Two million resamples drawn by numpy give z₀ = 0.1777 and limits (115.7, 261.2).
  const BootstrapLimits limits =
      bca_limits(kSpatial.size(), variance, {.seed = 1, .confidence = 0.9, .resamples = 50'000});
  EXPECT_NEAR(limits.estimate, 171.53402366863904, 1e-9);
  EXPECT_NEAR(limits.acceleration, 0.06124011981230745, 1e-9);
  EXPECT_NEAR(limits.bias_correction, 0.1777, 0.015);
  EXPECT_NEAR(limits.interval.low, 115.7, 1);
  EXPECT_NEAR(limits.interval.high, 261.2, 1);
}

TEST(BcaLimits, FollowTheStatisticThroughATransformation) {
  const BootstrapPlan plan{.seed = 7, .confidence = 0.9, .resamples = 20'000};
  const BootstrapLimits plain = bca_limits(kSpatial.size(), variance, plan);
  const BootstrapLimits rooted = bca_limits(
      kSpatial.size(), [](auto chosen) { return std::sqrt(variance(chosen)); }, plan);
  // Only the acceleration is not quite invariant.
  EXPECT_NEAR(rooted.interval.low, std::sqrt(plain.interval.low), 0.1);
  EXPECT_NEAR(rooted.interval.high, std::sqrt(plain.interval.high), 0.1);
}

TEST(BcaLimitsOfMean, AgreeWithTheNormalIntervalOfManyClusters) {
  std::vector<Cluster> clusters;
  base::Random random(3);
  double sum = 0;
  double squares = 0;
  for (int index = 0; index < 400; ++index) {
    const double value = random.unit();
    clusters.push_back({.sum = value, .size = 1, .sum_of_squares = value * value});
    sum += value;
    squares += value * value;
  }
  const double mean = sum / 400;
  const double half = 1.96 * std::sqrt((squares / 400 - mean * mean) / 400);
  const BootstrapLimits limits = bca_limits_of_mean(clusters, {.seed = 2});
  EXPECT_NEAR(limits.estimate, mean, 1e-12);
  EXPECT_NEAR(limits.interval.low, mean - half, 0.002);
  EXPECT_NEAR(limits.interval.high, mean + half, 0.002);
}

TEST(BcaLimitsOfMean, ResampleClustersWhole) {
  std::vector<Cluster> singles(10, {.sum = 1, .size = 1});
  singles.resize(30, {.sum = 0, .size = 1});
  std::vector<Cluster> repeated(10, {.sum = 5, .size = 5});
  repeated.resize(30, {.sum = 0, .size = 5});
  repeated.push_back({});  // A canary that was never scored.
  const BootstrapLimits one = bca_limits_of_mean(singles, {.seed = 2});
  const BootstrapLimits five = bca_limits_of_mean(repeated, {.seed = 2});
  EXPECT_EQ(one.interval.low, five.interval.low);
  EXPECT_EQ(one.interval.high, five.interval.high);
  EXPECT_GT(one.interval.high - one.interval.low, 0.25);
}

TEST(BcaLimitsOfMean, LeanTowardsTheLongTail) {
  std::vector<Cluster> clusters(36, {.sum = 1, .size = 1});
  clusters.resize(40, {.sum = 0, .size = 1});
  const BootstrapLimits limits = bca_limits_of_mean(clusters, {.seed = 2});
  EXPECT_GT(limits.estimate - limits.interval.low, limits.interval.high - limits.estimate);
  EXPECT_LT(limits.interval.high, 1);
}

TEST(BcaLimits, HoldTheTruthAboutAsOftenAsTheySay) {
  base::Random random(11);
  int held = 0;
  for (int study = 0; study < 400; ++study) {
    std::vector<Cluster> clusters;
    clusters.reserve(40);
    for (int canary = 0; canary < 40; ++canary) {
      clusters.push_back({.sum = random.unit() * random.unit(), .size = 1});
    }
    const BootstrapLimits limits = bca_limits_of_mean(
        clusters, {.seed = static_cast<std::uint64_t>(study), .resamples = 1000});
    if (limits.interval.low <= 0.25 && limits.interval.high >= 0.25) ++held;
  }
  // 95 % of 400 ± three standard deviations, and a little less because 40 are few.
  EXPECT_GE(held, 362);
  EXPECT_LE(held, 393);
}

TEST(BcaLimits, DependOnTheSeedAlone) {
  const BootstrapLimits one = bca_limits(kSpatial.size(), variance, {.seed = 5});
  const BootstrapLimits again = bca_limits(kSpatial.size(), variance, {.seed = 5});
  const BootstrapLimits other = bca_limits(kSpatial.size(), variance, {.seed = 6});
  EXPECT_EQ(one.interval.low, again.interval.low);
  EXPECT_EQ(one.interval.high, again.interval.high);
  EXPECT_NE(one.interval.low, other.interval.low);
}

TEST(BcaLimitsOfMean, OfEqualClustersAreTheEstimate) {
  const std::vector<Cluster> equal(12, {.sum = 3, .size = 3});
  const BootstrapLimits limits = bca_limits_of_mean(equal, {});
  EXPECT_EQ(limits.interval.low, 1);
  EXPECT_EQ(limits.interval.high, 1);
}

TEST(BcaLimitsOfMean, AreUnknownBelowTwoClusters) {
  const std::vector<Cluster> one{{.sum = 1, .size = 3}};
  EXPECT_TRUE(std::isinf(bca_limits_of_mean(one, {}).interval.low));
  EXPECT_TRUE(std::isinf(bca_limits_of_mean(one, {}).interval.high));
  EXPECT_NEAR(bca_limits_of_mean(one, {}).estimate, 1.0 / 3, 1e-15);
  EXPECT_TRUE(std::isinf(bca_limits_of_mean({}, {}).interval.high));
  EXPECT_EQ(bca_limits_of_mean({}, {}).estimate, 0);
}

}  // namespace
}  // namespace assay::stats
