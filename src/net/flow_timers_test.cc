#include "net/flow_timers.h"

#include <gmock/gmock.h>

#include "net/flow_queue.h"

namespace assay::net {
namespace {

using base::MonotonicTime;
using testing::ElementsAre;

MonotonicTime at(std::int64_t seconds) { return MonotonicTime(std::chrono::seconds(seconds)); }

std::vector<FlowTag> due_by(FlowTimers& timers, MonotonicTime now) {
  std::vector<FlowTag> tags;
  while (const auto timer = timers.take_due(now)) tags.push_back(timer->tag);
  return tags;
}

std::vector<std::size_t> passed_by(FlowDeadlines& deadlines, MonotonicTime now) {
  std::vector<std::size_t> slots;
  while (const auto slot = deadlines.take_passed(now)) slots.push_back(*slot);
  return slots;
}

TEST(FlowTimers, ComeInOrderOfTimeAndThenOfSetting) {
  FlowTimers timers;
  EXPECT_EQ(timers.next(), MonotonicTime::max());
  timers.add(at(3), 30);
  timers.add(at(1), 10);
  timers.add(at(3), 31);
  timers.add(at(2), 20);
  EXPECT_EQ(timers.next(), at(1));
  EXPECT_THAT(due_by(timers, at(2)), ElementsAre(10, 20));
  EXPECT_THAT(due_by(timers, at(9)), ElementsAre(30, 31));
  EXPECT_EQ(timers.next(), MonotonicTime::max());
}

TEST(FlowDeadlines, PassOnceAtTheirTime) {
  FlowDeadlines deadlines;
  deadlines.set(4, at(10));
  EXPECT_THAT(passed_by(deadlines, at(9)), ElementsAre());
  EXPECT_THAT(passed_by(deadlines, at(10)), ElementsAre(4));
  EXPECT_THAT(passed_by(deadlines, at(11)), ElementsAre());
}

TEST(FlowDeadlines, ALaterOneReplacesAnEarlierWithoutPassing) {
  FlowDeadlines deadlines;
  deadlines.set(0, at(10));
  deadlines.set(0, at(20));
  EXPECT_THAT(passed_by(deadlines, at(19)), ElementsAre());
  EXPECT_EQ(deadlines.next(), at(20));
  EXPECT_THAT(passed_by(deadlines, at(20)), ElementsAre(0));
}

TEST(FlowDeadlines, AnEarlierOneReplacesALater) {
  FlowDeadlines deadlines;
  deadlines.set(0, at(20));
  deadlines.set(0, at(10));
  EXPECT_EQ(deadlines.next(), at(10));
  EXPECT_THAT(passed_by(deadlines, at(10)), ElementsAre(0));
  EXPECT_THAT(passed_by(deadlines, at(30)), ElementsAre());
}

TEST(FlowDeadlines, OneTakenAwayNeverPasses) {
  FlowDeadlines deadlines;
  deadlines.set(0, at(10));
  deadlines.set(0, MonotonicTime::max());
  EXPECT_THAT(passed_by(deadlines, at(30)), ElementsAre());
}

FlowExchange waiting(FlowTag tag, std::int64_t deadline) { return {tag, "", at(deadline), {}}; }

TEST(FlowQueue, FirstComeFirstServed) {
  FlowQueue queue;
  queue.push(waiting(1, 90));
  queue.push(waiting(2, 50));
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.take_first()->tag, 1U);
  EXPECT_EQ(queue.take_first()->tag, 2U);
  EXPECT_FALSE(queue.take_first().has_value());
  EXPECT_EQ(queue.next_deadline(), MonotonicTime::max());
}

TEST(FlowQueue, WhoWaitsPastItsDeadlineLeaves) {
  FlowQueue queue;
  queue.push(waiting(1, 90));
  queue.push(waiting(2, 50));
  queue.push(waiting(3, 50));
  EXPECT_EQ(queue.next_deadline(), at(50));
  EXPECT_FALSE(queue.take_passed(at(49)).has_value());
  EXPECT_EQ(queue.take_passed(at(50))->tag, 2U);
  EXPECT_EQ(queue.take_passed(at(50))->tag, 3U);
  EXPECT_FALSE(queue.take_passed(at(50)).has_value());
  EXPECT_EQ(queue.take_first()->tag, 1U);
}

}  // namespace
}  // namespace assay::net
