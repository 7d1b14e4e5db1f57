#include "stats/futility.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay::stats {
namespace {

/// Of ten cells and five looks, as sequential asks for.
LastLook last_look(double canaries, double margin = 0.05) {
  return {canaries, 2.87, margin, 0.041};
}

std::vector<double> repeated(const std::vector<double>& differences, std::size_t canaries) {
  std::vector<double> made;
  for (std::size_t i = 0; i < canaries; ++i) made.push_back(differences[i % differences.size()]);
  return made;
}

const std::vector<double> kNoise{1.0 / 3, -1.0 / 3, 0, 2.0 / 3, -2.0 / 3, 0};

TEST(Outlook, OfNoDifferenceSoFarIsEquivalenceWhereItCanBeShown) {
  // Eighty canaries without any difference give a standard error of √(3/(80 · 79)) = 0.0218, which
  // is 0.0381 at that level: within 0.05. Forty give 0.0439, which is 0.078: not.
  const std::vector<double> none(24, 0);
  EXPECT_GT(Outlook(none, last_look(80)).chance(0, 24), 0.9);
  EXPECT_GT(Outlook(none, last_look(80)).chance(0, 24), Outlook(none, last_look(40)).chance(0, 24));
}

TEST(Outlook, DoesNotTakeAFewEqualCanariesForProof) {
  EXPECT_GT(Outlook(std::vector<double>(8, 0), last_look(40)).chance(0, 8), 0.2);
}

TEST(Outlook, OfNoiseFadesWithTheCanariesLeft) {
  const Outlook early(repeated(kNoise, 12), last_look(100));
  const Outlook late(repeated(kNoise, 60), last_look(100));
  EXPECT_GT(early.chance(0, 12), 3 * late.chance(0, 60));
  EXPECT_LT(late.chance(0, 60), 0.01);
}

TEST(Outlook, RisesWithTheDifferenceAndIsMirrored) {
  const Outlook outlook(repeated(kNoise, 30), last_look(100));
  double before = 0;
  for (const double delta : {0.0, 0.05, 0.1, 0.2, 0.4}) {
    EXPECT_GT(outlook.chance(delta, 30), before);
    EXPECT_NEAR(outlook.chance(delta, 30), outlook.chance(-delta, 30), 1e-12);
    before = outlook.chance(delta, 30);
  }
  EXPECT_GT(before, 0.999);
}

TEST(Outlook, GivesUpExactlyTheMeansWithoutAChance) {
  const Outlook outlook(repeated(kNoise, 30), last_look(100));
  const auto futile = outlook.futile_means(30, 0.2);
  ASSERT_TRUE(futile);
  EXPECT_EQ(futile->low, 0);
  EXPECT_NEAR(outlook.chance(futile->high, 30), 0.2, 1e-3);
  EXPECT_FALSE(outlook.futile_means(30, 1e-9));
}

TEST(Outlook, LeavesRoomForEquivalenceBelowTheFutile) {
  // Rare small differences: nothing is equivalent, much is better, between them lies the futile.
  std::vector<double> rare(100, 0);
  for (std::size_t i = 0; i < 100; i += 10) rare[i] = i % 20 == 0 ? 1.0 / 3 : -1.0 / 3;
  const Outlook outlook(rare, last_look(200, 0.02));
  const auto futile = outlook.futile_means(150, 0.2);
  ASSERT_TRUE(futile);
  EXPECT_GT(futile->low, 0);
  EXPECT_GT(outlook.chance(0, 150), 0.2);
  EXPECT_NEAR(outlook.chance(futile->low, 150), 0.2, 1e-2);
}

}  // namespace
}  // namespace assay::stats
