#include "stats/mcnemar.h"

#include <gtest/gtest.h>

namespace assay::stats {
namespace {

TEST(McNemar, AgreesWithFagerland) {
  // Bentur et al., in Fagerland, Lydersen and Laake (2013): 1 and 7 discordant, 0.0703 and 0.0391.
  // By hand 2 · (1 + 8)/256 and 8/256 less.
  const McNemar test = mcnemar({.better = 7, .worse = 1});
  EXPECT_NEAR(test.p_exact, 18.0 / 256, 1e-15);
  EXPECT_NEAR(test.p_mid, 10.0 / 256, 1e-15);
}

TEST(McNemar, AgreesWithEnumeration) {
  // Exact fractions of Σ C(35, i) / 2^35, which R's binom.test(10, 35)$p.value is.
  const McNemar test = mcnemar({.better = 25, .worse = 10});
  EXPECT_NEAR(test.p_exact, 71613631.0 / 4294967296, 1e-15);
  EXPECT_NEAR(test.p_mid, 97332413.0 / 8589934592, 1e-15);
  // R's mcnemar.test example, approval ratings with 150 and 86 changes: binom.test(86, 236).
  EXPECT_NEAR(mcnemar({.better = 86, .worse = 150}).p_exact, 3.715936139571442e-05, 1e-16);
  EXPECT_NEAR(mcnemar({.better = 86, .worse = 150}).p_mid, 2.89338951761549e-05, 1e-16);
}

TEST(McNemar, IsTheSameBothWays) {
  EXPECT_EQ(mcnemar({.better = 3, .worse = 9}).p_exact, mcnemar({.better = 9, .worse = 3}).p_exact);
  EXPECT_EQ(mcnemar({.better = 3, .worse = 9}).p_mid, mcnemar({.better = 9, .worse = 3}).p_mid);
}

TEST(McNemar, OfEqualCountsSeesNothing) {
  const McNemar test = mcnemar({.better = 10, .worse = 10});
  EXPECT_EQ(test.p_exact, 1);
  EXPECT_NEAR(test.p_mid, 1 - 184756.0 / 1048576 / 2, 1e-15);  // C(20, 10)/2^20.
}

TEST(McNemar, OfNothingDiscordantIsOne) {
  EXPECT_EQ(mcnemar({}).p_exact, 1);
  EXPECT_EQ(mcnemar({}).p_mid, 1);
}

TEST(McNemar, HoldsTinyProbabilities) {
  EXPECT_NEAR(mcnemar({.better = 200, .worse = 0}).p_exact * 0x1p199, 1, 1e-12);
}

TEST(DiscordantPairs, MustBeSixForFivePercent) {
  EXPECT_EQ(discordant_pairs_least(0.05), 6);
  EXPECT_EQ(discordant_pairs_least(0.01), 8);
  EXPECT_EQ(discordant_pairs_least(0.03125), 6);
  EXPECT_EQ(discordant_pairs_least(1), 1);
  for (const double alpha : {0.2, 0.05, 0.01, 0.001}) {
    const auto least = discordant_pairs_least(alpha);
    EXPECT_LE(mcnemar({.better = least, .worse = 0}).p_exact, alpha);
    EXPECT_GT(mcnemar({.better = least - 1, .worse = 0}).p_exact, alpha);
  }
}

}  // namespace
}  // namespace assay::stats
