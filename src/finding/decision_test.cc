#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "finding/analysis.h"
#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using test::first;
using test::SampleCell;
using test::SampleStudy;
using ::testing::HasSubstr;
using ::testing::Not;

SampleCell baseline(std::string model, int right, double total_ms) {
  return {.model = std::move(model), .is_right = first(right), .total_ms = total_ms};
}

TEST(Decide, TakesTheFastestModelWithinTheMarginOfTheBest) {
  SampleStudy study(100, 3);
  study.add(baseline("small", 60, 10));
  study.add(baseline("middle", 85, 40));
  study.add(baseline("large", 90, 100));
  const Decision decision = study.finding().decision;
  EXPECT_TRUE(decision.made);
  EXPECT_EQ(decision.headline, "Ship middle with its baseline settings.");
  EXPECT_EQ(decision.model, "middle");
  EXPECT_EQ(decision.cell, "middle/baseline");
  ASSERT_EQ(decision.against.size(), 2U);
  EXPECT_THAT(decision.against[0], HasSubstr("small baseline: 60%, 30 points behind large"));
  EXPECT_THAT(decision.against[1], HasSubstr("large baseline: 90%, and 2.5 times the time"));
}

TEST(Decide, DoesNotTakeAFasterModelWhoseEstimatedLossExceedsTheMargin) {
  SampleStudy study(40, 3);
  // 12.5 points behind: with 40 canaries not shown to be more than the margin, and still too much.
  study.add(baseline("small", 30, 10));
  study.add(baseline("large", 35, 100));
  EXPECT_EQ(study.finding().decision.model, "large");
}

TEST(Decide, DoesNotTakeAFasterModelThatIsOnlyPerhapsWithinTheMargin) {
  SampleStudy study(40, 3);
  // 7.5 points behind, within the margin of ten, but it might be 18.
  study.add(baseline("small", 32, 10));
  study.add(baseline("large", 35, 100));
  const Decision decision = study.finding().decision;
  EXPECT_EQ(decision.model, "large");
  EXPECT_THAT(decision.against.at(0), HasSubstr("not shown to be within the margin of 10 points"));
  EXPECT_THAT(decision.against.at(0), HasSubstr("more canaries would tell"));
}

TEST(Decide, GivesATieInTimeToTheSmallerMemory) {
  SampleStudy study(100, 3);
  study.add(baseline("heavy", 90, 100));
  study.add(baseline("light", 88, 103));
  study.add_event("guest_stopped", "heavy", {{"cell", "heavy/baseline"}, {"peak_bytes", 2000}});
  study.add_event("guest_stopped", "light", {{"cell", "light/baseline"}, {"peak_bytes", 1000}});
  EXPECT_EQ(study.finding().decision.model, "light");
}

TEST(Decide, GivesATieInTimeAndMemoryToTheMoreAccurate) {
  SampleStudy study(100, 3);
  study.add(baseline("first", 88, 100));
  study.add(baseline("second", 90, 103));
  EXPECT_EQ(study.finding().decision.model, "second");
}

TEST(Decide, RecommendsALevelThatIsBetter) {
  SampleStudy study(100, 3);
  study.add(baseline("pebble-m", 60, 100));
  study.add({.factor = "system_prompt", .level = "terse", .is_right = first(90)});
  const Decision decision = study.finding().decision;
  EXPECT_EQ(decision.cell, "pebble-m/system_prompt=terse");
  EXPECT_EQ(decision.headline,
            "Ship pebble-m with system_prompt terse and otherwise its baseline settings.");
  EXPECT_EQ(decision.settings["request"]["system_prompt"], "terse");
}

TEST(Decide, PrefersABetterLevelInsideTheMarginWhenItCostsNoTime) {
  SampleStudy study(200, 3);
  study.add(baseline("pebble-m", 180, 100));
  study.add({.factor = "top_k", .level = "1", .is_right = first(196)});
  EXPECT_EQ(study.finding().decision.cell, "pebble-m/top_k=1");
}

