#include "stats/sequential.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

using testing::ElementsAre;

MatrixDesign design(std::vector<std::size_t> looks, double margin = 0.05) {
  MatrixDesign made;
  made.looks = std::move(looks);
  made.margin = margin;
  return made;
}

/// `differences` over and over, one for each canary.
CellStream stream(const std::vector<double>& differences, std::size_t canaries) {
  CellStream made;
  for (std::size_t i = 0; i < canaries; ++i) {
    made.positions.push_back(i);
    made.differences.push_back(differences[i % differences.size()]);
  }
  made.positions_done = canaries;
  return made;
}

const std::vector<double> kNoise{1.0 / 3, -1.0 / 3, 0, 2.0 / 3, -2.0 / 3, 0};
const std::vector<double> kGain{1, 1.0 / 3, 0, 2.0 / 3, 1.0 / 3};

TEST(Matrix, FindsALargeGainEarlyAndGivesNoiseUp) {
  const auto looks = equal_looks(100, 5);
  const auto judged =
      judge_matrix(design(looks), std::vector{stream(kGain, 100), stream(kNoise, 100)});
  EXPECT_EQ(judged[0].judgement.verdict, Verdict::Better);
  EXPECT_EQ(judged[0].stop, Stop::Decided);
  EXPECT_LT(judged[0].looks_taken, 5);
  EXPECT_GT(judged[0].difference.interval.low, 0);
  EXPECT_LT(judged[0].p_adjusted, 0.05);
  EXPECT_EQ(judged[1].judgement.verdict, Verdict::Undecided);
  EXPECT_EQ(judged[1].stop, Stop::Futile);
  EXPECT_GT(judged[1].judgement.canaries_more, 0);
  EXPECT_GT(judged[1].p_adjusted, 0.5);
}

TEST(Matrix, JudgesAFixedDesignOnlyAtItsEnd) {
  CellStream cell = stream(kGain, 100);
  cell.positions_done = 99;
  EXPECT_EQ(judge_matrix(design({100}), std::vector{cell})[0].looks_taken, 0);
  EXPECT_EQ(judge_matrix(design({100}), std::vector{cell})[0].judgement.verdict,
            Verdict::Undecided);
  cell.positions_done = 100;
  EXPECT_EQ(judge_matrix(design({100}), std::vector{cell})[0].judgement.verdict, Verdict::Better);
}

TEST(Matrix, IgnoresWhatComesAfterAStop) {
  const std::vector<std::size_t> looks{20, 40, 60, 80, 100};
  CellStream cell = stream(kGain, 100);
  const auto before = judge_matrix(design(looks), std::vector{cell})[0];
  for (std::size_t i = looks[before.looks_taken - 1]; i < 100; ++i) cell.differences[i] = -1;
  const auto after = judge_matrix(design(looks), std::vector{cell})[0];
  EXPECT_EQ(after.judgement.verdict, Verdict::Better);
  EXPECT_EQ(after.difference.delta, before.difference.delta);
}

TEST(Matrix, FreezesTheIntervalOfAStoppedCell) {
  // The second cell is given up early; the others are told apart only later.
  const auto looks = equal_looks(100, 10);
  std::vector<double> late(100, 0);
  for (std::size_t i = 0; i < 100; i += 4) late[i] = 2.0 / 3;
  std::vector<CellStream> cells{stream(late, 100), stream(kNoise, 100), stream(late, 100)};
  const auto after = judge_matrix(design(looks), cells);
  ASSERT_EQ(after[1].stop, Stop::Futile);
  ASSERT_LT(after[1].looks_taken, after[0].looks_taken);
  for (CellStream& cell : cells) cell.positions_done = looks[after[1].looks_taken - 1];
  const auto before = judge_matrix(design(looks), cells);
  EXPECT_EQ(before[1].stop, Stop::Futile);
  EXPECT_EQ(before[1].difference.interval.low, after[1].difference.interval.low);
  EXPECT_EQ(before[1].difference.interval.high, after[1].difference.interval.high);
}

TEST(Matrix, OfNoCellsIsEmpty) {
  EXPECT_TRUE(judge_matrix(design({20, 40}), std::vector<CellStream>{}).empty());
}

