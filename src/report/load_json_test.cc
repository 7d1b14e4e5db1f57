#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/golden_test_support.h"
#include "report/load_report.h"
#include "report/load_sample_test_support.h"

namespace assay::report {
namespace {

using base::Json;

TEST(LoadJson, IsTheContractAsReviewed) {
  expect_golden("load_steps.json",
                base::dump_json_pretty(load_json(test::sample_load_steps())) + "\n");
}

TEST(LoadJson, OneTargetStandsAtTheTop) {
  const Json json = load_json(test::sample_load_steps());
  EXPECT_EQ(json["id"], "k3f9");
  EXPECT_EQ(json["started"], "2026-03-01T12:00:00Z");
  EXPECT_EQ(json["target"], "llama");
  EXPECT_EQ(json["verdict"], "valid");
  EXPECT_FALSE(json.contains("targets"));
  EXPECT_EQ(json["requests"]["completed"], 2408);
  EXPECT_EQ(json["requests"]["failed"].size(), load::kFailures - 1);
  EXPECT_EQ(json["stages"].size(), 5U);
  EXPECT_EQ(json["stages"][0]["warm_up"], true);
  EXPECT_EQ(json["stages"][3]["ttft_ms"]["p50"], 205.0);
  EXPECT_EQ(json["knee"]["name"], "high");
  EXPECT_TRUE(json["breakpoint"].is_null());
}

TEST(LoadJson, SeveralTargetsStandInAListUnderTheWorstVerdict) {
  const Json json = load_json(test::sample_load_two_targets());
  EXPECT_EQ(json["verdict"], "server-failed");
  EXPECT_TRUE(json["id"].is_null()) << "nothing was kept";
  EXPECT_FALSE(json.contains("ttft_ms"));
  ASSERT_EQ(json["targets"].size(), 2U);
  EXPECT_EQ(json["targets"][0]["verdict"], "client-limited");
  EXPECT_EQ(json["targets"][0]["reasons"].size(), 2U);
  EXPECT_EQ(json["targets"][1]["requests"]["failed"]["connect"], 40);
  EXPECT_TRUE(json["targets"][1]["ttft_ms"]["mean"].is_null());
  EXPECT_TRUE(json["targets"][0]["stages"][0]["rate_at_start"].is_null());
  EXPECT_EQ(json["targets"][0]["stages"][0]["concurrency"], 8);
  EXPECT_TRUE(json["targets"][0]["goodput"].is_null()) << "no objectives";
}

TEST(LoadJson, TellsInfiniteFromUnsupported) {
  const Json json = load_json(test::sample_load_steps());
  EXPECT_EQ(json["ttft_ms"]["p95"], "inf");
  EXPECT_TRUE(json["ttft_ms"]["p999"].is_null());
  EXPECT_TRUE(json["ttft_ms"]["p999_low"].is_null());
  const std::string text = base::dump_json(json);
  EXPECT_TRUE(base::parse_json(text).has_value());
}

TEST(LoadJson, SaysHowEveryThresholdWentAndWhy) {
  const Json rows = load_json(test::sample_load_steps())["thresholds"];
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[1]["expr"], "itl_ms_p95 < 30");
  EXPECT_EQ(rows[2]["ok"], false);
  EXPECT_EQ(rows[2]["outcome"], "missed");
  EXPECT_DOUBLE_EQ(rows[2]["value"].get<double>(), 0.088);
  EXPECT_EQ(rows[4]["outcome"], "inconclusive");
  EXPECT_EQ(rows[4]["ok"], false);
  EXPECT_TRUE(rows[4]["value"].is_null());
}

TEST(LoadJson, ABreakpointIsAnIntervalWithItsSteps) {
  const Json found = load_json(test::sample_load_breakpoint())["breakpoint"];
  EXPECT_EQ(found["low"], 12.0);
  EXPECT_EQ(found["high"], 13.9);
  ASSERT_EQ(found["steps"].size(), 6U);
  EXPECT_EQ(found["steps"][2]["outcome"], "breaks");
  EXPECT_EQ(found["steps"][5]["outcome"], "open");
  load::LoadReport endless = test::sample_load_breakpoint();
  endless.breakpoint->high.reset();
  EXPECT_TRUE(load_json(endless)["breakpoint"]["high"].is_null());
}

}  // namespace
}  // namespace assay::report
