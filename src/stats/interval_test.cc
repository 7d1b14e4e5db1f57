#include "stats/interval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

void expect_interval(const Interval& interval, double low, double high, double tolerance = 5e-5) {
  EXPECT_NEAR(interval.low, low, tolerance);
  EXPECT_NEAR(interval.high, high, tolerance);
}

Cluster cluster(std::vector<double> values) {
  Cluster made;
  for (const double value : values) {
    made.sum += value;
    made.sum_of_squares += value * value;
    ++made.size;
  }
  return made;
}

std::vector<Pair> random_pairs(int canaries, std::uint64_t seed) {
  base::Random random(seed);
  std::vector<Pair> pairs;
  for (int i = 0; i < canaries; ++i) {
    pairs.push_back(
        {static_cast<double>(random.below(4)) / 3, static_cast<double>(random.below(4)) / 3});
  }
  return pairs;
}

// R: binom::binom.confint(x, n, methods = "wilson"), also prop.test(x, n, correct = FALSE).
TEST(Wilson, AgreesWithR) {
  expect_interval(wilson(0, 3), 0, 0.5615);
  expect_interval(wilson(3, 3), 0.4385, 1);
  expect_interval(wilson(8, 10), 0.4902, 0.9433);
  expect_interval(wilson(0, 10), 0, 0.2775);
}

TEST(Wilson, AgreesWithNewcombesExample) {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  expect_interval(wilson(81, 263), 0.2553, 0.3662);
  expect_interval(wilson(15, 148), 0.0624, 0.1605);
  expect_interval(wilson(1, 29), 0.0061, 0.1718);
}