TEST(Decide, RecommendsAnEquivalentLevelOnlyWhenItIsFasterOrLighter) {
  SampleStudy same(100, 3);
  same.add(baseline("pebble-m", 80, 100));
  same.add({.factor = "top_p", .level = "0.9", .is_right = first(81), .total_ms = 99});
  EXPECT_EQ(same.finding().decision.cell, "pebble-m/baseline");
  SampleStudy faster(100, 3);
  faster.add(baseline("pebble-m", 80, 100));
  faster.add({.factor = "threads", .level = "4", .is_right = first(80), .total_ms = 60});
  EXPECT_EQ(faster.finding().decision.cell, "pebble-m/threads=4");
}

TEST(Decide, NeverRecommendsAWorseOrUndecidedLevelHoweverFast) {
  SampleStudy study(40, 3);
  study.add(baseline("pebble-m", 32, 100));
  study.add({.factor = "max_tokens", .level = "8", .is_right = first(20), .total_ms = 5});
  study.add({.factor = "top_k",
             .level = "2",
             .is_right = [](int canary, int) { return canary < 26 || canary >= 34; },
             .total_ms = 5});
  const StudyFinding finding = study.finding();
  ASSERT_EQ(finding.models[0].cells[1].judgement->verdict, stats::Verdict::Worse);
  ASSERT_EQ(finding.models[0].cells[2].judgement->verdict, stats::Verdict::Undecided);
  EXPECT_EQ(finding.decision.cell, "pebble-m/baseline");
}

TEST(Decide, PassesOverAModelThatCouldOftenNotBeScored) {
  SampleStudy study(40, 3);
  SampleCell fragile = baseline("fragile", 40, 10);
  fragile.unscored = 20;
  study.add(fragile);
  study.add(baseline("steady", 30, 100));
  const Decision decision = study.finding().decision;
  EXPECT_EQ(decision.model, "steady");
  EXPECT_THAT(decision.against[0],
              HasSubstr("fragile: 60 of 120 baseline trials could not be scored"));
}

TEST(Decide, WaitsUntilEveryBaselineHasRun) {
  SampleStudy study(40, 3);
  study.add(baseline("small", 40, 10));
  study.add(baseline("large", 40, 100));
  study.drop_trials(1);
  const Decision decision = study.finding().decision;
  EXPECT_FALSE(decision.made);
  EXPECT_EQ(decision.headline, "No decision yet: the baseline of large has not run to its end.");
  EXPECT_THAT(decision.caveat, HasSubstr("assay study resume k3f9"));
}

TEST(Decide, IsNotMadeFromSingleRepeats) {
  SampleStudy study(40, 1);
  study.add(baseline("small", 40, 10));
  const Decision decision = study.finding().decision;
  EXPECT_FALSE(decision.made);
  EXPECT_EQ(decision.headline, "No decision: it takes three repeats, and each cell ran 1 time.");
}

TEST(Decide, IsNotMadeWhenNothingCouldBeScored) {
  SampleStudy study(40, 3);
  SampleCell lost = baseline("lost", 40, 10);
  lost.unscored = 40;
  study.add(lost);
  EXPECT_EQ(study.finding().decision.headline,
            "No decision: in no cell could enough trials be scored.");
}

TEST(Decide, LeavesOutWhatTheGatesKeepOut) {
  SampleStudy study(100, 3);
  study.add(baseline("small", 85, 10));
  study.add(baseline("large", 90, 100));
  study.plan["decision"] = {{"ttft_ms_most", 20}, {"rank", "accuracy"}};
  const Decision decision = study.finding().decision;
  EXPECT_EQ(decision.model, "small");
  EXPECT_THAT(decision.against.at(0),
              HasSubstr("large: its first token takes 25 ms at the 95th percentile, over 20 ms"));
}

TEST(Decide, KeepsABaselineWhoseBetterLevelTheGatesKeepOut) {
  SampleStudy study(200, 3);
  study.add(baseline("pebble-m", 100, 10));
  study.add({.factor = "top_k", .level = "1", .is_right = first(180), .total_ms = 10});
  EXPECT_EQ(study.finding().decision.cell, "pebble-m/top_k=1");
  study.plan["decision"] = {{"memory_bytes_most", 2000}};
  study.plan["cells"][1]["guest"]["threads"] = 9;  // A load of its own, and a heavier one.
  for (const auto& [cell, bytes] : {std::pair("baseline", 1000), {"top_k=1", 3000}}) {
    study.add_event("guest_stopped", "pebble-m",
                    {{"cell", std::string("pebble-m/") + cell}, {"peak_bytes", bytes}});
  }
  EXPECT_EQ(study.finding().decision.cell, "pebble-m/baseline");
}