TEST(Matrix, WaitsForTheSlowestCell) {
  std::vector<CellStream> cells{stream(kGain, 100), stream(kNoise, 100)};
  cells[1].positions_done = 19;
  EXPECT_EQ(judge_matrix(design({20, 40, 60, 80, 100}), cells)[0].looks_taken, 0);
}

TEST(Matrix, AsksMoreOfACellWhenThereAreMore) {
  // Eleven of twelve that differ go one way: p = 26/4096 alone; among ten 0.005 would be needed.
  std::vector<double> some(40, 0);
  for (std::size_t i = 0; i < 12; ++i) some[i] = i < 11 ? 1 : -1;
  const auto alone = judge_matrix(design({40}), std::vector{stream(some, 40)});
  EXPECT_EQ(alone[0].judgement.verdict, Verdict::Better);
  EXPECT_NEAR(alone[0].p_adjusted, 26.0 / 4096, 1e-4);
  std::vector<CellStream> ten(9, stream(kNoise, 40));
  ten.push_back(stream(some, 40));
  const auto among = judge_matrix(design({40}), ten);
  EXPECT_EQ(among[9].judgement.verdict, Verdict::Undecided);
  EXPECT_NEAR(among[9].p_adjusted, 260.0 / 4096, 1e-3);
}

TEST(Matrix, LeavesMoreToTheRestWhenCellsAreRejected) {
  // The same cell, but nine others are overwhelming: Holm leaves it the whole level.
  std::vector<double> some(40, 0);
  for (std::size_t i = 0; i < 12; ++i) some[i] = i < 11 ? 1 : -1;
  std::vector<CellStream> ten(9, stream({-1}, 40));
  ten.push_back(stream(some, 40));
  EXPECT_EQ(judge_matrix(design({40}), ten)[9].judgement.verdict, Verdict::Better);
}

TEST(Matrix, GivesNinetyFivePerCentIntervalsAtEveryErrorRate) {
  for (const double alpha : {0.01, 0.05, 0.1}) {
    MatrixDesign fixed = design({60});
    fixed.alpha = alpha;
    const CellStream cell = stream(kNoise, 60);
    const PairedDifference judged = judge_matrix(fixed, std::vector{cell})[0].difference;
    EXPECT_EQ(judged.interval.low, paired_difference(cell.differences).interval.low) << alpha;
    EXPECT_EQ(judged.confidence, 0.95);
  }
}

TEST(Matrix, FindsEquivalenceWithinTheMargin) {
  const std::vector<double> quiet{0, 0, 0, 0, 0, 0, 0, 0, 0, 1.0 / 3, 0, 0, 0, 0, -1.0 / 3};
  const auto judged =
      judge_matrix(design(equal_looks(150, 5), 0.05), std::vector{stream(quiet, 150)});
  EXPECT_EQ(judged[0].judgement.verdict, Verdict::Equivalent);
  EXPECT_LT(judged[0].looks_taken, 5);
  const auto strict =
      judge_matrix(design(equal_looks(150, 5), 0.001), std::vector{stream(quiet, 150)});
  EXPECT_EQ(strict[0].judgement.verdict, Verdict::Undecided);
}

TEST(Matrix, DoesNotGiveUpACellThatWillBeEquivalent) {
  // No canary differs: at the last look that is equivalence, at the second of five not yet.
  const auto looks = equal_looks(80, 5);
  CellStream cell = stream({0}, 80);
  cell.positions_done = 32;
  EXPECT_EQ(judge_matrix(design(looks), std::vector{cell})[0].stop, Stop::No);
  cell.positions_done = 80;
  const auto judged = judge_matrix(design(looks), std::vector{cell})[0];
  EXPECT_EQ(judged.judgement.verdict, Verdict::Equivalent);
}

TEST(Matrix, GivesTheIntervalOfAFixedDesignAsItIs) {
  const CellStream cell = stream(kNoise, 50);
  const auto judged = judge_matrix(design({50}), std::vector{cell})[0];
  const PairedDifference plain = paired_difference(cell.differences);
  EXPECT_EQ(judged.difference.interval.low, plain.interval.low);
  EXPECT_EQ(judged.difference.interval.high, plain.interval.high);
}

