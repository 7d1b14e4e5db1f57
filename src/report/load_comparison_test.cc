#include "report/load_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/text.h"
#include "report/golden_test_support.h"
#include "report/load_sample_test_support.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;

const ComparedRuns kRuns{"k3f9", "m2x1", {}};

TEST(LoadComparisonText, IsTheTableAsReviewed) {
  expect_golden("load_comparison.txt",
                load_comparison_text(test::sample_load_comparison(), kRuns, {}));
}

TEST(LoadComparisonText, FitsEveryTerminal) {
  for (const int columns : {72, 80, 120}) {
    const std::string text =
        load_comparison_text(test::sample_load_comparison(), kRuns, {.columns = columns});
    for (const std::string_view line : base::split_lines(text)) {
      EXPECT_LE(base::display_width(line), static_cast<std::size_t>(columns)) << line;
    }
  }
}

TEST(LoadComparisonText, SaysWhyRunsAreNotPaired) {
  load::LoadComparison comparison = test::sample_load_comparison();
  comparison.is_paired = false;
  comparison.not_paired_because = "the seeds differ (7 and 8)";
  EXPECT_THAT(load_comparison_text(comparison, kRuns, {.columns = 120}),
              HasSubstr("as wholes, which takes longer runs: the seeds differ (7 and 8)"));
}

TEST(LoadComparisonJson, HasEveryFigureWithItsInterval) {
  load::LoadComparison comparison = test::sample_load_comparison();
  comparison.figures[1].after = std::numeric_limits<double>::infinity();
  const base::Json json = load_comparison_json(comparison, kRuns);
  EXPECT_EQ(json["overall"], "worse");
  EXPECT_EQ(json["paired"], true);
  EXPECT_EQ(json["pairs"], 1180);
  EXPECT_TRUE(json["not_paired_because"].is_null());
  ASSERT_EQ(json["figures"].size(), 5U);
  EXPECT_EQ(json["figures"][0]["change"], "worse");
  EXPECT_EQ(json["figures"][0]["effect_is"], "ratio");
  EXPECT_EQ(json["figures"][0]["effect_low"], 1.061);
  EXPECT_EQ(json["figures"][1]["after"], "inf");
  EXPECT_EQ(json["figures"][4]["effect_is"], "difference");
}

}  // namespace
}  // namespace assay::report
