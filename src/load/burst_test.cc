#include "load/burst.h"

#include <gmock/gmock.h>

#include "base/toml.h"

namespace assay::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kClosed = R"([load]
concurrency = 4
for = "2 s"
warm_up = "1 s"
bursts = 5
objectives = ["ttft_ms < 100"]
work = { input_tokens = [20, 40], output_tokens = 16 }
)";

base::Result<BurstSeries> read(std::string text) {
  const toml::table document = base::parse_toml(text, "s.toml").value();
  return read_bursts("s.toml", "/where", *document.get_as<toml::table>("load"));
}

std::string without(std::string text, const std::string& part) {
  return text.erase(text.find(part), part.size());
}

std::string error_of(const std::string& text) {
  const auto series = read(text);
  return series.has_value() ? "no error" : series.error().to_string();
}

TEST(Burst, IsReadInTheWordsOfAScenario) {
  const BurstSeries series = read(kClosed).value();
  EXPECT_EQ(series.count, 5);
  EXPECT_EQ(series.concurrency, 4);
  EXPECT_EQ(series.rate, 0);
  ASSERT_EQ(series.scenario.closed_stages.size(), 2U);
  EXPECT_TRUE(series.scenario.closed_stages[0].is_warm_up);
  EXPECT_EQ(series.scenario.closed_stages[1].concurrency, 4);
  EXPECT_DOUBLE_EQ(series.scenario.seconds(), 3);
  EXPECT_EQ(series.scenario.work.output_tokens.high, 16);
  EXPECT_EQ(series.scenario.work.distinct, kDistinctOfBurst);
  EXPECT_FALSE(series.scenario.client.calibrates);
}

TEST(Burst, OfAnOpenLoopHasARate) {
  const std::string text = without(kClosed, "concurrency = 4\n");
  const BurstSeries series = read(text + "rate = 2.5\n").value();
  EXPECT_EQ(series.scenario.kind, LoadKind::Open);
  EXPECT_DOUBLE_EQ(series.scenario.stages.at(1).rate_at_end, 2.5);
  EXPECT_EQ(series.scenario.work.distinct, 0) << "an open loop knows how many it needs";
}

TEST(Burst, ErrorsNamePlaceAndRemedy) {
  EXPECT_THAT(error_of(without(kClosed, "concurrency = 4\n")),
              HasSubstr("exactly one of `rate` and `concurrency`"));
  EXPECT_THAT(error_of(std::string(kClosed) + "rate = 1\n"),
              HasSubstr("exactly one of `rate` and `concurrency`"));
  EXPECT_THAT(error_of(without(kClosed, "for = \"2 s\"\n")), HasSubstr("[load] lacks `for`"));
  EXPECT_THAT(error_of(without(kClosed, "objectives = [\"ttft_ms < 100\"]\n")),
              HasSubstr("[load] needs `objectives`"));
  EXPECT_THAT(error_of(std::string(kClosed) + "sweep = 1\n"), HasSubstr("s.toml:8"));
}

TEST(Burst, TextIsTheSameWhateverTheOrder) {
  const std::string other = without(kClosed, "concurrency = 4\n") + "concurrency = 4 # users\n";
  EXPECT_EQ(read(kClosed).value().text, read(other).value().text);
  EXPECT_NE(read(kClosed).value().text, read(without(kClosed, "warm_up = \"1 s\"\n")).value().text);
}

/// Ten a second: a second that warms up and two that count.
TargetRun run_of_thirty() {
  TargetRun run;
  StageRun warm_up;
  warm_up.to = seconds(1);
  warm_up.is_warm_up = true;
  StageRun counted;
  counted.from = seconds(1);
  counted.to = seconds(3);
  run.stages = {warm_up, counted};
  for (int i = 0; i < 30; ++i) {
    RequestRecord record;
    record.due = record.sent = milliseconds(100 * i);
    record.first_content = record.due + milliseconds(i % 2 == 0 ? 50 : 150);
    record.last_content = record.ended = record.first_content + milliseconds(60);
    record.output_tokens = 7;
    record.prompt_tokens = 30;
    record.stage = i < 10 ? 0 : 1;
    run.records.push_back(record);
  }
  run.client.has_kernel_stamps = true;
  return run;
}

TEST(Burst, FiguresAreThoseOfTheTimeThatCounts) {
  const Scenario scenario = read(kClosed).value().scenario;
  const BurstFigures figures = burst_figures(scenario, run_of_thirty());
  EXPECT_EQ(figures.verdict, Verdict::Valid);
  EXPECT_EQ(figures.requests, 20U);
  EXPECT_EQ(figures.met, 10U);
  EXPECT_DOUBLE_EQ(figures.share(), 0.5);
  EXPECT_DOUBLE_EQ(figures.goodput_per_s(), 5);
  EXPECT_DOUBLE_EQ(figures.ttft_ms_p50, 100);
  EXPECT_DOUBLE_EQ(figures.itl_ms_p50, 10);
  EXPECT_DOUBLE_EQ(figures.prompt_tokens_mean, 30);
  EXPECT_DOUBLE_EQ(figures.output_tokens_mean, 7);
}

TEST(Burst, FailedRequestsMeetNothingAndHideNoSlowOnes) {
  TargetRun run = run_of_thirty();
  for (std::size_t i = 10; i < 18; ++i) {
    run.records[i].failure = Failure::Http5xx;
    run.records[i].first_content = run.records[i].last_content = kNever;
  }
  const BurstFigures figures = burst_figures(read(kClosed).value().scenario, run);
  EXPECT_EQ(figures.verdict, Verdict::Valid) << "less than half failed";
  EXPECT_EQ(figures.failures(), 8U);
  EXPECT_EQ(figures.met, 6U);
  EXPECT_DOUBLE_EQ(figures.share(), 0.3);
  EXPECT_DOUBLE_EQ(figures.ttft_ms_p50, 150) << "those that failed are slower than any other";
  EXPECT_EQ(figures.ttft_ms_p95, -1) << "they reach into the 95th percentile";
  EXPECT_EQ(figures.to_json()["failed"]["http_5xx"], 8);
  EXPECT_TRUE(figures.to_json()["ttft_ms_p95"].is_null());
}

TEST(Burst, WithoutRequestsHasNoShare) {
  TargetRun run = run_of_thirty();
  run.records.clear();
  const BurstFigures figures = burst_figures(read(kClosed).value().scenario, run);
  EXPECT_EQ(figures.verdict, Verdict::ServerFailed);
  EXPECT_EQ(figures.share(), 0);
}

}  // namespace
}  // namespace assay::load
