#include "stats/clustered_error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <vector>

namespace assay::stats {
namespace {

Cluster cluster(std::initializer_list<double> values) {
  Cluster made;
  for (const double value : values) {
    made.sum += value;
    made.size += 1;
    made.sum_of_squares += value * value;
  }
  return made;
}

TEST(ClusteredError, OfSingleTrialsIsThePlainStandardError) {
  // 0, 1, 1, 1: s² = 0.75/3, error √(s²/4) = 0.25.
  const std::vector<Cluster> singles{cluster({0}), cluster({1}), cluster({1}), cluster({1})};
  const ClusteredError error = clustered_error(singles);
  EXPECT_NEAR(error.mean, 0.75, 1e-15);
  EXPECT_NEAR(error.standard_error, 0.25, 1e-15);
  EXPECT_EQ(error.clusters, 4);
}

TEST(ClusteredError, CountsIdenticalRepeatsOnce) {
  const std::vector<Cluster> repeated{cluster({0, 0, 0}), cluster({1, 1, 1}), cluster({1, 1, 1}),
                                      cluster({1, 1, 1})};
  EXPECT_NEAR(clustered_error(repeated).standard_error, 0.25, 1e-15);
}

TEST(ClusteredError, AgreesWithMillersDoubleSum) {
  // His equation for G clusters, without the factor for few of them, is
  // √(Σ over pairs of trials in one cluster of (s − mean)(s' − mean)) / n, s' running over s too.
  const std::vector<std::vector<double>> trials{{0, 0.5}, {1, 1, 0}, {0.2}, {0.9, 0.4, 0.4, 1}};
  double sum = 0;
  double count = 0;
  std::vector<Cluster> clusters;
  for (const auto& values : trials) {
    Cluster& made = clusters.emplace_back();
    for (const double value : values) made.sum += value, made.size += 1;
    sum += made.sum;
    count += static_cast<double>(made.size);
  }
  double products = 0;
  for (const auto& values : trials) {
    for (const double one : values) {
      for (const double other : values) products += (one - sum / count) * (other - sum / count);
    }
  }
  const ClusteredError error = clustered_error(clusters);
  EXPECT_NEAR(error.mean, sum / count, 1e-15);
  EXPECT_NEAR(error.standard_error, std::sqrt(products * 4 / 3) / count, 1e-15);
}

TEST(ClusteredError, AgreesWithTheNumberInItsContract) {
  const std::vector<Cluster> clusters{cluster({0, 1}), cluster({1, 1}), cluster({0, 0})};
  EXPECT_NEAR(clustered_error(clusters).standard_error, std::sqrt(1.0 / 12), 1e-15);
}

TEST(ClusteredError, IsUnknownBelowTwoClusters) {
  EXPECT_TRUE(std::isinf(clustered_error({}).standard_error));
  EXPECT_EQ(clustered_error({}).mean, 0);
  const std::vector<Cluster> one{cluster({1, 0}), cluster({})};
  EXPECT_TRUE(std::isinf(clustered_error(one).standard_error));
  EXPECT_EQ(clustered_error(one).mean, 0.5);
  EXPECT_EQ(clustered_error(one).clusters, 1);
}

TEST(ClusteredError, IsZeroWhenAllAgree) {
  EXPECT_EQ(clustered_error(std::vector<Cluster>(9, cluster({1, 1}))).standard_error, 0);
}

TEST(ClusteredErrorOfDifference, LetsDifficultyCancel) {
  const std::vector<Cluster> baseline{cluster({0, 0}), cluster({1, 1}), cluster({0, 1})};
  EXPECT_EQ(clustered_error_of_difference(baseline, baseline).standard_error, 0);
  EXPECT_GT(clustered_error(baseline).standard_error, 0.2);
}

TEST(ClusteredErrorOfDifference, IsThePairedErrorOfSingleTrials) {
  // Differences 1, 0, 0, −1, 1: mean 0.2, s² = 0.7, error √(0.7/5).
  const std::vector<Cluster> treatment{cluster({1}), cluster({1}), cluster({0}), cluster({0}),
                                       cluster({1})};
  const std::vector<Cluster> baseline{cluster({0}), cluster({1}), cluster({0}), cluster({1}),
                                      cluster({0})};
  const ClusteredError error = clustered_error_of_difference(treatment, baseline);
  EXPECT_NEAR(error.mean, 0.2, 1e-15);
  EXPECT_NEAR(error.standard_error, std::sqrt(0.7 / 5), 1e-15);
}

}  // namespace
}  // namespace assay::stats
