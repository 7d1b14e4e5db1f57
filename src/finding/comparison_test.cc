#include "finding/comparison.h"

#include <gmock/gmock.h>

#include "finding/analysis.h"
#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kOtherSeeds = 1000;

/// Seeds as a study gives them: by canary and repeat, the same in every cell.
void seed(test::SampleStudy& study, std::int64_t base) {
  for (store::TrialRow& trial : study.trials) trial.seed = base + trial.repeat;
}

ComparisonSide side(const test::SampleStudy& study, const std::string& id) {
  ComparisonSide made;
  made.row = study.study_row();
  made.row.id = id;
  made.trials = study.trials;
  made.finding = analyse(made.row, study.trials, study.events).value();
  return made;
}

test::SampleStudy right_in(int canaries, std::int64_t seeds = 0) {
  test::SampleStudy study(40, 3);
  study.add({.is_right = test::first(canaries), .total_ms = 100, .tokens_per_s = 100});
  seed(study, seeds);
  return study;
}

TEST(CompareStudies, PairsTheSameCanariesAndSeeds) {
  const auto comparison =
      compare_studies(side(right_in(36), "a"), side(right_in(20), "b"), {}).value();
  ASSERT_THAT(comparison.cells, SizeIs(1));
  const CellComparison& cell = comparison.cells[0];
  EXPECT_TRUE(cell.paired);
  EXPECT_EQ(cell.matched, 120);
  EXPECT_DOUBLE_EQ(cell.accuracy_first, 0.9);
  EXPECT_DOUBLE_EQ(cell.accuracy_second, 0.5);
  EXPECT_DOUBLE_EQ(cell.difference->delta, -0.4);
  EXPECT_EQ(cell.judgement->verdict, stats::Verdict::Worse);
  EXPECT_THAT(comparison.warnings, IsEmpty());
}

TEST(CompareStudies, DoesNotPairOtherSeeds) {
  const auto comparison =
      compare_studies(side(right_in(36), "a"), side(right_in(30, kOtherSeeds), "b"), {}).value();
  const CellComparison& cell = comparison.cells[0];
  EXPECT_FALSE(cell.paired);
  EXPECT_EQ(cell.matched, 0);
  EXPECT_DOUBLE_EQ(cell.difference->delta, -0.15);
  const auto paired = compare_studies(side(right_in(36), "a"), side(right_in(30), "b"), {}).value();
  EXPECT_LT(cell.difference->interval.low, paired.cells[0].difference->interval.low);
}

TEST(CompareStudies, DoesNotPairCanariesThatOnlyShareTheirName) {
  test::SampleStudy other = right_in(36);
  for (auto& canary : other.plan["canaries"]) canary["prompt"] = "Another question?";
  other.plan["packs"][0]["hash"] = "other";
  const auto comparison = compare_studies(side(right_in(36), "a"), side(other, "b"), {}).value();
  EXPECT_FALSE(comparison.cells[0].paired);
  EXPECT_THAT(comparison.warnings, ElementsAre(HasSubstr("task pack deskwork changed")));
}

TEST(CompareStudies, PairsWhatIsLeftWhereMostMatch) {
  test::SampleStudy other = right_in(36);
  for (store::TrialRow& trial : other.trials) {
    if (trial.canary == "case-0") trial.seed = kOtherSeeds;
  }
  const auto comparison = compare_studies(side(right_in(36), "a"), side(other, "b"), {}).value();
  EXPECT_TRUE(comparison.cells[0].paired);
  EXPECT_EQ(comparison.cells[0].matched, 117);
  EXPECT_EQ(comparison.cells[0].difference->canaries, 39);
}

