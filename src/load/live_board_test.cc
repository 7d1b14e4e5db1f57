#include "load/live_board.h"

#include <gtest/gtest.h>

namespace assay::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<StageRun> two_stages() {
  std::vector<StageRun> stages(2);
  stages[0] = {"warm", seconds(0), seconds(10), true, 5, 5, 0};
  stages[1] = {"2", seconds(10), seconds(20), false, 5, 5, 0};
  return stages;
}

LiveNews news(base::Nanoseconds from, int count, Failure failure = Failure::None) {
  LiveNews made;
  for (int i = 0; i < count; ++i) {
    made.ended.push_back({from + milliseconds(i), 20.0F + static_cast<float>(i), 5, 10, failure});
  }
  made.sent = static_cast<std::uint64_t>(count);
  made.in_flight = 3;
  return made;
}

TEST(LiveBoard, TellsTheLastSecondsAndCountsTheWhole) {
  LiveBoard board("t", two_stages());
  board.take(news(seconds(1), 100));
  LiveState state = board.state(seconds(2));
  EXPECT_EQ(state.stage, "warm (1/2, warm-up)");
  EXPECT_EQ(state.sent, 100U);
  EXPECT_EQ(state.completed, 100U);
  EXPECT_EQ(state.in_flight, 3);
  EXPECT_DOUBLE_EQ(state.window_s, 2);
  EXPECT_DOUBLE_EQ(state.rate_completed, 50);
  EXPECT_DOUBLE_EQ(state.output_tps, 500);
  EXPECT_DOUBLE_EQ(*state.ttft_ms_p50, 69.5);
  EXPECT_DOUBLE_EQ(*state.itl_ms_p95, 5);
  EXPECT_EQ(state.rates_completed, (std::vector<double>{0, 100}));

  board.take(news(seconds(11), 10, Failure::Cut));
  board.take(news(seconds(11), 10));
  state = board.state(seconds(12));
  EXPECT_EQ(state.stage, "2 (2/2)");
  EXPECT_EQ(state.in_flight, 6) << "of two threads";
  EXPECT_EQ(state.completed, 110U);
  EXPECT_EQ(state.failed[static_cast<std::size_t>(Failure::Cut)], 10U);
  EXPECT_DOUBLE_EQ(state.rate_completed, 2) << "what ended before the window is forgotten";
  EXPECT_FALSE(state.is_draining);
  EXPECT_TRUE(board.state(seconds(21)).is_draining);
}

TEST(LiveBoard, KeepsTheLastMinuteOfWholeSeconds) {
  LiveBoard board("t", two_stages());
  for (int second = 0; second < 100; ++second) board.take(news(seconds(second), second));
  const LiveState state = board.state(milliseconds(99'500));
  ASSERT_EQ(state.rates_completed.size(), 60U);
  EXPECT_EQ(state.rates_completed.back(), 98) << "the present second is not over";
  EXPECT_EQ(state.rates_completed.front(), 39);
}

}  // namespace
}  // namespace assay::load
