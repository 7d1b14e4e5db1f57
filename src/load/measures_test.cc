#include "load/measures.h"

#include <gtest/gtest.h>

namespace assay::load {
namespace {

using std::chrono::milliseconds;

/// Due at 0, sent 5 ms late, thinking from 105 ms, answering from 305 ms, last token at 1105 ms.
RequestRecord streamed() {
  RequestRecord record;
  record.sent = milliseconds(5);
  record.first_byte = milliseconds(100);
  record.first_content = milliseconds(105);
  record.first_answer = milliseconds(305);
  record.last_content = milliseconds(1105);
  record.ended = milliseconds(1110);
  record.output_tokens = 101;
  record.content_events = 51;
  return record;
}

TEST(Measures, FollowTheirDefinitions) {
  const RequestRecord record = streamed();
  EXPECT_EQ(measure(record, Measure::Ttft), 100);
  EXPECT_EQ(measure(record, Measure::TtftScheduled), 105);
  EXPECT_EQ(measure(record, Measure::Ttfo), 300);
  EXPECT_EQ(measure(record, Measure::Itl), 10);
  EXPECT_EQ(measure(record, Measure::Tpot), 10);
  EXPECT_EQ(measure(record, Measure::E2e), 1105);
  EXPECT_EQ(measure(record, Measure::E2eScheduled), 1110);
}

TEST(Measures, CountEventsWhereTheServerCountsNothing) {
  RequestRecord record = streamed();
  record.output_tokens = -1;
  EXPECT_EQ(output_tokens_of(record), 51);
  EXPECT_EQ(measure(record, Measure::Itl), 20);
}

TEST(Measures, AreNotMadeUp) {
  RequestRecord record = streamed();
  record.output_tokens = 1;
  EXPECT_EQ(measure(record, Measure::Itl), std::nullopt) << "one token has no gap";
  record = RequestRecord{};
  record.ended = milliseconds(30);
  EXPECT_EQ(measure(record, Measure::Ttft), std::nullopt);
  EXPECT_EQ(measure(record, Measure::E2e), std::nullopt) << "never sent";
  EXPECT_EQ(measure(record, Measure::E2eScheduled), 30);
}

TEST(Measures, AreFoundByTheirNames) {
  for (std::size_t i = 0; i < kMeasures; ++i) {
    const auto which = static_cast<Measure>(i);
    EXPECT_EQ(find_measure(name_of(which)), which);
  }
  EXPECT_EQ(find_measure("latency"), std::nullopt);
}

TEST(Failures, HaveNames) {
  EXPECT_EQ(name_of(Failure::None), "none");
  EXPECT_EQ(name_of(Failure::RateLimited), "rate_limited");
  EXPECT_EQ(name_of(Failure::ClientLimited), "client_limited");
}

}  // namespace
}  // namespace assay::load
