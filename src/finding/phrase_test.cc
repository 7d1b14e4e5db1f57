#include "finding/phrase.h"

#include <gtest/gtest.h>

namespace assay::finding {
namespace {

CellFinding judged(stats::Verdict verdict, double delta, double low, double high) {
  CellFinding cell;
  cell.kind = CellKind::Level;
  cell.factor = "temperature";
  cell.level = "1.5";
  stats::PairedDifference difference;
  difference.delta = delta;
  difference.interval = {low, high};
  cell.difference = difference;
  cell.judgement = stats::Judgement{verdict, -1};
  return cell;
}

TEST(Phrase, RoundsSharesWithoutHidingWhatIsNotNothing) {
  EXPECT_EQ(percent(0.844), "84%");
  EXPECT_EQ(percent(0), "0%");
  EXPECT_EQ(percent(0.003), "0.3%");
  EXPECT_EQ(percent(0.998), "99.8%");
  EXPECT_EQ(percent(1), "100%");
  EXPECT_EQ(percent(kUnknown), "–");
  EXPECT_EQ(percent_range({0.76, 0.9}), "76 to 90%");
}

TEST(Phrase, SignsDifferences) {
  EXPECT_EQ(points(-0.23), "−23");
  EXPECT_EQ(points(0.03), "+3");
  EXPECT_EQ(points(0), "0");
  EXPECT_EQ(points(-0.004), "−0.4");
  EXPECT_EQ(points_range({-0.33, -0.14}), "[−33, −14]");
  EXPECT_EQ(point_count(-0.01), "1 point");
}

TEST(Phrase, PicksReadableUnits) {
  EXPECT_EQ(milliseconds(4.25), "4.2 ms");
  EXPECT_EQ(milliseconds(140), "140 ms");
  EXPECT_EQ(milliseconds(1400), "1.4 s");
  EXPECT_EQ(milliseconds(kUnknown), "–");
  EXPECT_EQ(decimal(212.3), "212");
  EXPECT_EQ(decimal(9.41), "9.4");
  EXPECT_EQ(times(2.13), "2.1 times");
}

TEST(Phrase, SaysWhatToDoWithEachVerdict) {
  EXPECT_EQ(verdict_sentence(judged(stats::Verdict::Worse, -0.23, -0.33, -0.14), 0.1),
            "temperature 1.5: worse by 23 points [−33, −14]: don't.");
  EXPECT_EQ(verdict_sentence(judged(stats::Verdict::Worse, -0.03, -0.06, -0.01), 0.1),
            "temperature 1.5: worse by 3 points [−6, −1], less than the margin: only for speed or "
            "memory.");
  EXPECT_EQ(verdict_sentence(judged(stats::Verdict::Better, 0.08, 0.03, 0.13), 0.1),
            "temperature 1.5: better by 8 points [+3, +13]: worth having.");
  EXPECT_EQ(verdict_sentence(judged(stats::Verdict::Equivalent, -0.01, -0.04, 0.02), 0.1),
            "temperature 1.5: as good as the baseline within ±10 points (−1 [−4, +2]): choose by "
            "speed or memory.");
  CellFinding undecided = judged(stats::Verdict::Undecided, 0.03, -0.04, 0.1);
  undecided.judgement->canaries_more = 120;
  EXPECT_EQ(verdict_sentence(undecided, 0.05),
            "temperature 1.5: undecided, +3 points [−4, +10]: about 120 more canaries would tell.");
}

TEST(Phrase, ACellOfSeveralMovesIsCalledByItsName) {
  CellFinding cell;
  cell.id = "pebble-m/check:prompt=rich+thinking=true";
  EXPECT_EQ(cell_label(cell), "baseline");
  cell.kind = CellKind::Check;
  EXPECT_EQ(cell_label(cell), "check:prompt=rich+thinking=true");
}

TEST(Phrase, GivesOnlyTheDifferenceWithoutAVerdict) {
  CellFinding cell = judged(stats::Verdict::Worse, -0.23, -0.33, -0.14);
  cell.judgement.reset();
  EXPECT_EQ(verdict_sentence(cell, 0.1), "temperature 1.5: −23 points [−33, −14].");
}

}  // namespace
}  // namespace assay::finding
