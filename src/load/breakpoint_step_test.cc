// One step of a search: when the fate of its requests is known, and what it tells of them.
#include "load/breakpoint_step.h"

#include <gtest/gtest.h>

#include "load/runner.h"

namespace assay::load {
namespace {

using std::chrono::milliseconds;

TEST(BreakpointStep, CountsARequestAsLostOnceItIsUnderWayForTooLong) {
  BreakpointPlan plan;
  plan.step_s_max = 4;
  plan.share_required = 0.5;
  std::vector<Arrival> arrivals;
  for (int i = 0; i < 400; ++i) arrivals.push_back({milliseconds(10 * i), 0});
  const std::vector<Threshold> objectives{parse_threshold("ttft_ms < 100").value()};
  RecordsInMemory kept;
  BreakpointStepWatch watch(StepTest(100, plan), arrivals, objectives, kept, milliseconds(0), 0);
  EXPECT_FALSE(watch.look(milliseconds(500))) << "too few are due to say anything";
  EXPECT_TRUE(watch.look(milliseconds(3'000))) << "nothing came, and none can come in time";
  EXPECT_EQ(watch.finish(milliseconds(3'000)).outcome, StepOutcome::Breaks);
}

TEST(BreakpointStep, WaitsForRequestsThatMayStillMeetTheirObjectives) {
  BreakpointPlan plan;
  plan.step_s_max = 4;
  std::vector<Arrival> arrivals;
  for (int i = 0; i < 400; ++i) arrivals.push_back({milliseconds(10 * i), 0});
  const std::vector<Threshold> objectives{parse_threshold("ttft_ms < 60000").value()};
  RecordsInMemory kept;
  BreakpointStepWatch watch(StepTest(100, plan), arrivals, objectives, kept, milliseconds(500), 7);
  EXPECT_FALSE(watch.look(milliseconds(4'000)));
  std::vector<NumberedRecord> answered(400);
  for (std::uint32_t i = 0; i < 400; ++i) {
    answered[i].number = i;
    RequestRecord& record = answered[i].record;
    record.due = record.sent = arrivals[i].due;
    record.first_content = record.last_content = record.ended = record.due + milliseconds(20);
  }
  watch.take(std::move(answered));
  EXPECT_TRUE(watch.look(milliseconds(4'000)));
  EXPECT_EQ(watch.finish(milliseconds(4'000)).outcome, StepOutcome::Holds);
  EXPECT_EQ(kept.numbered().front().number, 7U);
  EXPECT_EQ(kept.numbered().front().record.due, milliseconds(500)) << "of the whole search";
}

}  // namespace
}  // namespace assay::load
