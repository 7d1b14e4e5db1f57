#include "study/progress.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/text.h"
#include "support/outside.h"
#include "support/virtual_clock.h"

namespace assay::study {
namespace {

using testing::HasSubstr;

TEST(ProgressLine, ShowsBarCountCellSpeedAndTimeLeft) {
  EXPECT_EQ(progress_line({50, 100, "m/baseline", 523.4, 130}, 100),
            "[##########----------]  50/100  m/baseline  523 tok/s  2 min 10 s left");
  EXPECT_EQ(progress_line({0, 100, "m/baseline", 0, -1}, 100),
            "[--------------------]   0/100  m/baseline");
}

TEST(ProgressLine, FitsTheTerminal) {
  const ProgressState state{7, 2160, "a-model-with-a-long-name/quantization=Q4_K_M", 12, 3600};
  EXPECT_LT(base::display_width(progress_line(state, 80)), 80U);
  EXPECT_THAT(progress_line(state, 80), HasSubstr("…"));
}

TEST(Progress, PlainLinesAreFewAndTheLastIsAlwaysThere) {
  test::VirtualClock clock;
  const test::Outside outside({}, clock);
  Progress progress(outside.context());
  for (int i = 1; i <= 1000; ++i) {
    clock.advance(std::chrono::milliseconds(50));
    progress.update({i, 1000, "m/baseline", 0, -1});
  }
  const std::string text = outside.err();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 8);
  EXPECT_THAT(text, HasSubstr("1000/1000"));
  EXPECT_THAT(text, testing::Not(HasSubstr("\r")));
}

TEST(Progress, ATerminalsLineIsRewrittenAndClosed) {
  test::VirtualClock clock;
  test::Outside outside({}, clock);
  outside.context().terminal.err_is_terminal = true;
  Progress progress(outside.context());
  progress.update({1, 10, "m/baseline", 0, -1});
  progress.update({2, 10, "m/baseline", 0, -1});
  EXPECT_THAT(outside.err(), testing::Not(HasSubstr("2/10")))
      << "rewritten within a tenth of a second";
  clock.advance(std::chrono::milliseconds(150));
  progress.update({3, 10, "m/baseline", 0, -1});
  progress.finish();
  EXPECT_THAT(outside.err(), HasSubstr("3/10"));
  EXPECT_EQ(outside.err().front(), '\r');
  EXPECT_EQ(outside.err().back(), '\n');
}

}  // namespace
}  // namespace assay::study
