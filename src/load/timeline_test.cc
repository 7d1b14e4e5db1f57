#include <gtest/gtest.h>

#include "load/analysis.h"

namespace assay::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

RequestRecord answered(base::Nanoseconds due, base::Nanoseconds lasted) {
  RequestRecord record;
  record.due = record.sent = due;
  record.first_content = due + lasted / 2;
  record.last_content = record.ended = due + lasted;
  record.output_tokens = 8;
  record.content_events = 8;
  return record;
}

TargetRun four_seconds() {
  TargetRun run;
  StageRun stage;
  stage.name = "1";
  stage.to = seconds(4);
  run.stages = {stage};
  return run;
}

TEST(Timeline, SpreadsWhatLastsOverTheSecondsItTouches) {
  TargetRun run = four_seconds();
  run.records = {answered(milliseconds(500), seconds(2))};
  const auto points = timeline_of(run);
  ASSERT_EQ(points.size(), 4U);
  EXPECT_DOUBLE_EQ(points[0].in_flight, 0.5);
  EXPECT_DOUBLE_EQ(points[1].in_flight, 1);
  EXPECT_DOUBLE_EQ(points[2].in_flight, 0.5);
  EXPECT_DOUBLE_EQ(points[3].in_flight, 0);
  EXPECT_DOUBLE_EQ(points[0].rate_due, 1);
  EXPECT_DOUBLE_EQ(points[2].rate_completed, 1);
  EXPECT_DOUBLE_EQ(points[1].output_tps, 4) << "half of the tokens came in each second";
  EXPECT_DOUBLE_EQ(points[2].output_tps, 4);
  EXPECT_DOUBLE_EQ(*points[0].ttft_ms_p50, 1000);
  EXPECT_DOUBLE_EQ(*points[0].e2e_ms_p95, 2000);
  EXPECT_FALSE(points[1].ttft_ms_p50.has_value()) << "nothing was due then";
}

TEST(Timeline, TellsFailuresApartAndIsNoLongerThanAsked) {
  TargetRun run = four_seconds();
  run.records = {answered(milliseconds(100), milliseconds(10)),
                 answered(milliseconds(200), milliseconds(10))};
  run.records[1].failure = Failure::Cut;
  const auto points = timeline_of(run, 2);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_DOUBLE_EQ(points[0].width_s, 2);
  EXPECT_DOUBLE_EQ(points[0].rate_due, 1);
  EXPECT_DOUBLE_EQ(points[0].rate_completed, 0.5);
  EXPECT_DOUBLE_EQ(points[0].rate_failed, 0.5);
  EXPECT_TRUE(timeline_of(four_seconds()).empty());
}

TEST(Distributions, EndBelowOneWhereRequestsFailed) {
  TargetRun run = four_seconds();
  for (int i = 1; i <= 1000; ++i) run.records.push_back(answered(milliseconds(i), milliseconds(i)));
  for (std::size_t i = 0; i < 250; ++i) run.records[4 * i].failure = Failure::Timeout;
  const auto distributions = distributions_of(run);
  ASSERT_FALSE(distributions.empty());
  const Distribution& ttft = distributions[0];
  EXPECT_EQ(ttft.measure, Measure::Ttft);
  EXPECT_LE(ttft.points.size(), 200U);
  EXPECT_DOUBLE_EQ(ttft.points.back().share, 0.75);
  EXPECT_DOUBLE_EQ(ttft.points.back().value, 500);
  for (std::size_t i = 1; i < ttft.points.size(); ++i) {
    EXPECT_GT(ttft.points[i].share, ttft.points[i - 1].share);
    EXPECT_GE(ttft.points[i].value, ttft.points[i - 1].value);
  }
}

}  // namespace
}  // namespace assay::load
