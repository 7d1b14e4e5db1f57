#include "report/comparison.h"

#include <gmock/gmock.h>

namespace assay::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

finding::StudyComparison sample() {
  finding::StudyComparison comparison;
  comparison.first = "desk-1";
  comparison.second = "desk-2";
  comparison.margin = 0.05;
  finding::CellComparison cell;
  cell.first = cell.second = "m/baseline";
  cell.paired = true;
  cell.matched = 120;
  cell.trials_first = cell.trials_second = 120;
  cell.accuracy_first = 0.9;
  cell.accuracy_second = 0.8;
  cell.difference = stats::PairedDifference{};
  cell.difference->delta = -0.1;
  cell.difference->interval = {-0.2, -0.02};
  cell.judgement = stats::Judgement{stats::Verdict::Worse};
  cell.tokens_per_s_first = 100;
  cell.tokens_per_s_second = 150;
  cell.trial_ms_first = 50;
  cell.trial_ms_second = 40;
  comparison.cells = {cell};
  comparison.warnings = {"another engine: 1 → 2"};
  return comparison;
}

TEST(ComparisonText, HasARowPerCellAndTheWarnings) {
  const std::string text = comparison_text(sample(), {});
  EXPECT_THAT(text, HasSubstr("m/baseline    90%     80%  −10 [−20, −2]   +50%  −20%  120 paired"
                              "  worse\n"));
  EXPECT_THAT(text, HasSubstr("warning: another engine: 1 → 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("unpaired")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(comparison_text(sample(), {.color = true}), HasSubstr("\x1b[31mworse\x1b[0m"));
}

TEST(ComparisonText, SaysThatCellsAreNotPaired) {
  finding::StudyComparison comparison = sample();
  comparison.cells[0].paired = false;
  comparison.cells[0].matched = 3;
  const std::string text = comparison_text(comparison, {});
  EXPECT_THAT(text, HasSubstr("120+120 unpaired"));
  EXPECT_THAT(text, HasSubstr("note: unpaired cells share 3 of 120 trials"));
}

TEST(ComparisonText, SaysThatACellWasRunInNeither) {
  finding::StudyComparison comparison = sample();
  comparison.cells[0].paired = false;
  comparison.cells[0].trials_first = 0;
  comparison.cells[0].trials_second = 0;
  EXPECT_THAT(comparison_text(comparison, {}), HasSubstr("  not run"));
}

TEST(ComparisonJson, GivesChangesAsSharesAndUnknownsAsNull) {
  finding::StudyComparison comparison = sample();
  comparison.cells[0].trial_ms_first = finding::kUnknown;
  const base::Json row = comparison_json(comparison)["cells"][0];
  EXPECT_EQ(row["delta"], -0.1);
  EXPECT_EQ(row["verdict"], "worse");
  EXPECT_NEAR(row["tokens_per_s_change"].get<double>(), 0.5, 1e-12);
  EXPECT_TRUE(row["trial_ms_p50_change"].is_null());
  EXPECT_TRUE(row["canaries_more"].is_null());
}

}  // namespace
}  // namespace assay::report
