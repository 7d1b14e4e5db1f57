#include "stats/independent.h"

#include <gtest/gtest.h>

#include "stats/verdict.h"

namespace assay::stats {
namespace {

constexpr Sample kFiftySixOfSeventy{.mean = 0.8, .size_effective = 70, .canaries = 70};
constexpr Sample kFortyEightOfEighty{.mean = 0.6, .size_effective = 80, .canaries = 80};

TEST(IndependentDifference, IsNewcombesPublishedExample) {
  const PairedDifference difference =
      independent_difference(kFiftySixOfSeventy, kFortyEightOfEighty);
  EXPECT_NEAR(difference.delta, 0.2, 1e-12);
  EXPECT_NEAR(difference.interval.low, 0.0524, 5e-5);
  EXPECT_NEAR(difference.interval.high, 0.3339, 5e-5);
  EXPECT_EQ(difference.canaries, 70);
}

TEST(IndependentDifference, MirrorsWhenTheSamplesSwap) {
  const PairedDifference there = independent_difference(kFiftySixOfSeventy, kFortyEightOfEighty);
  const PairedDifference back = independent_difference(kFortyEightOfEighty, kFiftySixOfSeventy);
  EXPECT_NEAR(there.interval.low, -back.interval.high, 1e-12);
  EXPECT_NEAR(there.interval_tost.high, -back.interval_tost.low, 1e-12);
}

TEST(IndependentDifference, NeverHasNoWidthWhereEverythingIsRight) {
  const Sample perfect{.mean = 1, .size_effective = 40, .canaries = 40};
  const PairedDifference difference = independent_difference(perfect, perfect);
  EXPECT_EQ(difference.delta, 0);
  EXPECT_LT(difference.interval.low, -0.05);
  EXPECT_GT(difference.interval.high, 0.05);
}

TEST(IndependentDifference, WidensWithFewerEffectiveTrials) {
  const Sample few{.mean = 0.8, .size_effective = 20, .canaries = 20};
  const PairedDifference narrow = independent_difference(kFiftySixOfSeventy, kFortyEightOfEighty);
  const PairedDifference wide = independent_difference(few, kFortyEightOfEighty);
  EXPECT_LT(wide.interval.low, narrow.interval.low);
  EXPECT_GT(wide.deviation / std::sqrt(20.0), narrow.deviation / std::sqrt(70.0));
  EXPECT_GT(judge(wide, 0.05).canaries_more, 0);
}

TEST(IndependentDifference, KnowsNothingFromAnEmptySample) {
  const PairedDifference difference = independent_difference({}, kFortyEightOfEighty);
  EXPECT_EQ(difference.interval.low, -1);
  EXPECT_EQ(difference.interval.high, 1);
  EXPECT_EQ(judge(difference, 0.05).verdict, Verdict::Undecided);
}

}  // namespace
}  // namespace assay::stats