TEST(Matrix, WidensTheIntervalOfACellStoppedEarly) {
  const auto judged = judge_matrix(design(equal_looks(100, 5)), std::vector{stream(kGain, 100)})[0];
  ASSERT_LT(judged.looks_taken, 5);
  const auto seen = static_cast<std::size_t>(judged.difference.canaries);
  const PairedDifference plain = paired_difference(stream(kGain, seen).differences);
  EXPECT_LT(judged.difference.interval.low, plain.interval.low);
  EXPECT_GT(judged.difference.interval.low, 0);
  EXPECT_LT(judged.difference.interval.low, judged.difference.delta);
  EXPECT_GT(judged.difference.interval.high, judged.difference.delta);
}

TEST(Matrix, CountsCanariesThatCouldNotBeScoredAsGone) {
  CellStream cell;
  cell.positions = {0, 2, 3, 7, 8, 9};
  cell.differences.assign(6, 1);
  cell.positions_done = 10;
  const auto judged = judge_matrix(design({10}), std::vector{cell});
  EXPECT_EQ(judged[0].difference.canaries, 6);
  EXPECT_EQ(judged[0].judgement.verdict, Verdict::Better);
}

TEST(Matrix, StaysSilentOnACellWithoutAnyCanary) {
  CellStream cell;
  cell.positions_done = 40;
  const auto judged = judge_matrix(design({20, 40}), std::vector{cell});
  EXPECT_EQ(judged[0].judgement.verdict, Verdict::Undecided);
  EXPECT_EQ(judged[0].looks_taken, 2);
  EXPECT_EQ(judged[0].p_adjusted, 1);
}

TEST(Matrix, TakesCellsOfWhichHardlyAnythingWasScored) {
  for (const std::size_t scored : {1U, 2U, 3U}) {
    CellStream cell;
    for (std::size_t i = 0; i < scored; ++i) {
      cell.positions.push_back(i * 19);
      cell.differences.push_back(i == 0 ? 1 : 0);
    }
    for (const std::size_t done : {20U, 40U, 60U}) {
      cell.positions_done = done;
      const std::vector<CellStream> cells{cell, stream(kNoise, 60)};
      const auto judged = judge_matrix(design({20, 40, 60}), cells)[0];
      EXPECT_EQ(judged.judgement.verdict, Verdict::Undecided);
      EXPECT_GE(judged.difference.interval.low, -1);
      EXPECT_LE(judged.difference.interval.high, 1);
      EXPECT_LE(judged.difference.interval.low, judged.difference.delta);
      EXPECT_GE(judged.difference.interval.high, judged.difference.delta);
    }
  }
}

// The calibration at full size is tests/perf/study_calibration.cc.
TEST(Matrix, RarelySeesWhatIsNotThereAndHoldsTheTruth) {
  base::Random random(4);
  int wrong = 0;
  int held = 0;
  constexpr int kStudies = 200;
  constexpr int kCells = 6;
  for (int study = 0; study < kStudies; ++study) {
    std::vector<CellStream> cells(kCells);
    for (std::size_t canary = 0; canary < 40; ++canary) {
      const double baseline = static_cast<double>(random.below(4)) / 3;
      for (CellStream& cell : cells) {
        cell.positions.push_back(canary);
        cell.differences.push_back(static_cast<double>(random.below(4)) / 3 - baseline);
        cell.positions_done = 40;
      }
    }
    bool any = false;
    for (const CellJudgement& cell : judge_matrix(design(equal_looks(40, 4)), cells)) {
      any = any || cell.judgement.verdict == Verdict::Better ||
            cell.judgement.verdict == Verdict::Worse;
      const Interval& interval = cell.difference.interval;
      held += interval.low <= 0 && 0 <= interval.high ? 1 : 0;
    }
    wrong += any ? 1 : 0;
  }
  EXPECT_LE(wrong, 16);  // 5 % of 200 are 10; more than 16 has a chance of 2 %.
  // 95 % of 1,200; cells of one study share a baseline, so that one standard error is about 1.1 %.
  EXPECT_NEAR(held / static_cast<double>(kStudies * kCells), 0.95, 0.025);
}

TEST(EqualLooks, SpreadsThemAndKeepsTheLast) {
  EXPECT_THAT(equal_looks(60, 5), ElementsAre(12, 24, 36, 48, 60));
  EXPECT_THAT(equal_looks(20, 5), ElementsAre(8, 12, 16, 20));
  EXPECT_THAT(equal_looks(5, 5), ElementsAre(5));
  EXPECT_THAT(equal_looks(100, 1), ElementsAre(100));
}

}  // namespace
}  // namespace assay::stats
