#include "finding/judging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "finding/cell_figures.h"
#include "finding/phrase.h"
#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using test::first;
using test::SampleStudy;
using ::testing::HasSubstr;

/// A study of a hundred canaries whose baseline is right in half of them, looked at twice.
SampleStudy looked_at_twice() {
  SampleStudy study(100, 3);
  study.add({.is_right = [](int canary, int) { return canary % 2 == 0; }});
  study.design({50, 100});
  return study;
}

TEST(Judging, GivesAVerdictOnlyWhereALookHasHappened) {
  SampleStudy study = looked_at_twice();
  study.add({.factor = "top_k", .level = "1", .is_right = [](int, int) { return false; }});
  study.drop_trials(151);
  const CellFinding early = study.finding().models[0].cells[1];
  EXPECT_EQ(early.looks_taken, 0);
  EXPECT_EQ(verdict_word(early), "undecided") << "149 of the 150 trials of the first look are done";
  EXPECT_EQ(early.p_adjusted, 1);
}

TEST(Judging, CountsAStoppedCellAsFinished) {
  SampleStudy study = looked_at_twice();
  study.add({.factor = "top_k", .level = "1", .is_right = [](int, int) { return false; }});
  study.drop_trials(150);
  const CellFinding stopped = study.finding().models[0].cells[1];
  EXPECT_EQ(verdict_word(stopped), "worse");
  EXPECT_EQ(stopped.stop, stats::Stop::Decided);
  EXPECT_EQ(stopped.looks_taken, 1);
  EXPECT_EQ(stopped.planned, 150);
  EXPECT_EQ(stopped.difference->canaries, 50);
  EXPECT_LT(stopped.p_adjusted, 0.001);
}

TEST(Judging, AsksMoreOfOneLevelAmongMany) {
  // Eight of a hundred canaries flip, all one way: 2/2^8 = 0.0078, times ten is above 0.05.
  const auto eight_lost = [](int canary, int) { return canary % 2 == 0 && canary >= 16; };
  SampleStudy alone(100, 3);
  alone.add({.is_right = [](int canary, int) { return canary % 2 == 0; }}).design({100});
  alone.add({.factor = "top_k", .level = "1", .is_right = eight_lost});
  EXPECT_EQ(verdict_word(alone.finding().models[0].cells[1]), "worse");
  SampleStudy among(100, 3);
  among.add({.is_right = [](int canary, int) { return canary % 2 == 0; }}).design({100});
  among.add({.factor = "top_k", .level = "1", .is_right = eight_lost});
  for (int level = 2; level < 11; ++level) {
    among.add({.factor = "top_k", .level = std::to_string(level), .is_right = [](int canary, int) {
                 return canary % 2 == 0;
               }});
  }
  const CellFinding cell = among.finding().models[0].cells[1];
  EXPECT_NE(verdict_word(cell), "worse");
  EXPECT_NEAR(cell.p_adjusted, 10 * 2.0 / 256, 1e-3);
}

TEST(Judging, LeavesVoidArmsOut) {
  SampleStudy study = looked_at_twice();
  study.add({.factor = "top_k", .level = "1", .is_right = first(0)});
  study.drop_trials(300);
  study.add_event("arm", "pebble-m",
                  {{"cell", "pebble-m/top_k=1"}, {"state", "void"}, {"canaries", 8}});
  const StudyFinding finding = study.finding();
  const CellFinding& cell = finding.models[0].cells[1];
  EXPECT_TRUE(is_void(cell));
  EXPECT_FALSE(cell.judgement);
  EXPECT_EQ(cell.planned, 0);
  EXPECT_EQ(verdict_sentence(cell, 0.05),
            "top_k 1: void: no observable effect in 8 canaries; it was not run.");
  EXPECT_TRUE(finding.decision.made) << "nothing is missing";
}

TEST(Judging, TakesBackAWinThatAllCanariesDoNotBearOut) {
  SampleStudy study = looked_at_twice();
  // Right everywhere at first, wrong everywhere after the look that stopped it.
  study.add({.factor = "top_k", .level = "1", .is_right = first(50)});
  const CellFinding cell = study.finding().models[0].cells[1];
  EXPECT_EQ(cell.stop, stats::Stop::Decided);
  EXPECT_EQ(cell.difference->canaries, 100);
  EXPECT_EQ(verdict_word(cell), "undecided");
}

TEST(Judging, ComparesTimesOnTheCanariesThatBothRan) {
  SampleStudy study = looked_at_twice();
  study.add({.factor = "top_k", .level = "1", .is_right = first(0), .total_ms = 100});
  study.drop_trials(150);
  for (store::TrialRow& trial : study.trials) {
    const int canary = std::stoi(trial.canary.substr(5));
    if (canary >= 50) trial.total_ms = 1000;
  }
  const CellFinding cell = study.finding().models[0].cells[1];
  EXPECT_DOUBLE_EQ(cell.wall_ms_ratio, 1);
  EXPECT_DOUBLE_EQ(cell.completion_tokens_ratio, 1);
}

TEST(Judging, FollowsThePlansRunningOrder) {
  SampleStudy study = looked_at_twice();
  study.add({.factor = "top_k", .level = "1", .is_right = [](int canary, int) {
               return canary < 50 && canary % 2 == 0;
             }});
  std::vector<int> order;
  for (int canary = 99; canary >= 0; --canary) order.push_back(canary);
  study.plan["design"]["order"] = order;
  // By that order the first look sees what was lost, the plan's own order what was not.
  const CellFinding reversed = study.finding().models[0].cells[1];
  EXPECT_EQ(verdict_word(reversed), "worse");
  EXPECT_EQ(reversed.looks_taken, 1);
  study.design({50, 100});
  const CellFinding natural = study.finding().models[0].cells[1];
  EXPECT_NE(verdict_word(natural), "worse");
}

}  // namespace
}  // namespace assay::finding