TEST(Wilson, ReachesTheEndsExactlyAndKnowsNothingWithoutTrials) {
  EXPECT_EQ(wilson(0, 7.3).low, 0);
  EXPECT_EQ(wilson(7.3, 7.3).high, 1);
  EXPECT_EQ(wilson(0, 0).low, 0);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

TEST(Wilson, NarrowsWithTrialsAndWidensWithConfidence) {
  const auto width = [](const Interval& interval) { return interval.high - interval.low; };
  EXPECT_LT(width(wilson(40, 80)), width(wilson(20, 40)));
  EXPECT_LT(width(wilson(20, 40, 0.9)), width(wilson(20, 40, 0.95)));
  EXPECT_LT(width(wilson(20, 40, 0.95)), width(wilson(20, 40, 0.99)));
}

TEST(IntraclusterCorrelation, AgreesWithAnalysisOfVarianceByHand) {
  // Means 0.5, 1, 0; between 1/2 = 0.5, within 0.5/3 = 1/6: (1/2 − 1/6) / (1/2 + 1/6).
  const std::vector<Cluster> equal_sizes{cluster({0, 1}), cluster({1, 1}), cluster({0, 0})};
  EXPECT_NEAR(intracluster_correlation(equal_sizes), 0.5, 1e-12);
  // Sizes 1, 2, 3, means 1, 1/2, 1/3, grand mean 1/2: between = 1·1/4 + 2·0 + 3·1/36 = 1/3 over 2
  // degrees: 1/6; within = 1/2 + 2/3 = 7/6 over 3 degrees: 7/18. Negative, so 0.
  const std::vector<Cluster> unequal_sizes{cluster({1}), cluster({0, 1}), cluster({0, 0, 1})};
  EXPECT_EQ(intracluster_correlation(unequal_sizes), 0);
  // Graded values and sizes 2 and 3: means 0.25 and 0.8, grand mean 0.58, between
  // 2·0.1089 + 3·0.0484 = 0.363 over 1 degree; within 0.125 + 0.02 = 0.145 over 3 degrees:
  // 0.0483…; typical size 5 − 13/5 = 2.4: (0.363 − 0.04833) / (0.363 + 1.4·0.04833) = 0.73065.
  const std::vector<Cluster> graded{cluster({0, 0.5}), cluster({0.7, 0.8, 0.9})};
  EXPECT_NEAR(intracluster_correlation(graded), 0.73065, 1e-5);
}

TEST(IntraclusterCorrelation, IsOneWhenRepeatsInsideEveryCanaryAreIdentical) {
  const double third = 1.0 / 3;
  EXPECT_EQ(intracluster_correlation(std::vector{cluster({1, 1, 1}), cluster({0, 0, 0})}), 1);
  EXPECT_EQ(intracluster_correlation(std::vector{cluster({1, 1, 1}), cluster({1, 1, 1})}), 1);
  EXPECT_EQ(intracluster_correlation(
                std::vector{cluster({third, third, third}), cluster({0.1, 0.1, 0.1})}),
            1);
  EXPECT_EQ(intracluster_correlation(std::vector{cluster({1, 0, 1})}), 1);
  EXPECT_EQ(intracluster_correlation({}), 0);
}

TEST(EffectiveSampleSize, IsTheNumberOfCanariesWhenRepeatsAreIdentical) {
  const std::vector<Cluster> all_right(40, cluster({1, 1, 1}));
  EXPECT_DOUBLE_EQ(effective_sample_size(all_right), 40);
  std::vector<Cluster> mixed(30, cluster({1, 1, 1}));
  mixed.resize(40, cluster({0, 0, 0}));
  EXPECT_DOUBLE_EQ(effective_sample_size(mixed), 40);
}

TEST(EffectiveSampleSize, LiesBetweenCanariesAndTrials) {
  base::Random random(3);
  for (int study = 0; study < 200; ++study) {
    std::vector<Cluster> clusters;
    const std::uint64_t canaries = 2 + random.below(30);
    for (std::uint64_t canary = 0; canary < canaries; ++canary) {
      const auto right = static_cast<double>(random.below(4));
      clusters.push_back({right, 3, right});
    }
    const double size = effective_sample_size(clusters);
    EXPECT_GE(size, static_cast<double>(clusters.size()) - 1e-9);
    EXPECT_LE(size, 3 * static_cast<double>(clusters.size()) + 1e-9);
  }
}

TEST(EffectiveSampleSize, DoesNotJumpWhenOneRepeatDiffers) {
  std::vector<Cluster> clusters(39, cluster({1, 1, 1}));
  clusters.push_back(cluster({1, 1, 0}));
  EXPECT_LT(effective_sample_size(clusters), 60);
  EXPECT_GT(effective_sample_size(clusters), 40);
}

TEST(EffectiveSampleSize, IgnoresEmptyClustersAndCountsSingleTrials) {
  const std::vector<Cluster> singles{cluster({1}), cluster({}), cluster({0}), cluster({1})};
  EXPECT_DOUBLE_EQ(effective_sample_size(singles), 3);
  EXPECT_EQ(effective_sample_size({}), 0);
  EXPECT_EQ(effective_sample_size(std::vector{cluster({})}), 0);
}

TEST(ClusteredWilson, OfSingleTrialsIsNearlyWilson) {
  std::vector<Cluster> clusters(30, cluster({1}));
  clusters.resize(60, cluster({0}));
  expect_interval(clustered_wilson(clusters), 0.3753, 0.6247, 2e-4);
  expect_interval(wilson(30, 60), 0.3774, 0.6226, 1e-4);
}

TEST(ClusteredWilson, DoesNotNarrowWhenIdenticalRepeatsAreAdded) {
  std::vector<Cluster> once(30, cluster({1}));
  once.resize(60, cluster({0}));
  std::vector<Cluster> thrice(30, cluster({1, 1, 1}));
  thrice.resize(60, cluster({0, 0, 0}));
  const Interval narrow = clustered_wilson(once);
  const Interval repeated = clustered_wilson(thrice);
  EXPECT_LE(repeated.low, narrow.low + 1e-3);
  EXPECT_GE(repeated.high, narrow.high - 1e-3);
  std::vector<Cluster> unlike(60, cluster({1, 0, 1, 0}));
  EXPECT_GT(clustered_wilson(unlike).low, narrow.low + 0.05);
}

TEST(ClusteredWilson, CountsCanariesWhereAllAgree) {
  const Interval all = clustered_wilson(std::vector<Cluster>(20, cluster({1, 1, 1})));
  EXPECT_EQ(all.high, 1);
  EXPECT_NEAR(all.low, wilson(20, 20).low, 0.012);
  EXPECT_LT(all.low, wilson(20, 20).low);
  EXPECT_EQ(clustered_wilson(std::vector<Cluster>(20, cluster({0, 0}))).low, 0);
}

TEST(ClusteredWilson, KnowsLittleOfOneCanaryAndNothingOfNone) {
  const Interval one = clustered_wilson(std::vector<Cluster>{cluster({1, 1, 0})});
  expect_interval(one, wilson(2.0 / 3, 1).low, wilson(2.0 / 3, 1).high);
  expect_interval(clustered_wilson({}), 0, 1);
  expect_interval(clustered_wilson(std::vector<Cluster>(3)), 0, 1);
}

TEST(ClusteredWilson, UsesHowLittleGradedScoresVary) {
  std::vector<Cluster> graded;
  for (int i = 0; i < 30; ++i) graded.push_back(cluster({0.45 + 0.01 * (i % 10)}));
  const Interval interval = clustered_wilson(graded);
  EXPECT_LT(interval.high - interval.low, 0.12);
  EXPECT_GT(interval.high - interval.low, 0.02);
}

TEST(StandardErrorAt, IsTheStandardErrorAtTheirOwnNumberAndFadesBeyond) {
  std::vector<double> differences{1, 0, 0, 1.0 / 3, 0, -1.0 / 3, 0, 0, 0, 2.0 / 3};
  EXPECT_DOUBLE_EQ(standard_error_at(differences, 10),
                   paired_difference(differences).standard_error);
  std::vector<double> longer = differences;
  for (int i = 0; i < 5; ++i) {
    longer.insert(longer.end(), differences.begin(), differences.end());
  }
  EXPECT_NEAR(standard_error_at(differences, 60), paired_difference(longer).standard_error, 3e-3);
  EXPECT_NEAR(standard_error_at(std::vector<double>(12, 0.0), 60), 0.0291, 1e-4);
}

TEST(PairedDifference, OfEqualPairsFollowsTheRuleOfThree) {
  // None of 60 flipped: a flip rate above 3/60 is ruled out at one-sided 95 %.
  const std::vector<Pair> equal(60, Pair{1, 1});
  const PairedDifference result = paired_difference(equal);
  EXPECT_EQ(result.delta, 0);
  expect_interval(result.interval_tost, -0.05, 0.05, 0.002);
  EXPECT_NEAR(result.standard_error, std::sqrt(3.0 / (60 * 59)), 1e-12);
}

TEST(PairedDifference, AgreesWithStudent) {
  // R: t.test(extra ~ group, data = sleep, paired = TRUE), divided by ten: the added term is 3h² /
  // (1 + k)² with k = 9 canaries that differ.
  const std::vector<double> sleep{0.12, 0.24, 0.13, 0.13, 0, 0.1, 0.18, 0.08, 0.46, 0.14};
  const PairedDifference result = paired_difference(sleep);
  EXPECT_NEAR(result.delta, 0.158, 1e-12);
  expect_interval(result.interval, 0.0700, 0.2460, 0.008);
  EXPECT_LE(result.interval.low, 0.07001);
  EXPECT_EQ(result.canaries, 10);
}

TEST(PairedDifference, OfManyBinaryPairsIsNearBonettAndPrice) {
  // 200 pairs, 40 better and 16 worse: (41 − 17) / 202 ± 1.96 √((58/202 − (24/202)²) / 202).
  std::vector<Pair> pairs(144, Pair{1, 1});
  pairs.resize(184, Pair{1, 0});
  pairs.resize(200, Pair{0, 1});
  const PairedDifference result = paired_difference(pairs);
  EXPECT_NEAR(result.delta, 0.12, 1e-12);
  expect_interval(result.interval, 0.0468, 0.1908, 0.003);
  EXPECT_GT(result.interval_tost.low, result.interval.low);
  EXPECT_LT(result.interval_tost.high, result.interval.high);
}

TEST(PairedDifference, HoldsItsEstimateAndHasWidth) {
  for (const int canaries : {1, 2, 3, 7, 40, 150}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const PairedDifference result = paired_difference(random_pairs(canaries, seed));
      EXPECT_LE(result.interval.low, result.delta + 1e-9);
      EXPECT_GE(result.interval.high, result.delta - 1e-9);
      EXPECT_LT(result.interval_tost.low, result.interval_tost.high);
      EXPECT_GE(result.interval.low, -1);
      EXPECT_LE(result.interval.high, 1);
    }
  }
}

