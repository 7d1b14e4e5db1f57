#include "load/judged_request.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "load/queue_test_support.h"

namespace assay::load {
namespace {

TEST(MeasureOrInfinite, PutsFailuresBehindEverything) {
  RequestRecord record = answered(1, 0.2, 0.01);
  EXPECT_DOUBLE_EQ(*measure_or_infinite(record, Measure::Ttft), 200);
  record.failure = Failure::Cut;
  EXPECT_DOUBLE_EQ(*measure_or_infinite(record, Measure::Ttft), 200) << "it had come to that";
  EXPECT_TRUE(std::isinf(*measure_or_infinite(record, Measure::E2e)));
  refuse(record);
  EXPECT_TRUE(std::isinf(*measure_or_infinite(record, Measure::TtftScheduled)));
  EXPECT_FALSE(measure_or_infinite(record, Measure::Itl).has_value());
}

TEST(MeetsAll, NeedsEveryObjectiveAndAnAnswer) {
  const std::vector<Threshold> objectives{*parse_threshold("ttft_ms < 200"),
                                          *parse_threshold("itl_ms <= 10")};
  EXPECT_TRUE(meets_all(answered(0, 0.1, 0.01), objectives));
  EXPECT_FALSE(meets_all(answered(0, 0.2, 0.01), objectives)) << "200 is not below 200";
  EXPECT_FALSE(meets_all(answered(0, 0.1, 0.02), objectives));
  RequestRecord failed = answered(0, 0.1, 0.01);
  failed.failure = Failure::Cut;
  EXPECT_FALSE(meets_all(failed, objectives));
  RequestRecord short_answer = answered(0, 0.1, 0.01);
  short_answer.output_tokens = 1;
  EXPECT_FALSE(meets_all(short_answer, objectives)) << "a measure that is missing is not met";
}

TEST(Strain, IsTheWorstRatioToABound) {
  const std::vector<Threshold> objectives{*parse_threshold("ttft_ms < 200"),
                                          *parse_threshold("itl_ms < 40")};
  EXPECT_DOUBLE_EQ(strain_of(answered(0, 0.15, 0.01), objectives), 0.75);
  EXPECT_DOUBLE_EQ(strain_of(answered(0, 0.15, 0.06), objectives), 1.5);
  const std::vector<Threshold> at_least{*parse_threshold("ttft_ms > 100")};
  EXPECT_DOUBLE_EQ(strain_of(answered(0, 0.2, 0.01), at_least), 0.5);
  RequestRecord failed = answered(0, 0.1, 0.01);
  refuse(failed);
  EXPECT_TRUE(std::isinf(strain_of(failed, objectives)));
  EXPECT_EQ(strain_of(answered(0, 0.1, 0.01), {}), 0);
}

}  // namespace
}  // namespace assay::load
