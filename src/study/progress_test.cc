#include "study/progress.h"

#include <gmock/gmock.h>

#include <sstream>

#include "base/text.h"
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

class ProgressTest : public testing::Test {
 protected:
  base::Context context(bool terminal) {
    base::Terminal kind;
    kind.err_is_terminal = terminal;
    return {clock_, interrupt_, in_, out_, err_, kind, {}, "", ""};
  }
  test::VirtualClock clock_;
  base::Interrupt interrupt_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ProgressTest, PlainLinesAreFewAndTheLastIsAlwaysThere) {
  const base::Context plain = context(false);
  Progress progress(plain);
  for (int i = 1; i <= 1000; ++i) {
    clock_.advance(std::chrono::milliseconds(50));
    progress.update({i, 1000, "m/baseline", 0, -1});
  }
  const std::string text = err_.str();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 8);
  EXPECT_THAT(text, HasSubstr("1000/1000"));
  EXPECT_THAT(text, testing::Not(HasSubstr("\r")));
}

TEST_F(ProgressTest, ATerminalsLineIsRewrittenAndClosed) {
  const base::Context terminal = context(true);
  Progress progress(terminal);
  progress.update({1, 10, "m/baseline", 0, -1});
  progress.update({2, 10, "m/baseline", 0, -1});
  EXPECT_THAT(err_.str(), testing::Not(HasSubstr("2/10")))
      << "rewritten within a tenth of a second";
  clock_.advance(std::chrono::milliseconds(150));
  progress.update({3, 10, "m/baseline", 0, -1});
  progress.finish();
  EXPECT_THAT(err_.str(), HasSubstr("3/10"));
  EXPECT_EQ(err_.str().front(), '\r');
  EXPECT_EQ(err_.str().back(), '\n');
}

}  // namespace
}  // namespace assay::study
