#include "report/load_live.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "report/load_live_view.h"
#include "report/load_sample_test_support.h"
#include "support/outside.h"
#include "support/virtual_clock.h"

namespace assay::report {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Sparkline, GoesFromNothingToTheLargest) {
  EXPECT_EQ(sparkline({0, 1, 2, 3, 4, 5, 6, 7}), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline({0, 0}), "▁▁");
  EXPECT_EQ(sparkline({3, std::numeric_limits<double>::quiet_NaN(), 3}), "█ █");
  EXPECT_EQ(sparkline({}), "");
}

TEST(LiveLines, SayAllOfIt) {
  EXPECT_THAT(
      live_lines(test::sample_live_state(), 120),
      ElementsAre(
          "[########----------------] 1 min 20 s, 2 min 40 s left  stage 4/5 \"high\"  llama",
          "1,204 sent, 1,180 done, 21 in flight, 3 failed: timed out 2, HTTP 5xx 1",
          "12.1 sent/s  11.9 done/s  1,523 tok/s",
          "TTFT p50 182 ms p95 402 ms  ITL p50 21.2 ms p95 30.4 ms", StartsWith("done/s  ▁▁▁▁▁")));
}

TEST(LiveLines, FitTheTerminal) {
  for (const int columns : {40, 60, 80, 120}) {
    const std::vector<std::string> lines = live_lines(test::sample_live_state(), columns);
    EXPECT_LE(lines.size(), 5U);
    for (const std::string& line : lines) {
      EXPECT_LT(base::display_width(line), static_cast<std::size_t>(columns)) << line;
    }
  }
}

TEST(LiveLines, TheBeginningHasNoFiguresYet) {
  load::LiveState state;
  state.target = "llama";
  state.planned_s = 60;
  const std::vector<std::string> lines = live_lines(state, 100);
  EXPECT_THAT(lines[0], HasSubstr("1 min 00 s left"));
  EXPECT_THAT(lines[3], HasSubstr("TTFT –  ITL –"));
  EXPECT_EQ(lines.size(), 4U) << "no history";
}

TEST(LiveLines, TheEndSaysWhatItWaitsFor) {
  load::LiveState state = test::sample_live_state();
  state.is_draining = true;
  state.elapsed_s = 243;
  EXPECT_THAT(live_lines(state, 100)[0], HasSubstr("waiting for the last 21 replies"));
  EXPECT_THAT(live_lines(state, 100)[0], StartsWith("[########################]"));
}

TEST(LiveLine, IsOneLine) {
  load::LiveState state = test::sample_live_state();
  state.target = "ll\nama";
  EXPECT_THAT(live_line(state), Not(HasSubstr("\n")));
  EXPECT_THAT(live_line(state), HasSubstr("last 5.0 s: 11.9 done/s, 1,523 tok/s"));
}

TEST(LoadLiveView, WritesPlainLinesEveryTenSeconds) {
  test::VirtualClock clock;
  const test::Outside outside({}, clock);
  LoadLiveView view(outside.context());
  for (int tick = 0; tick < 150; ++tick) {
    view.update(test::sample_live_state());
    clock.advance(milliseconds(200));
  }
  view.finish();
  const std::string text = outside.err();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_EQ(outside.out(), "");
}

TEST(LoadLiveView, WritesNoPlainLineBeforeAnythingHappened) {
  test::VirtualClock clock;
  const test::Outside outside({}, clock);
  LoadLiveView view(outside.context());
  load::LiveState state = test::sample_live_state();
  state.elapsed_s = 0.2;
  view.update(state);
  EXPECT_EQ(outside.err(), "");
}

TEST(LoadLiveView, RedrawsInPlaceAndLeavesNothing) {
  test::VirtualClock clock;
  test::Outside outside({}, clock);
  outside.context().terminal.err_is_terminal = true;
  LoadLiveView view(outside.context());
  view.update(test::sample_live_state());
  const std::string first = outside.err();
  EXPECT_EQ(std::count(first.begin(), first.end(), '\n'), 5);
  view.update(test::sample_live_state());
  EXPECT_EQ(outside.err(), first) << "redrawn within a tenth of a second";
  clock.advance(milliseconds(150));
  view.update(test::sample_live_state());
  EXPECT_THAT(outside.err().substr(first.size()), StartsWith("\r\x1b[5A"));
  view.finish();
  EXPECT_THAT(outside.err(), EndsWith("\r\x1b[5A\x1b[J"));
  outside.forget_output();
  view.finish();
  EXPECT_EQ(outside.err(), "");
}

}  // namespace
}  // namespace assay::report
