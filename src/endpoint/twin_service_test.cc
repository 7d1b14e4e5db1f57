#include "endpoint/twin_service.h"

#include <gmock/gmock.h>

namespace assay::endpoint {
namespace {

using base::MonotonicTime;
using std::chrono::milliseconds;
using testing::ElementsAre;

MonotonicTime at_ms(int ms) { return MonotonicTime(milliseconds(ms)); }

int ms_of(MonotonicTime time) {
  return static_cast<int>(time.time_since_epoch() / milliseconds(1));
}

/// One event at the end of a service of that length.
ServicePlan lasting(int ms) {
  return {.first = milliseconds(ms), .events = {milliseconds(ms)}, .closing = milliseconds(ms)};
}

TwinScript script_with(std::size_t slots, const std::optional<Stall>& stall = std::nullopt) {
  TwinScript script;
  script.slots = slots;
  script.stall = stall;
  return script;
}

TEST(TwinService, StartsEachRequestOnArrivalWithoutLimits) {
  TwinService service(script_with(0));
  for (const int arrived : {5, 5, 6}) {
    const ServiceTimes times = service.admit(at_ms(arrived), lasting(10));
    EXPECT_EQ(ms_of(times.start), arrived);
    EXPECT_EQ(ms_of(times.events[0]), arrived + 10);
  }
}

TEST(TwinService, OneSlotServesInOrderOfArrival) {
  TwinService service(script_with(1));
  std::vector<int> ends;
  for (const int arrived : {0, 1, 2, 100}) {
    ends.push_back(ms_of(service.admit(at_ms(arrived), lasting(10)).closing));
  }
  EXPECT_THAT(ends, ElementsAre(10, 20, 30, 110));
}

TEST(TwinService, TheSlotThatIsFreeFirstTakesTheNextRequest) {
  TwinService service(script_with(2));
  EXPECT_EQ(ms_of(service.admit(at_ms(0), lasting(50)).start), 0);
  EXPECT_EQ(ms_of(service.admit(at_ms(0), lasting(10)).start), 0);
  EXPECT_EQ(ms_of(service.admit(at_ms(1), lasting(10)).start), 10);
  EXPECT_EQ(ms_of(service.admit(at_ms(2), lasting(10)).start), 20);
  EXPECT_EQ(ms_of(service.admit(at_ms(60), lasting(10)).start), 60);
}

TEST(TwinService, ASlotIsTakenUntilTheLastPart) {
  TwinService service(script_with(1));
  const ServicePlan plan{.first = milliseconds(2),
                         .events = {milliseconds(2), milliseconds(7)},
                         .closing = milliseconds(7)};
  const ServiceTimes first = service.admit(at_ms(0), plan);
  EXPECT_EQ(ms_of(first.first), 2);
  const ServiceTimes second = service.admit(at_ms(1), plan);
  EXPECT_EQ(ms_of(second.start), 7);
  EXPECT_THAT(second.events, ElementsAre(at_ms(9), at_ms(14)));
}

TEST(TwinService, WorkStopsInAStall) {
  const Stall stall{
      .first = milliseconds(10), .length = milliseconds(3), .every = milliseconds(10)};
  const auto end = [&](int begun, int work) {
    return ms_of(end_of_work(at_ms(0), stall, at_ms(begun), milliseconds(work)));
  };
  EXPECT_EQ(end(0, 9), 9);
  EXPECT_EQ(end(0, 10), 13) << "due when the stall begins";
  EXPECT_EQ(end(9, 2), 14);
  EXPECT_EQ(end(11, 0), 13);
  EXPECT_EQ(end(11, 1), 14);
  EXPECT_EQ(end(13, 0), 13);
  EXPECT_EQ(end(9, 8), 23) << "all of the second stall, too";
  EXPECT_EQ(end(9, 9), 24);
  EXPECT_EQ(end(5, 70 + 4), 5 + 74 + 10 * 3) << "ten stalls, from 10 to 103";
}

TEST(TwinService, AStallMayComeOnce) {
  const Stall stall{.first = milliseconds(10), .length = milliseconds(3), .every = kNoMoreStalls};
  EXPECT_EQ(ms_of(end_of_work(at_ms(0), stall, at_ms(9), milliseconds(1'000'000))), 1'000'012);
}

// A stall of 20 ms with a request of 1 ms every 5 ms: those that came inside wait for its end and
// then for each other.
TEST(TwinService, RequestsOfAStallQueueBehindIt) {
  TwinService service(script_with(
      1, Stall{.first = milliseconds(10), .length = milliseconds(20), .every = kNoMoreStalls}));
  std::vector<int> waited;
  for (int arrived = 100; arrived <= 145; arrived += 5) {
    waited.push_back(ms_of(service.admit(at_ms(arrived), lasting(1)).closing) - arrived);
  }
  EXPECT_THAT(waited, ElementsAre(1, 1, 21, 17, 13, 9, 5, 1, 1, 1));
}

}  // namespace
}  // namespace assay::endpoint
