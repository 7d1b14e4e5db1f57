#include "stats/equivalence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

const std::vector<double> kDifferences{0.02, 0.05, -0.01, 0.04, 0, 0.03, -0.02, 0.01};

TEST(EquivalenceTest, AgreesWithOneSidedTTests) {
  // scipy 1.17, ttest_1samp against −0.05 ("greater") and 0.05 ("less"), as R's t.test gives.
  const EquivalenceTest test = equivalence_test(kDifferences, 0.05);
  EXPECT_NEAR(test.mean, 0.015, 1e-15);
  EXPECT_NEAR(test.p_below, 6.833200771178001e-05, 1e-14);
  EXPECT_NEAR(test.p_above, 0.002461902126100833, 1e-13);
  EXPECT_EQ(test.p, test.p_above);
  EXPECT_TRUE(test.equivalent);
}

TEST(EquivalenceTest, AgreesWithTheClosedFormOnOneAndThreeDegrees) {
  // On one degree of freedom P(T > t) = 1/2 − atan(t)/π. Differences ±0.1: error 0.1, t = 3.
  const EquivalenceTest two = equivalence_test(std::vector<double>{0.1, -0.1}, 0.3);
  EXPECT_NEAR(two.p, 0.5 - std::atan(3) / M_PI, 1e-12);
  // On three, 1/2 − (x/(1 + x²) + atan(x))/π with x = t/√3; here x = √8.
  const double x = std::sqrt(8);
  const EquivalenceTest four = equivalence_test(std::vector<double>{0.1, -0.1, 0, 0}, 0.2);
  EXPECT_NEAR(four.p, 0.5 - (x / (1 + x * x) + std::atan(x)) / M_PI, 1e-12);
}

TEST(EquivalenceTest, DecidesByTheLargerP) {
  EXPECT_FALSE(equivalence_test(kDifferences, 0.05, 0.002).equivalent);
  EXPECT_FALSE(equivalence_test(kDifferences, 0.02).equivalent);
  std::vector<double> mirrored = kDifferences;
  for (double& difference : mirrored) difference = -difference;
  EXPECT_NEAR(equivalence_test(mirrored, 0.05).p, equivalence_test(kDifferences, 0.05).p, 1e-15);
}

TEST(EquivalenceTest, NeverHoldsOutsideTheMarginOrWithoutOne) {
  EXPECT_GT(equivalence_test(std::vector<double>{0.2, 0.3, 0.4}, 0.1).p, 0.5);
  EXPECT_GE(equivalence_test(kDifferences, 0).p, 0.5);
}

TEST(EquivalenceTest, SaysNothingWithoutASpread) {
  for (const auto& differences : {std::vector<double>{}, std::vector<double>{0.01},
                                  std::vector<double>(5, 0.0), std::vector<double>(7, 0.1)}) {
    const EquivalenceTest test = equivalence_test(differences, 0.5);
    EXPECT_EQ(test.p, 1);
    EXPECT_FALSE(test.equivalent);
  }
}

TEST(EquivalenceTest, OfAPairedDifferenceUsesItsStandardErrorThatIsNeverZero) {
  // √(3/(n(n − 1))) is 0.0296 for 59 canaries and 0.0308 for 57, t = 1.689 and 1.631.
  const auto equal = [](std::size_t canaries) {
    return paired_difference(std::vector<double>(canaries, 0.0));
  };
  EXPECT_TRUE(equivalence_test(equal(59), 0.05).equivalent);
  EXPECT_NEAR(equivalence_test(equal(59), 0.05).p, 0.0483, 1e-4);
  EXPECT_FALSE(equivalence_test(equal(57), 0.05).equivalent);
  EXPECT_EQ(equivalence_test(equal(1), 0.05).p, 1);
}

TEST(EquivalenceTest, OfAPairedDifferenceIsWhetherItsTostIntervalLiesInside) {
  const PairedDifference difference = paired_difference(kDifferences);
  for (const double margin : {0.02, 0.05, 0.1, 0.2, 0.3}) {
    const Interval& tost = difference.interval_tost;
    EXPECT_EQ(equivalence_test(difference, margin).equivalent,
              tost.low > -margin && tost.high < margin);
  }
}

}  // namespace
}  // namespace assay::stats
