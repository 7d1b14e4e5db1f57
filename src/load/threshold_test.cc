#include "load/threshold.h"

#include <gmock/gmock.h>

namespace assay::load {
namespace {

using testing::HasSubstr;

TEST(Threshold, ReadsFigureComparisonAndBound) {
  const auto threshold = parse_threshold(" ttft_ms_p95 <200 ");
  ASSERT_TRUE(threshold.has_value());
  EXPECT_EQ(threshold->expression, "ttft_ms_p95 <200");
  EXPECT_EQ(threshold->metric, "ttft_ms_p95");
  EXPECT_TRUE(threshold->is_upper_bound);
  EXPECT_FALSE(threshold->includes_bound);
  EXPECT_EQ(threshold->bound, 200);
  const auto other = parse_threshold("goodput >= 5e-1");
  ASSERT_TRUE(other.has_value());
  EXPECT_FALSE(other->is_upper_bound);
  EXPECT_TRUE(other->includes_bound);
  EXPECT_EQ(other->bound, 0.5);
}

TEST(Threshold, SaysWhatIsWrong) {
  const auto expect_refused = [](std::string_view text, std::string_view found) {
    const auto threshold = parse_threshold(text);
    ASSERT_FALSE(threshold.has_value()) << text;
    EXPECT_THAT(threshold.error().message, HasSubstr(found));
  };
  expect_refused("", "no comparison");
  expect_refused("goodput = 5", "no comparison");
  expect_refused("< 5", "no name");
  expect_refused("p95(ttft) < 5", "no name");
  expect_refused("goodput > fast", "no number (\"fast\")");
  expect_refused("goodput > 5 ms", "no number");
  expect_refused("goodput > inf", "no number");
}

TEST(Threshold, IsJudgedByTheWholeInterval) {
  const Threshold below = *parse_threshold("ttft_ms_p95 < 200");
  EXPECT_EQ(judge(below, {150, {120, 190}}), Outcome::Met);
  EXPECT_EQ(judge(below, {150, {120, 210}}), Outcome::Inconclusive);
  EXPECT_EQ(judge(below, {250, {210, 290}}), Outcome::Missed);
  EXPECT_EQ(judge(below, {200, {200, 200}}), Outcome::Missed);
  EXPECT_EQ(judge(*parse_threshold("x <= 200"), {200, {200, 200}}), Outcome::Met);
  EXPECT_EQ(judge(*parse_threshold("goodput > 5"), {6, {5.5, 7}}), Outcome::Met);
  EXPECT_EQ(judge(*parse_threshold("goodput > 5"), {6, {4, 8}}), Outcome::Inconclusive);
}

}  // namespace
}  // namespace assay::load
