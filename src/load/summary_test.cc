#include "load/summary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace assay::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One request every 10 ms, each answered with 11 tokens in 6 events: the first after `first_ms`,
/// the last 100 ms later.
std::vector<RequestRecord> steady(std::size_t count, const std::vector<int>& first_ms) {
  std::vector<RequestRecord> records(count);
  for (std::size_t i = 0; i < count; ++i) {
    RequestRecord& record = records[i];
    record.due = milliseconds(10 * i);
    record.sent = record.due + milliseconds(1);
    record.first_content = record.sent + milliseconds(first_ms[i % first_ms.size()]);
    record.first_answer = record.first_content;
    record.last_content = record.first_content + milliseconds(100);
    record.ended = record.last_content;
    record.output_tokens = 11;
    record.content_events = 6;
  }
  return records;
}

void fail(RequestRecord& record, Failure failure) {
  record.failure = failure;
  record.first_content = record.first_answer = record.last_content = kNever;
  record.ended = record.sent + milliseconds(5);
  record.output_tokens = -1;
  record.content_events = 0;
}

const MeasureSummary& of(const Summary& summary, Measure which) {
  return summary.measures[static_cast<std::size_t>(which)];
}

TEST(Summary, CountsAndDividesByTheTimeThatCounts) {
  const auto records = steady(2000, {20});
  const Summary summary = summarise(records, Window{seconds(5), seconds(15)}, {});
  EXPECT_EQ(summary.sent, 1000U);
  EXPECT_EQ(summary.completed, 1000U);
  EXPECT_EQ(summary.rate_achieved, 100);
  EXPECT_NEAR(summary.output_tps, 1100, 1e-6);
  EXPECT_DOUBLE_EQ(summary.tokens_per_event, 11.0 / 6);
  EXPECT_EQ(of(summary, Measure::Ttft).mean, 20);
  EXPECT_EQ(of(summary, Measure::Itl).percentiles[0]->value, 10);
  EXPECT_FALSE(summary.goodput.has_value());
  EXPECT_NEAR(summary.in_flight_mean, 100 * 0.12, 0.01) << "Little: rate × time in the system";
}

TEST(Summary, AFailedRequestIsSlowerThanAnyOther) {
  auto records = steady(1000, {20});
  for (std::size_t i = 0; i < records.size(); i += 10) fail(records[i], Failure::Timeout);
  const Summary summary = summarise(records, Window{seconds(0), seconds(10)}, {});
  EXPECT_EQ(summary.failed[static_cast<std::size_t>(Failure::Timeout)], 100U);
  EXPECT_EQ(of(summary, Measure::Ttft).failed_before, 100U);
  EXPECT_EQ(of(summary, Measure::Ttft).percentiles[0]->value, 20);
  EXPECT_TRUE(std::isinf(of(summary, Measure::Ttft).percentiles[2]->value)) << "p95";
  EXPECT_TRUE(std::isinf(of(summary, Measure::E2e).percentiles[2]->value));
  EXPECT_EQ(of(summary, Measure::Itl).failed_before, 0U);
  EXPECT_NEAR(summary.error_rate.value, 0.1, 1e-12);
  EXPECT_LT(summary.error_rate.interval.low, 0.1);
  EXPECT_GT(summary.error_rate.interval.high, 0.1);
}

TEST(Summary, GoodputNeedsEveryObjective) {
  auto records = steady(1000, {20, 300, 30, 40});
  fail(records[0], Failure::Http5xx);
  const std::vector<Threshold> objectives{*parse_threshold("ttft_ms < 200"),
                                          *parse_threshold("itl_ms < 50")};
  const Summary summary = summarise(records, Window{seconds(0), seconds(10)}, objectives);
  EXPECT_NEAR(summary.goodput->value, 100 * 0.749, 1e-9);
  auto single = steady(1000, {20});
  for (RequestRecord& record : single) record.output_tokens = 1;
  EXPECT_EQ(summarise(single, Window{seconds(0), seconds(10)}, objectives).goodput->value, 0)
      << "a measure that is missing is not met";
}

TEST(Summary, FiguresLeaveOutWhatTheSampleCannotSupport) {
  const auto figures = figures_of(summarise(steady(60, {20}), Window{seconds(0), seconds(1)}, {}));
  EXPECT_TRUE(figures.contains("ttft_ms_p50"));
  EXPECT_FALSE(figures.contains("ttft_ms_p99"));
  EXPECT_FALSE(figures.contains("goodput"));
  const auto names = figure_names();
  for (const auto& [name, figure] : figures) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
}

TEST(Summary, OfNothingIsEmpty) {
  const Summary summary = summarise({}, Window{seconds(0), seconds(10)}, {});
  EXPECT_EQ(summary.sent, 0U);
  EXPECT_EQ(summary.error_rate.interval.high, 1);
  EXPECT_EQ(figures_of(summary).size(), 3U);
}

}  // namespace
}  // namespace assay::load
