#include "load/event_gaps.h"

#include <gmock/gmock.h>

#include <limits>

namespace assay::load {
namespace {

constexpr std::int64_t kMs = 1'000'000;

EventRecord event(std::uint32_t request, std::int64_t arrived_ms) {
  return {arrived_ms * kMs, arrived_ms * kMs + 5, request, 3};
}

EventGaps gaps_of(const std::vector<EventRecord>& events, std::size_t gaps_max = 1000) {
  EventGapCounter counter(gaps_max);
  counter.add(events);
  return counter.finish();
}

TEST(EventGaps, AreBetweenNeighboursOfOneRequestOnly) {
  // Request 0: 1 and 2 ms apart; request 1: 3 and 4 ms; request 2 has one event.
  const EventGaps gaps = gaps_of({event(0, 100), event(1, 100), event(0, 101), event(2, 101),
                                  event(1, 103), event(0, 103), event(1, 107)});
  EXPECT_EQ(gaps.gaps, 4U);
  EXPECT_DOUBLE_EQ(gaps.ms_p50, 2);
  EXPECT_DOUBLE_EQ(gaps.ms_p95, 4);
  EXPECT_DOUBLE_EQ(gaps.ms_p99, 4);
  EXPECT_DOUBLE_EQ(gaps.ms_max, 4);
  EXPECT_DOUBLE_EQ(gaps.coalesced_share, 0);
  EXPECT_EQ(gaps.one_request_in, 1U);
}

TEST(EventGaps, AreTheNearestRanks) {
  std::vector<EventRecord> events{event(0, 0)};
  std::int64_t at_ms = 0;
  for (std::int64_t gap_ms = 1; gap_ms <= 100; ++gap_ms)
    events.push_back(event(0, at_ms += gap_ms));
  const EventGaps gaps = gaps_of(events);
  EXPECT_DOUBLE_EQ(gaps.ms_p50, 50);
  EXPECT_DOUBLE_EQ(gaps.ms_p95, 95);
  EXPECT_DOUBLE_EQ(gaps.ms_p99, 99);
  EXPECT_DOUBLE_EQ(gaps.ms_max, 100);
}

TEST(EventGaps, CountsEventsOfOneReadAndSuchAsGoBack) {
  const EventGaps gaps = gaps_of({event(0, 10), event(0, 10), event(0, 9), event(0, 12)});
  EXPECT_EQ(gaps.gaps, 3U);
  EXPECT_DOUBLE_EQ(gaps.coalesced_share, 2.0 / 3);
  EXPECT_DOUBLE_EQ(gaps.ms_max, 3);
}

TEST(EventGaps, OfNothingAreNone) {
  EXPECT_EQ(gaps_of({}).gaps, 0U);
  EXPECT_EQ(gaps_of({event(0, 1), event(1, 2)}).gaps, 0U);
  EXPECT_EQ(gaps_of({event(0, 1), event(1, 2)}).coalesced_share, 0);
}

TEST(EventGaps, AreTheSameHoweverTheEventsAreCut) {
  EventGapCounter counter(10);
  for (std::int64_t i = 0; i < 6; ++i) counter.add(std::vector{event(0, i * i)});
  const EventGaps gaps = counter.finish();
  EXPECT_EQ(gaps.gaps, 5U);
  EXPECT_DOUBLE_EQ(gaps.ms_p50, 5);
}

TEST(EventGaps, LeavesOutWholeRequestsWhenThereAreTooMany) {
  // Request n has ten gaps of n + 1 ms, so that a request left out in part would show.
  constexpr std::uint32_t kRequests = 1000;
  std::vector<EventRecord> events;
  for (std::int64_t i = 0; i <= 10; ++i) {
    for (std::uint32_t request = 0; request < kRequests; ++request) {
      events.push_back(event(request, i * (request + 1)));
    }
  }
  const EventGaps all = gaps_of(events, 10 * kRequests);
  EXPECT_EQ(all.gaps, 10U * kRequests);
  EXPECT_EQ(all.one_request_in, 1U);
  const EventGaps some = gaps_of(events, 10 * kRequests / 4);
  EXPECT_GE(some.one_request_in, 4U);
  EXPECT_LE(some.gaps, 10U * kRequests / 4);
  EXPECT_EQ(some.gaps % 10, 0U);
  EXPECT_GT(some.gaps, 10U * kRequests / 16);
  EXPECT_NEAR(some.ms_p50, all.ms_p50, 150);
  EXPECT_LE(some.ms_max, all.ms_max);
}

TEST(EventGaps, LeavesOutRequestsWithoutRegardToEveryOtherOne) {
  // Even requests have gaps of 0 and odd ones of 3 ms, as if two prompts took turns.
  std::vector<EventRecord> events;
  for (std::int64_t i = 0; i < 4; ++i) {
    for (std::uint32_t request = 0; request < 2000; ++request) {
      events.push_back(event(request, request % 2 == 0 ? 0 : 3 * i));
    }
  }
  EventGapCounter counter(1500);
  counter.add(events);
  const EventGaps gaps = counter.finish();
  EXPECT_GE(gaps.one_request_in, 4U);
  EXPECT_NEAR(gaps.coalesced_share, 0.5, 0.1);
}

TEST(EventGaps, StaysWithinItsMemoryWhateverTheEvents) {
  std::vector<EventRecord> events;
  for (std::int64_t i = 0; i < 1000; ++i) events.push_back(event(7, i));
  const EventGaps gaps = gaps_of(events, 10);
  EXPECT_LE(gaps.gaps, 10U);
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(gaps_of({{kLeast, 0, 0, 0}, {kMost, 0, 0, 0}}).gaps, 1U);
}

}  // namespace
}  // namespace assay::load