TEST(PairedDifference, NeverHasWidthZeroWhenAllCanariesMoveAlike) {
  for (const double moved : {0.0, 1.0 / 3, 0.5, 1.0}) {
    for (const int canaries : {1, 5, 60, 2000}) {
      const std::vector<Pair> pairs(static_cast<std::size_t>(canaries), Pair{moved, 0});
      const PairedDifference result = paired_difference(pairs, 0.8);
      EXPECT_LT(result.interval_tost.low, result.interval_tost.high) << moved << " " << canaries;
      EXPECT_LE(result.interval_tost.low, moved);
      EXPECT_GE(result.interval_tost.high, moved - 1e-9);
    }
  }
}

TEST(PairedDifference, IsMirroredBySwapping) {
  const std::vector<Pair> pairs = random_pairs(37, 8);
  std::vector<Pair> swapped;
  for (const Pair& pair : pairs) swapped.push_back({pair.baseline, pair.treatment});
  const PairedDifference one = paired_difference(pairs);
  const PairedDifference other = paired_difference(swapped);
  EXPECT_EQ(one.delta, -other.delta);
  EXPECT_EQ(one.interval.low, -other.interval.high);
  EXPECT_EQ(one.interval.high, -other.interval.low);
  EXPECT_EQ(one.interval_tost.low, -other.interval_tost.high);
}

