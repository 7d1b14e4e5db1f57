#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "report/golden_test_support.h"
#include "report/load_report.h"
#include "report/load_sample_test_support.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(LoadText, IsTheTableAsReviewed) {
  expect_golden("load_steps.txt", load_text(test::sample_load_steps(), {.columns = 100}));
  expect_golden("load_breakpoint.txt", load_text(test::sample_load_breakpoint(), {}));
  expect_golden("load_two_targets.txt", load_text(test::sample_load_two_targets(), {}));
}

TEST(LoadText, FitsEveryTerminal) {
  for (const int columns : {72, 80, 100, 120, 200}) {
    for (const load::LoadReport& report :
         {test::sample_load_steps(), test::sample_load_breakpoint(),
          test::sample_load_two_targets()}) {
      const std::string text = load_text(report, {.columns = columns});
      for (const std::string_view line : base::split_lines(text)) {
        EXPECT_LE(base::display_width(line), static_cast<std::size_t>(columns)) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
      }
    }
  }
}

TEST(LoadText, StartsWithTheVerdictAndItsReasons) {
  EXPECT_THAT(load_text(test::sample_load_steps(), {}),
              StartsWith("✓ valid: the figures are the server's\n"));
  EXPECT_THAT(load_text(test::sample_load_two_targets(), {}),
              StartsWith("✗ client-limited: this machine could not keep up"));
  EXPECT_THAT(load_text(test::sample_load_two_targets(), {}),
              HasSubstr("  · The loop lagged 41 ms at p99"));
}

TEST(LoadText, HasColorOnlyWhereTheTerminalHas) {
  EXPECT_THAT(load_text(test::sample_load_steps(), {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(load_text(test::sample_load_steps(), {.color = true}),
              StartsWith("\x1b[1;32m✓ valid"));
}

TEST(LoadText, NothingFromOutsideReachesTheTerminalAsItIs) {
  load::LoadReport report = test::sample_load_steps();
  report.name = "evil\x1b[2J\nname";
  report.targets[0].notes = {"a\x1b]0;title\x07 note"};
  report.targets[0].stages[1].stage.name = "\x1b[31mred";
  report.targets[0].checks[1].note = "\x1b[31mred";
  EXPECT_THAT(load_text(report, {}), Not(HasSubstr("\x1b")));
}

TEST(LoadText, SaysWhatABreakpointMeansAtItsEnds) {
  load::LoadReport report = test::sample_load_breakpoint();
  EXPECT_THAT(load_text(report, {.columns = 120}), HasSubstr("lies between 12.0/s and 13.9/s"));
  report.breakpoint->low = 0;
  EXPECT_THAT(load_text(report, {.columns = 120}), HasSubstr("13.9/s is already too much"));
  report.breakpoint->low = 64;
  report.breakpoint->high.reset();
  EXPECT_THAT(load_text(report, {.columns = 120}), HasSubstr("every rate up to 64.0/s"));
}

}  // namespace
}  // namespace assay::report
