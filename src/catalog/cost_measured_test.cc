#include "catalog/cost_measured.h"

#include <gmock/gmock.h>

namespace assay::catalog {
namespace {

using testing::HasSubstr;

store::TrialRow trial(std::string cell, std::int64_t prompt, std::int64_t completion,
                      double ttft_ms, double total_ms) {
  store::TrialRow row;
  row.cell = std::move(cell);
  row.outcome = "scored";
  row.score = 1;
  row.prompt_tokens = prompt;
  row.completion_tokens = completion;
  row.ttft_ms = ttft_ms;
  row.total_ms = total_ms;
  return row;
}

TEST(MeasuredTask, IsTheWorkedNumberOfTheHeader) {
  const std::vector<store::TrialRow> trials{trial("m/baseline", 100, 10, 200, 1200),
                                            trial("m/baseline", 100, 10, 300, 1300),
                                            trial("m/other", 9, 9, 9, 99)};
  const auto measured = measured_task(trials, "m/baseline");
  ASSERT_TRUE(measured.has_value());
  EXPECT_DOUBLE_EQ(measured->prefill_tps, 400);
  EXPECT_DOUBLE_EQ(measured->decode_tps, 10);
  EXPECT_DOUBLE_EQ(measured->prompt_tokens, 100);
  EXPECT_DOUBLE_EQ(measured->completion_tokens, 10);
  EXPECT_EQ(measured->trials, 2);
}

TEST(MeasuredTask, GivesTheMeanTimeBackThoughTrialsDiffer) {
  const std::vector<store::TrialRow> trials{trial("c", 50, 3, 20, 320),
                                            trial("c", 950, 40, 400, 900)};
  const auto measured = measured_task(trials, "c");
  ASSERT_TRUE(measured.has_value());
  const double seconds = measured->prompt_tokens / measured->prefill_tps +
                         measured->completion_tokens / measured->decode_tps;
  EXPECT_NEAR(seconds, (0.320 + 0.900) / 2, 1e-9);
}

TEST(MeasuredTask, LeavesOutWhatWasNotMeasuredWhole) {
  store::TrialRow lost = trial("c", 100, 10, 200, 1200);
  lost.outcome = "infrastructure";
  lost.score.reset();
  const std::vector<store::TrialRow> trials{
      trial("c", 100, 10, 200, 1200), lost, trial("c", -1, 10, 200, 1200),
      trial("c", 100, 10, -1, 1200), trial("c", 100, 10, 200, 100)};
  const auto measured = measured_task(trials, "c");
  ASSERT_TRUE(measured.has_value());
  EXPECT_EQ(measured->trials, 1);
  EXPECT_EQ(measured->left_out, 4);
}

TEST(MeasuredTask, StaysFiniteForAnswersOfOneToken) {
  const std::vector<store::TrialRow> trials{trial("c", 100, 1, 200, 200)};
  const auto measured = measured_task(trials, "c");
  ASSERT_TRUE(measured.has_value());
  EXPECT_LT(measured->decode_tps, 1e9);
}

TEST(MeasuredTask, NamesTheNearestCellWhenThereIsNone) {
  const std::vector<store::TrialRow> trials{trial("m/baseline", 100, 10, 200, 1200)};
  const auto measured = measured_task(trials, "m/baselin");
  ASSERT_FALSE(measured.has_value());
  EXPECT_THAT(measured.error().hint, HasSubstr("m/baseline"));
}

}  // namespace
}  // namespace assay::catalog