TEST(Decide, IsNotMadeWhenNothingPassesTheGates) {
  SampleStudy study(100, 3);
  study.add(baseline("small", 85, 10));
  study.plan["decision"] = {{"accuracy_least", 0.8}};
  const Decision decision = study.finding().decision;
  EXPECT_FALSE(decision.made) << "85 % are not shown to be 80 % by a hundred canaries";
  EXPECT_THAT(decision.against.at(0), HasSubstr("its accuracy is not shown to reach 80%"));
  study.plan["decision"] = {{"memory_bytes_most", 1e9}};
  EXPECT_FALSE(study.finding().decision.made) << "an unknown figure passes no gate";
}

TEST(Decide, RanksByWhatTheRuleNames) {
  SampleStudy study(200, 3);
  study.add(baseline("fast", 178, 10));
  study.add(baseline("light", 178, 60));
  study.add(baseline("right", 180, 100));
  for (const auto& [model, bytes] : {std::pair("fast", 4000), {"light", 1000}, {"right", 9000}}) {
    study.add_event("guest_stopped", model,
                    {{"cell", std::string(model) + "/baseline"}, {"peak_bytes", bytes}});
  }
  EXPECT_EQ(study.finding().decision.model, "fast");
  study.plan["decision"] = {{"rank", "memory"}};
  EXPECT_EQ(study.finding().decision.model, "light");
  study.plan["decision"] = {{"rank", "accuracy"}};
  EXPECT_EQ(study.finding().decision.model, "right");
}

TEST(Caveat, IsTheWidthOfTheIntervalWhenNothingElseIsLarger) {
  SampleStudy study(40, 3);
  study.add(baseline("pebble-m", 32, 10));
  EXPECT_THAT(study.finding().decision.caveat,
              HasSubstr("40 canaries place its accuracy no closer than between 65% and 90%"));
}

TEST(Caveat, IsTheTruncationWhenItOutweighsTheInterval) {
  SampleStudy study(100, 3);
  study.add({.is_right = first(100), .cut = 30});
  EXPECT_THAT(study.finding().decision.caveat, HasSubstr("cut 30% of its replies"));
}

TEST(Caveat, IsThatTheBestIsMostlyWrong) {
  SampleStudy study(100, 3);
  study.add(baseline("pebble-s", 30, 10));
  EXPECT_THAT(study.finding().decision.caveat, HasSubstr("right in only 30%"));
}

TEST(Caveat, IsTheUnfinishedStudyWhenMuchIsMissing) {
  SampleStudy study(100, 3);
  study.add(baseline("pebble-m", 90, 10));
  study.add({.factor = "temperature", .level = "1", .is_right = first(80)});
  study.design({50, 100});
  study.drop_trials(290);
  EXPECT_THAT(study.finding().decision.caveat, HasSubstr("310 of 600 trials are done"));
}

TEST(Caveat, DoesNotMissTrialsThatStoppingEarlySpared) {
  SampleStudy study(100, 3);
  study.add(baseline("pebble-m", 90, 10));
  study.add({.factor = "temperature", .level = "1", .is_right = first(0)});
  study.design({50, 100});
  study.drop_trials(150);
  EXPECT_THAT(study.finding().decision.caveat, Not(HasSubstr("not finished")));
}

TEST(Caveat, IsTheUnconfirmedCombinationOfTwoBetterLevels) {
  SampleStudy study(200, 3);
  study.add(baseline("pebble-m", 100, 10));
  study.add({.factor = "system_prompt", .level = "terse", .is_right = first(190), .total_ms = 10});
  study.add({.factor = "top_k", .level = "1", .is_right = first(180), .total_ms = 10});
  const StudyFinding finding = study.finding();
  EXPECT_THAT(
      finding.decision.caveat,
      HasSubstr("system_prompt terse and top_k 1 each won alone; together they have not been "
                "run"));
}

}  // namespace
}  // namespace assay::finding
