#include "load/trace.h"

#include <gmock/gmock.h>

namespace assay::load {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(Trace, IsOrderedByTimeAndCountsFromItsFirst) {
  const auto trace = parse_trace(
      R"({"timestamp_ms": 1500, "input_tokens": 20, "output_tokens": 5, "who": "x"}

{"timestamp_ms": 1000, "input_tokens": 10}
)",
      "t.jsonl", {});
  ASSERT_TRUE(trace.has_value()) << trace.error().to_string();
  ASSERT_EQ(trace->size(), 2U);
  EXPECT_EQ((*trace)[0].due, milliseconds(0));
  EXPECT_EQ((*trace)[0].input_tokens, 10);
  EXPECT_EQ((*trace)[0].output_tokens, 0);
  EXPECT_EQ((*trace)[1].due, milliseconds(500));
  EXPECT_EQ((*trace)[1].output_tokens, 5);
}

TEST(Trace, TakesTheNamesOfOthersAndRunsFaster) {
  const auto trace = parse_trace(
      "{\"timestamp\": 0, \"input_length\": 6955, \"output_length\": 52, \"hash_ids\": [46]}\n"
      "{\"timestamp\": 3000, \"input_length\": 7, \"output_length\": 26}\n"
      "{\"timestamp\": 9000, \"input_length\": 7}\n",
      "mooncake.jsonl", {.file = {}, .speed = 2, .seconds_most = 5});
  ASSERT_TRUE(trace.has_value()) << trace.error().to_string();
  ASSERT_EQ(trace->size(), 2U) << "what comes after 5 s of the trace is left out";
  EXPECT_EQ((*trace)[0].input_tokens, 6955);
  EXPECT_EQ((*trace)[1].due, milliseconds(1500));
}

void expect_refused(std::string_view text, std::string_view message) {
  const auto trace = parse_trace(text, "t.jsonl", {});
  ASSERT_FALSE(trace.has_value()) << text;
  EXPECT_THAT(trace.error().to_string(), HasSubstr(message));
}

TEST(Trace, SaysWhichLineIsWrong) {
  expect_refused("", "t.jsonl: expected a request a line");
  expect_refused("{\"timestamp_s\": 1, \"input_tokens\": 5}\n{", "t.jsonl:2");
  expect_refused("{\"input_tokens\": 5}", "t.jsonl:1: expected a time");
  expect_refused("{\"timestamp_s\": 1}", "expected `input_tokens`");
  expect_refused("{\"timestamp_s\": 1, \"input_tokens\": 0}", "expected `input_tokens`");
  expect_refused("{\"timestamp_s\": 1, \"input_tokens\": 5, \"output_tokens\": -1}",
                 "expected `input_tokens`");
  expect_refused("{\"timestamp_s\": 1e300, \"input_tokens\": 5}", "expected a time");
  expect_refused("[1]", "expected a time");
}

}  // namespace
}  // namespace assay::load
