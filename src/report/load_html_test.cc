#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>

#include "report/load_chart.h"
#include "report/load_plot.h"
#include "report/load_report.h"
#include "report/load_sample_test_support.h"
#include "report/load_timeline.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(LoadHtml, IsOneFileWithoutScriptsOrNetwork) {
  const std::string html = load_html(test::sample_load_steps());
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
}

TEST(LoadHtml, SaysTheVerdictAndEveryThreshold) {
  const std::string html = load_html(test::sample_load_steps());
  EXPECT_THAT(html, HasSubstr("✓ valid</span>: the figures are the server&#39;s</h1>"));
  EXPECT_THAT(html, HasSubstr("✗ missed"));
  EXPECT_THAT(html, HasSubstr("? inconclusive"));
  EXPECT_THAT(html, HasSubstr("✓ met"));
  EXPECT_THAT(html, HasSubstr("too few requests to say"));
}

TEST(LoadHtml, SeveralTargetsEachHaveTheirSections) {
  const std::string html = load_html(test::sample_load_two_targets());
  EXPECT_THAT(html, HasSubstr("2 endpoints, the worst: <span class=\"server-failed\">"));
  EXPECT_THAT(html, HasSubstr("<h2>vllm &lt;A&amp;B&gt;</h2>"));
  EXPECT_THAT(html, HasSubstr("<h2>Failed requests: dead</h2>"));
  EXPECT_THAT(html, Not(HasSubstr("from schedule"))) << "a closed loop has no schedule";
}

TEST(LoadHtml, EscapesWhateverComesFromOutside) {
  load::LoadReport report = test::sample_load_steps();
  const std::string evil = "<script>alert(1)</script>\"'";
  report.name = evil;
  report.id = evil;
  report.version = evil;
  report.scenario_source = evil;
  load::TargetReport& target = report.targets[0];
  target.target = {evil, evil, evil, evil};
  target.reasons = {evil};
  target.notes = {evil};
  target.stages[1].stage.name = evil;
  target.checks[1].name = target.checks[1].note = evil;
  target.checks[1].ours_from = target.checks[1].theirs_from = evil;
  target.server[0].name = target.server[0].unit = target.server[0].source = evil;
  target.thresholds[0].threshold.expression = evil;
  report.objectives[0].expression = evil;
  EXPECT_THAT(load_html(report), Not(HasSubstr("<script")));
}

TEST(LoadHtml, NeverWritesWhatIsNoNumberIntoADrawing) {
  load::LoadReport report = test::sample_load_breakpoint();
  report.targets[0].server = test::sample_load_steps().targets[0].server;
  report.breakpoint->high.reset();
  report.breakpoint->steps[0].requests = 0;
  report.targets[0].stages[2].summary.measures[5].percentiles[0]->interval.high =
      std::numeric_limits<double>::infinity();
  const std::string html = load_html(report);
  const std::regex broken("(d|x|y|cx|cy|width|height)=\"[^\"]*(nan|inf)");
  EXPECT_FALSE(std::regex_search(html, broken));
}

TEST(LoadHtml, ARunWithoutAnyRecordsStillHasAPage) {
  load::LoadReport report;
  report.targets.emplace_back();
  report.targets[0].summary.error_rate = {0, {0, 1}};
  const std::string html = load_html(report);
  EXPECT_THAT(html, HasSubstr("</html>"));
  EXPECT_THAT(html, Not(HasSubstr("<svg")));
}

TEST(TimelineChart, HasAPanelForEachKindOfFigure) {
  const std::vector<TimelinePanel> panels = timeline_panels(test::sample_load_steps().targets[0]);
  ASSERT_THAT(panels, SizeIs(9));
  EXPECT_THAT(panels[0].lines, SizeIs(4));
  EXPECT_EQ(panels[5].title, "Server: resident memory (/proc)");
  EXPECT_EQ(panels[5].unit, "GiB");
  EXPECT_EQ(panels[7].title, "Server: requests (/metrics)");
  EXPECT_THAT(panels[7].lines, SizeIs(2));
  EXPECT_EQ(panel_tick(panels[8], 40), "40%");
}

TEST(TimelineChart, NamesStagesAndHatchesWarmUp) {
  const std::string svg = timeline_chart(test::sample_load_steps().targets[0], 3);
  EXPECT_EQ(count_of(svg, "url(#hatch3)"), 1U);
  EXPECT_THAT(svg, HasSubstr(">middle</text>"));
  EXPECT_THAT(svg, HasSubstr("TTFT p50 "));
  EXPECT_GE(count_of(svg, "class=\"endless look1\""), 5U) << "infinite p95 at the end";
}

TEST(TimelineChart, AGapInTheFiguresIsAGapInTheLine) {
  const Line line{"n", {{0, 1}, {1, 2}, {2, std::nan("")}, {3, 1}, {4, 2}}, 0};
  const Axis x(0, 4, 0, 100);
  const Axis y(0, 2, 100, 0);
  EXPECT_EQ(count_of(line_svg(line, x, y, {0, 0, 100, 100}), "<path"), 2U);
}

TEST(TimelineChart, LongSeriesKeepTheirPeaks) {
  std::vector<Line::Point> points;
  for (int i = 0; i < 10'000; ++i) points.push_back({1.0 * i, i == 7'777 ? 99.0 : 1.0});
  const std::vector<Line::Point> kept = thinned(points, 100);
  EXPECT_THAT(kept, SizeIs(100));
  EXPECT_TRUE(std::any_of(kept.begin(), kept.end(),
                          [](const Line::Point& point) { return point.y == 99; }));
}

TEST(DistributionChart, TurnsLogarithmicWhenTimesAreFarApart) {
  const load::LoadReport report = test::sample_load_steps();
  const std::string svg = distribution_chart(report, report.targets[0]);
  for (const char* tick : {">20 ms<", ">100 ms<", ">1 s<", ">10 s<"}) {
    EXPECT_THAT(svg, HasSubstr(tick));
  }
  EXPECT_EQ(count_of(svg, "class=\"hollow"), 3U) << "three curves end below 100%";
}

TEST(StagesChart, RingsTheKneeOnceAndLeavesWarmUpOut) {
  const load::LoadReport report = test::sample_load_steps();
  const std::string svg = stages_chart(report.targets[0]);
  EXPECT_EQ(count_of(svg, "class=\"chosen\""), 1U);
  EXPECT_THAT(svg, HasSubstr("high (12/s): the knee"));
  EXPECT_EQ(count_of(svg, "<circle class=\"point"), 4U);
}

TEST(FailuresChart, HasABarForEachClassThatHappened) {
  const std::string svg = failures_chart(test::sample_load_steps().targets[0].summary);
  EXPECT_EQ(count_of(svg, "<rect"), 3U);
  EXPECT_THAT(svg, HasSubstr("timed out"));
  EXPECT_EQ(failures_chart({}), "");
}

TEST(BreakpointChart, ShowsEveryStepWithItsShape) {
  const std::string svg = breakpoint_chart(*test::sample_load_breakpoint().breakpoint);
  EXPECT_EQ(count_of(svg, "class=\"whisker\""), 6U);
  EXPECT_EQ(count_of(svg, "class=\"cross\""), 3U) << "two steps and the legend";
  EXPECT_EQ(count_of(svg, "class=\"hollow\""), 2U);
}

}  // namespace
}  // namespace assay::report