TEST(PairedDifference, WidensWithConfidence) {
  const std::vector<Pair> pairs = random_pairs(50, 6);
  Interval inner = paired_difference(pairs, 0.8).interval;
  for (const double confidence : {0.9, 0.95, 0.99}) {
    const Interval outer = paired_difference(pairs, confidence).interval;
    EXPECT_LT(outer.low, inner.low);
    EXPECT_GT(outer.high, inner.high);
    inner = outer;
  }
}

TEST(PairedDifference, CountsRepeatsOfACanaryOnce) {
  // Averaging identical repeats gives the same pairs: tripling the repeats must not narrow it.
  std::vector<Pair> pairs(20, Pair{1, 1});
  pairs.resize(40, Pair{1, 0});
  const PairedDifference result = paired_difference(pairs);
  EXPECT_GT(result.interval.high - result.interval.low, 0.28);
  EXPECT_EQ(result.canaries, 40);
}

TEST(PairedDifference, WithoutCanariesSpansEverything) {
  const PairedDifference result = paired_difference(std::vector<Pair>{});
  EXPECT_EQ(result.delta, 0);
  EXPECT_EQ(result.interval.low, -1);
  EXPECT_EQ(result.interval.high, 1);
  EXPECT_EQ(result.canaries, 0);
}

TEST(Quantile, AgreesWithRsType7) {
  // R: quantile(c(1, 2, 3, 4), c(0, 0.25, 0.5, 1)); quantile(c(15, 20, 35, 40, 50), c(0.05, 0.4)).
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0), 1);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 1), 4);
  EXPECT_DOUBLE_EQ(quantile({15, 20, 35, 40, 50}, 0.05), 16);
  EXPECT_DOUBLE_EQ(quantile({15, 20, 35, 40, 50}, 0.4), 29);
  EXPECT_DOUBLE_EQ(quantile({7}, 0.9), 7);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

}  // namespace
}  // namespace assay::stats
