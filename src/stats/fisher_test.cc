#include "stats/fisher.h"

#include <gtest/gtest.h>

namespace assay::stats {
namespace {

TEST(Fisher, ThreeOfThreeAgainstNoneOfThreeProvesNothing) {
  EXPECT_NEAR(fisher_exact({3, 3}, {0, 3}), 0.1, 1e-12);
}

TEST(Fisher, AgreesWithRsExamples) {
  // ?fisher.test: the lady tasting tea, 0.4857143 two-sided, 34/70; and the convictions of twins,
  // (2, 10; 15, 3), 0.0005367 = 3571/6653325 by enumeration.
  EXPECT_NEAR(fisher_exact({3, 4}, {1, 4}), 34.0 / 70, 1e-12);
  EXPECT_NEAR(fisher_exact({2, 12}, {15, 18}), 3571.0 / 6653325, 1e-12);
  EXPECT_NEAR(fisher_exact({10, 12}, {3, 18}), 3571.0 / 6653325, 1e-12);
}

TEST(Fisher, AgreesWithEnumeration) {
  EXPECT_NEAR(fisher_exact({8, 10}, {1, 10}), 23.0 / 4199, 1e-12);
  // (50, 50; 70, 30), the sum of exact fractions.
  EXPECT_NEAR(fisher_exact({50, 100}, {70, 100}), 0.005937341166015534, 1e-12);
}

TEST(Fisher, IsTheSameBothWays) {
  EXPECT_NEAR(fisher_exact({2, 9}, {11, 14}), fisher_exact({11, 14}, {2, 9}), 1e-12);
  EXPECT_NEAR(fisher_exact({2, 9}, {11, 14}), fisher_exact({7, 9}, {3, 14}), 1e-12);
}

TEST(Fisher, SeesNothingWhereNothingVaries) {
  EXPECT_EQ(fisher_exact({0, 0}, {2, 5}), 1);
  EXPECT_EQ(fisher_exact({0, 0}, {0, 0}), 1);
  EXPECT_EQ(fisher_exact({5, 5}, {7, 7}), 1);
  EXPECT_EQ(fisher_exact({0, 5}, {0, 7}), 1);
}

TEST(Fisher, StaysAProbabilityForLargeTables) {
  const double p = fisher_exact({5000, 5000}, {0, 5000});
  EXPECT_GE(p, 0);
  EXPECT_LT(p, 1e-300);
  EXPECT_NEAR(fisher_exact({2500, 5000}, {2500, 5000}), 1, 1e-9);
}

}  // namespace
}  // namespace assay::stats