TEST(CompareStudies, ComparesChosenCellsAcrossModels) {
  test::SampleStudy study(40, 3);
  study.add({.model = "small", .is_right = test::first(10)});
  study.add({.model = "large", .is_right = test::first(38)});
  seed(study, 0);
  const ComparisonSide one = side(study, "a");
  const auto comparison =
      compare_studies(one, one, {.first = "small/baseline", .second = "large/baseline"}).value();
  ASSERT_THAT(comparison.cells, SizeIs(1));
  EXPECT_TRUE(comparison.cells[0].paired);
  EXPECT_EQ(comparison.cells[0].judgement->verdict, stats::Verdict::Better);
  const auto wrong = compare_studies(one, one, {.first = "small/baselin", .second = ""});
  EXPECT_THAT(wrong.error().hint, HasSubstr("small/baseline"));
}

TEST(CompareStudies, NamesCellsThatOnlyOneHasAndRefusesNone) {
  test::SampleStudy more = right_in(36);
  more.add({.factor = "top_p", .level = "0.9"});
  const auto comparison = compare_studies(side(right_in(36), "a"), side(more, "b"), {}).value();
  EXPECT_THAT(comparison.left_out, ElementsAre("pebble-m/top_p=0.9 (only in b)"));
  test::SampleStudy stranger(40, 3);
  stranger.add({.model = "stranger"});
  const auto none = compare_studies(side(right_in(36), "a"), side(stranger, "b"), {});
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error().hint, HasSubstr("--cell"));
}

TEST(CompareStudies, DoesNotMissWhatAFinishedStudySpared) {
  test::SampleStudy spared = right_in(36);
  spared.plan["runs"] = 500;
  ComparisonSide done = side(spared, "b");
  done.row.state = "done";
  const auto comparison = compare_studies(side(right_in(36), "a"), done, {}).value();
  for (const std::string& warning : comparison.warnings) {
    EXPECT_THAT(warning, Not(HasSubstr("trials")));
  }
}

TEST(CompareStudies, SaysWhatElseChanged) {
  test::SampleStudy then = right_in(36);
  then.add_event("machine", "", {{"cpu_model", "Old"}, {"memory_total_bytes", 8589934592}});
  then.add_event("engine", "", {{"version", "1"}, {"source", "pinned"}});
  then.add_event("guest_ready", "pebble-m", {{"file_sha256", "aaaaaaaa"}});
  test::SampleStudy now = right_in(36);
  now.add_event("machine", "", {{"cpu_model", "New"}, {"memory_total_bytes", 17179869184}});
  now.add_event("engine", "", {{"version", "2"}, {"source", "pinned"}});
  now.add_event("guest_ready", "pebble-m", {{"file_sha256", "bbbbbbbb"}});
  now.plan["margin"] = 0.02;
  now.drop_trials(3);
  const auto comparison = compare_studies(side(then, "a"), side(now, "b"), {}).value();
  EXPECT_THAT(
      comparison.warnings,
      ElementsAre("b is interrupted: 117 of 120 trials", "another engine: 1 (pinned) → 2 (pinned)",
                  "another machine: cpu_model Old → New",
                  "another machine: 8 GiB of memory → 16 GiB",
                  "model pebble-m is another file: sha256 aaaaaaaa… → bbbbbbbb…",
                  HasSubstr("the margins are 0.1 and 0.02")));
  EXPECT_DOUBLE_EQ(comparison.margin, 0.02);
}

TEST(CompareStudies, GivesNoVerdictFromSingleRepeats) {
  test::SampleStudy single(40, 1);
  single.add({});
  seed(single, 0);
  const ComparisonSide one = side(single, "a");
  EXPECT_FALSE(compare_studies(one, one, {}).value().cells[0].judgement.has_value());
}

TEST(CompareStudies, BearsACellWithoutACountedTrial) {
  test::SampleStudy lost(40, 3);
  lost.add({.unscored = 40});
  const auto comparison = compare_studies(side(right_in(36), "a"), side(lost, "b"), {}).value();
  EXPECT_FALSE(comparison.cells[0].difference.has_value());
}

}  // namespace
}  // namespace assay::finding
