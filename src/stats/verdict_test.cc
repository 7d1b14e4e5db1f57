#include "stats/verdict.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay::stats {
namespace {

PairedDifference difference(double delta, Interval interval, Interval tost) {
  PairedDifference made;
  made.delta = delta;
  made.interval = interval;
  made.interval_tost = tost;
  made.deviation = 0.5;
  made.canaries = 60;
  return made;
}

TEST(Judge, SaysBetterOrWorseWhenTheIntervalExcludesZero) {
  const Judgement better = judge(difference(0.2, {0.01, 0.4}, {0.03, 0.37}), 0.05);
  EXPECT_EQ(better.verdict, Verdict::Better);
  EXPECT_EQ(better.canaries_more, -1);
  EXPECT_EQ(judge(difference(-0.2, {-0.4, -0.01}, {-0.37, -0.03}), 0.05).verdict, Verdict::Worse);
}

TEST(Judge, DoesNotTakeALimitOfZeroForAnEffect) {
  EXPECT_EQ(judge(difference(0.1, {0, 0.2}, {0.01, 0.19}), 0.05).verdict, Verdict::Undecided);
  EXPECT_EQ(judge(difference(-0.1, {-0.2, 0}, {-0.19, -0.01}), 0.05).verdict, Verdict::Undecided);
}

TEST(Judge, SaysEquivalentOnlyInsideTheMarginOnBothSides) {
  const auto inside = difference(0.01, {-0.05, 0.06}, {-0.04, 0.049});
  EXPECT_EQ(judge(inside, 0.05).verdict, Verdict::Equivalent);
  EXPECT_EQ(judge(inside, 0.05).canaries_more, -1);
  EXPECT_EQ(judge(inside, 0.045).verdict, Verdict::Undecided);
  EXPECT_EQ(judge(difference(0, {-0.06, 0.06}, {-0.05, 0.05}), 0.05).verdict, Verdict::Undecided);
  EXPECT_EQ(judge(difference(0, {-0.01, 0.01}, {0, 0}), 0).verdict, Verdict::Undecided);
}

TEST(Judge, CountsTheCanariesThatWouldShowTheDifferenceSeen) {
  // (1.95996 + 0.84162)² · 0.5² / 0.1² = 196.2: 197 in all.
  const auto seen = difference(0.1, {-0.02, 0.22}, {0, 0.2});
  EXPECT_EQ(judge(seen, 0.05).canaries_more, 137);
  // With power 0.9: (1.95996 + 1.28155)² · 25 = 262.7.
  EXPECT_EQ(judge(seen, 0.05, 0.9).canaries_more, 203);
}

TEST(Judge, CountsTheCanariesThatWouldShowEquivalenceWhenFewer) {
  // (1.64485 + 1.28155)² · 0.5² / 0.05² = 856.4: 857 in all.
  EXPECT_EQ(judge(difference(0, {-0.1, 0.1}, {-0.09, 0.09}), 0.05).canaries_more, 797);
  // The same distance from the margin of 0.1 as from 0: equivalence at 0.05 takes 857, the
  // difference of 0.05 itself (2.80158)² · 100 = 784.9, which is fewer.
  EXPECT_EQ(judge(difference(0.05, {-0.1, 0.2}, {-0.08, 0.18}), 0.1).canaries_more, 725);
}

TEST(Judge, AsksForAtLeastOneCanaryMore) {
  auto nearly = difference(0.3, {-0.01, 0.6}, {0.02, 0.57});
  nearly.deviation = 0.1;
  EXPECT_EQ(judge(nearly, 0.05).canaries_more, 1);
}

TEST(Judge, SaysWhenTheNumberCannotBeSaid) {
  EXPECT_EQ(judge(difference(0, {-0.1, 0.1}, {-0.09, 0.09}), 0).canaries_more, -1);
  EXPECT_EQ(judge(difference(0.001, {-0.1, 0.1}, {-0.09, 0.09}), 0.002).canaries_more, -1);
  auto nothing_seen = difference(0, {-1, 1}, {-1, 1});
  nothing_seen.canaries = 0;
  EXPECT_EQ(judge(nothing_seen, 0.05).canaries_more, -1);
}

TEST(Judge, FollowsTheEvidenceOfPairs) {
  std::vector<Pair> pairs(60, Pair{1, 1});
  EXPECT_EQ(judge(paired_difference(pairs), 0.05).verdict, Verdict::Equivalent);
  pairs.resize(40);
  EXPECT_EQ(judge(paired_difference(pairs), 0.05).verdict, Verdict::Undecided);
  pairs.resize(43, Pair{0, 1});
  EXPECT_EQ(judge(paired_difference(pairs), 0.05).verdict, Verdict::Undecided);
  pairs.resize(60, Pair{0, 1});
  EXPECT_EQ(judge(paired_difference(pairs), 0.05).verdict, Verdict::Worse);
}

TEST(Judge, DoesNotDecideOnThreeOfThreeAgainstNoneOfThreeOnOneCanary) {
  const std::vector<Pair> one_canary{{1, 0}};
  EXPECT_EQ(judge(paired_difference(one_canary), 0.05).verdict, Verdict::Undecided);
}

TEST(Verdict, HasNames) {
  EXPECT_EQ(name_of(Verdict::Better), "better");
  EXPECT_EQ(name_of(Verdict::Worse), "worse");
  EXPECT_EQ(name_of(Verdict::Equivalent), "equivalent");
  EXPECT_EQ(name_of(Verdict::Undecided), "undecided");
}

}  // namespace
}  // namespace assay::stats
