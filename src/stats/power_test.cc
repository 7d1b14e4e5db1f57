#include "stats/power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/mcnemar.h"

namespace assay::stats {
namespace {

constexpr PairedEffect kSmall{.difference = 0.1, .deviation = 0.5};

TEST(PairedPower, AgreesWithTheNonCentralT) {
  // scipy 1.17, nct.sf(t, n − 1, √n δ/σ) + nct.cdf(−t, …), as R's power.t.test(type = "paired",
  // strict = TRUE) computes it. Cohen's d of 0.5 takes 34 pairs in every table.
  EXPECT_NEAR(paired_power(kSmall, 200), 0.8036666605857853, 1e-9);
  EXPECT_NEAR(paired_power({1, 1}, 10), 0.8030968566327219, 1e-9);
  EXPECT_NEAR(paired_power({0.5, 1}, 34), 0.8077775012792738, 1e-9);
  EXPECT_NEAR(paired_power({0.05, 0.5}, 40), 0.09462673437859656, 1e-9);
  EXPECT_NEAR(paired_power({0.5, 1}, 2), 0.06194860668713364, 1e-9);
}

TEST(PairedPower, AgreesWithTheNormalIntegral) {
  EXPECT_NEAR(paired_power(kSmall, 197, 0.05, Reference::Normal), 0.801550688320481, 1e-12);
  EXPECT_NEAR(paired_power(kSmall, 2'000'000), 1, 1e-12);
}

TEST(PairedPower, TakesDifferencesFarBeyondTheDeviation) {
  // With two pairs and no spread of the mean, P(|Z| < √2 δ/t) for a standard normal Z.
  const double t = 6366197.723675813;  // On one degree, tan(π/2 · (1 − 1e-7)).
  EXPECT_NEAR(paired_power({1e6, 1}, 2, 1e-7), std::erf(1e6 / t), 1e-8);
  EXPECT_EQ(paired_power({1e100, 1}, 100'000), 1);
  // With three, 1 − exp(−(√3 δ/t)²), whichever way it is computed; t from P(|T| > t) = 1e-8 on two
  // degrees, which is 1 − t/√(2 + t²).
  const double squared = 2 / (1e-8 * 2);
  for (const double shift : {9999.0, 10'001.0}) {
    EXPECT_NEAR(paired_power({shift / std::sqrt(3), 1}, 3, 1e-8),
                1 - std::exp(-shift * shift / squared), 1e-7);
  }
}

TEST(PairedPower, IsTheLevelWithoutADifference) {
  for (const Reference reference : {Reference::StudentT, Reference::Normal}) {
    EXPECT_NEAR(paired_power({0, 1}, 10, 0.05, reference), 0.05, 1e-12);
    EXPECT_NEAR(paired_power({0, 1}, 100, 0.01, reference), 0.01, 1e-12);
  }
  EXPECT_EQ(paired_power({-0.1, 0.5}, 50), paired_power(kSmall, 50));
}

TEST(PairedPairsNeeded, IsTheLeastNumberThatReachesTheGoal) {
  EXPECT_EQ(paired_pairs_needed(kSmall), 199);
  EXPECT_EQ(paired_pairs_needed(kSmall, {}, Reference::Normal), 197);
  EXPECT_EQ(paired_pairs_needed({0.5, 1}), 34);
  EXPECT_EQ(paired_pairs_needed({100, 1}), 2);
  // (1.95996 + 1.28155)² · 25 = 262.7 as in judge() with power 0.9.
  EXPECT_EQ(paired_pairs_needed(kSmall, {.power = 0.9}, Reference::Normal), 263);
}

TEST(PairedPairsNeeded, SaysWhenThereIsNoNumber) {
  EXPECT_EQ(paired_pairs_needed({0, 1}), -1);
  EXPECT_EQ(paired_pairs_needed({1e-6, 1}), -1);
}

TEST(PairedDifferenceDetectable, InvertsThePower) {
  // scipy 1.17, brentq on the power above.
  EXPECT_NEAR(paired_difference_detectable(0.5, 40), 0.22712846984178506, 1e-9);
  EXPECT_NEAR(paired_difference_detectable(0.5, 40, {}, Reference::Normal), 0.2214844874552077,
              1e-9);
  const double detectable = paired_difference_detectable(0.3, 2, {.power = 0.9});
  EXPECT_NEAR(paired_power({detectable, 0.3}, 2), 0.9, 1e-9);
}

TEST(TwoProportionsPower, AgreesWithRsPowerPropTest) {
  // ?power.prop.test: power.prop.test(n = 50, p1 = .50, p2 = .75) gives 0.740; with strict = TRUE,
  // from the same formula, 0.7401671934536111.
  EXPECT_NEAR(two_proportions_power(0.5, 0.75, 50), 0.7401671934536111, 1e-12);
  EXPECT_NEAR(two_proportions_power(0.75, 0.5, 50), 0.7401671934536111, 1e-12);
  EXPECT_NEAR(two_proportions_power(0.9, 1, 40), 0.5376681758886697, 1e-12);
  EXPECT_NEAR(two_proportions_power(0.3, 0.3, 40), 0.05, 1e-12);
}

TEST(TwoProportionsPower, IsAllOrNothingWithoutVariance) {
  EXPECT_EQ(two_proportions_power(0, 0, 10), 0);
  EXPECT_EQ(two_proportions_power(1, 1, 10), 0);
  EXPECT_EQ(two_proportions_power(0, 1, 10), 1);
  EXPECT_EQ(two_proportions_power(0, 1, 1), 0);
}

TEST(TwoProportionsTrialsNeeded, AgreesWithRsPowerPropTest) {
  // ?power.prop.test: power.prop.test(p1 = .50, p2 = .75, power = .90) gives n = 76.7.
  EXPECT_EQ(two_proportions_trials_needed(0.5, 0.75, {.power = 0.9}), 77);
  EXPECT_EQ(two_proportions_trials_needed(0.5, 0.5), -1);
}

TEST(TwoProportionsDifferenceDetectable, InvertsThePower) {
  EXPECT_NEAR(two_proportions_difference_detectable(0.5, 40), 0.2949068218408113, 1e-9);
  EXPECT_TRUE(std::isinf(two_proportions_difference_detectable(0.95, 20)));
  EXPECT_TRUE(std::isinf(two_proportions_difference_detectable(1, 20)));
}

TEST(McNemarPower, AgreesWithEnumeration) {
  // Sums over all numbers of discordant pairs and all their splits, in exact arithmetic but for the
  // probabilities themselves.
  EXPECT_NEAR(mcnemar_power({0.2, 0.05}, 60), 0.580854909202907, 1e-12);
  EXPECT_NEAR(mcnemar_power({0.05, 0.2}, 60), 0.580854909202907, 1e-12);
  EXPECT_NEAR(mcnemar_power({0.2, 0.05}, 10), 0.0049792176935546896, 1e-12);
  EXPECT_NEAR(mcnemar_power({0.1, 0.1}, 30), 0.012777588220881608, 1e-12);
  EXPECT_NEAR(mcnemar_power({0.3, 0}, 20), 0.5836291705525182, 1e-12);
}

TEST(McNemarPower, IsHowOftenTheTestRejects) {
  base::Random random(21);
  constexpr int kStudies = 4000;
  int rejected = 0;
  for (int study = 0; study < kStudies; ++study) {
    Discordant pairs;
    for (int canary = 0; canary < 100; ++canary) {
      const double draw = random.unit();
      if (draw < 0.15) ++pairs.better;
      if (draw >= 0.95) ++pairs.worse;
    }
    if (mcnemar(pairs).p_exact <= 0.05) ++rejected;
  }
  EXPECT_NEAR(static_cast<double>(rejected) / kStudies, mcnemar_power({0.15, 0.05}, 100), 0.025);
}

TEST(McNemarPower, HandlesTheEnds) {
  EXPECT_EQ(mcnemar_power({0, 0}, 50), 0);
  EXPECT_EQ(mcnemar_power({1, 0}, 5), 0);  // Five discordant pairs cannot be significant.
  EXPECT_NEAR(mcnemar_power({1, 0}, 6), 1, 1e-12);
  EXPECT_LE(mcnemar_power({0.5, 0.5}, 5000), 0.05);
  EXPECT_NEAR(mcnemar_power({0.3, 0.1}, 50'000), 1, 1e-12);
}

TEST(McNemarPairsNeeded, IsWhereEnumerationCrossesTheGoal) {
  EXPECT_EQ(mcnemar_pairs_needed({0.2, 0.05}), 92);  // 0.7966 with 91, 0.8014 with 92.
  EXPECT_EQ(mcnemar_pairs_needed({1, 0}), 6);
  EXPECT_EQ(mcnemar_pairs_needed({0, 0}), -1);
}

TEST(McNemarDifferenceDetectable, InvertsThePower) {
  EXPECT_NEAR(mcnemar_difference_detectable(0.25, 60), 0.1826634718966247, 1e-9);
  EXPECT_TRUE(std::isinf(mcnemar_difference_detectable(0.25, 10)));
}

}  // namespace
}  // namespace assay::stats
