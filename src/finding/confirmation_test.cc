#include "finding/confirmation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using test::first;
using test::SampleStudy;
using ::testing::HasSubstr;

/// Two levels that each lift the baseline's 100 of 200 right answers to 140.
SampleStudy two_winners() {
  SampleStudy study(200, 3);
  study.add({.is_right = first(100)}).design({200});
  study.add({.factor = "top_k", .level = "1", .is_right = first(140)});
  study.add({.factor = "min_p", .level = "0.1", .is_right = first(140)});
  return study;
}

void add_combination(SampleStudy& study, int right) {
  study.add({.factor = "top_k=1+min_p=0.1", .kind = "combination", .is_right = first(right)});
  study.plan["cells"].back()["moves"] = {{"top_k", "1"}, {"min_p", "0.1"}};
}

TEST(Confirm, ACombinationThatKeepsWhatItsLevelsWon) {
  SampleStudy study = two_winners();
  add_combination(study, 180);
  const StudyFinding finding = study.finding();
  EXPECT_EQ(name_of(finding.models[0].confirmation.status), "confirmed");
  EXPECT_EQ(finding.decision.cell, "pebble-m/combination:top_k=1+min_p=0.1");
  EXPECT_THAT(finding.decision.headline, HasSubstr("top_k 1 + min_p 0.1"));
  EXPECT_EQ(name_of(finding.decision.confirmation.status), "confirmed");
}

TEST(Confirm, NotACombinationThatLosesIt) {
  SampleStudy study = two_winners();
  add_combination(study, 90);
  const StudyFinding finding = study.finding();
  const Confirmation& confirmation = finding.models[0].confirmation;
  EXPECT_EQ(name_of(confirmation.status), "not confirmed: interaction");
  EXPECT_THAT(confirmation.sentence, HasSubstr("not shown to be better than the baseline"));
  EXPECT_THAT(finding.decision.cell, ::testing::AnyOf("pebble-m/top_k=1", "pebble-m/min_p=0.1"));
}

TEST(Confirm, NotACombinationThatIsWorseThanOneLevelAlone) {
  SampleStudy study = two_winners();
  add_combination(study, 120);
  const Confirmation confirmation = study.finding().models[0].confirmation;
  EXPECT_EQ(confirmation.status, Confirmation::Status::Interaction);
  EXPECT_THAT(confirmation.sentence, HasSubstr("together they are worse than"));
}

TEST(Confirm, SaysThatNothingWasRun) {
  SampleStudy study = two_winners();
  EXPECT_EQ(study.finding().models[0].confirmation.status, Confirmation::Status::NotRun);
  study.add_event("confirmation", "pebble-m",
                  {{"status", "not_run"}, {"cell", "c"}, {"reason", "the budget is spent"}});
  EXPECT_THAT(study.finding().models[0].confirmation.sentence, HasSubstr("the budget is spent"));
}

TEST(Confirm, ReadsTheCombinationFromItsEvent) {
  SampleStudy study = two_winners();
  add_combination(study, 180);
  const base::Json cell = study.plan["cells"].back();
  study.plan["cells"].erase(study.plan["cells"].size() - 1);
  EXPECT_EQ(study.finding().models[0].cells.size(), 3U);
  study.add_event("combination", "pebble-m", {{"cell", cell}});
  EXPECT_EQ(study.finding().models[0].confirmation.status, Confirmation::Status::Confirmed);
}

TEST(Confirm, ASingleWinnerByAllOfItsCanaries) {
  SampleStudy study(200, 3);
  study.add({.is_right = first(100)}).design({200});
  study.add({.factor = "top_k", .level = "1", .is_right = first(160)});
  const Confirmation confirmation = study.finding().models[0].confirmation;
  EXPECT_EQ(confirmation.status, Confirmation::Status::Confirmed);
  EXPECT_EQ(confirmation.cell, "pebble-m/top_k=1");
}

TEST(Confirm, EquivalentLevelsThatAreFasterByTheMargin) {
  SampleStudy study(200, 3);
  study.add({.is_right = first(100)}).design({200});
  study.add({.factor = "top_k", .level = "1", .is_right = first(100), .total_ms = 50});
  study.add({.factor = "min_p", .level = "0.1", .is_right = first(100), .total_ms = 60});
  EXPECT_EQ(winners(study.finding().models[0]).size(), 2U);
  study.add({.factor = "both", .kind = "combination", .is_right = first(99), .total_ms = 30});
  EXPECT_EQ(study.finding().models[0].confirmation.status, Confirmation::Status::Confirmed);
  SampleStudy worse(200, 3);
  worse.add({.is_right = first(100)}).design({200});
  worse.add({.factor = "top_k", .level = "1", .is_right = first(100), .total_ms = 50});
  worse.add({.factor = "min_p", .level = "0.1", .is_right = first(100), .total_ms = 60});
  worse.add({.factor = "both", .kind = "combination", .is_right = first(75), .total_ms = 30});
  EXPECT_EQ(worse.finding().models[0].confirmation.status, Confirmation::Status::Interaction);
}

TEST(Winners, AreTheBestLevelOfEachFactor) {
  SampleStudy study = two_winners();
  study.add({.factor = "top_k", .level = "2", .is_right = first(170)});
  const StudyFinding finding = study.finding();
  const auto won = winners(finding.models[0]);
  ASSERT_EQ(won.size(), 2U);
  EXPECT_EQ(won[0]->id, "pebble-m/min_p=0.1");
  EXPECT_EQ(won[1]->id, "pebble-m/top_k=2");
}

}  // namespace
}  // namespace assay::finding
