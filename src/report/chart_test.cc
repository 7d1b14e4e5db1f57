#include "report/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "finding/sample_study_test_support.h"
#include "report/axis.h"
#include "report/label_layout.h"

namespace assay::report {
namespace {

using test::first;
using test::SampleStudy;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Axis, MapsItsRangeOntoThePixels) {
  const Axis upward(0, 1, 400, 0);
  EXPECT_DOUBLE_EQ(upward.pixel(0), 400);
  EXPECT_DOUBLE_EQ(upward.pixel(0.25), 300);
  const Axis logarithmic(10, 1000, 0, 200, true);
  EXPECT_DOUBLE_EQ(logarithmic.pixel(100), 100);
}

TEST(Axis, PutsTicksAtRoundValues) {
  EXPECT_THAT(Axis(-0.42, 0.13, 0, 1).ticks(6),
              ElementsAre(testing::DoubleEq(-0.4), testing::DoubleEq(-0.3), testing::DoubleEq(-0.2),
                          testing::DoubleEq(-0.1), testing::DoubleEq(0), testing::DoubleEq(0.1)));
  EXPECT_THAT(Axis(8, 60, 0, 1, true).ticks(6), ElementsAre(10, 20, 50));
}

TEST(Axis, WidensAnEmptyRange) {
  const Axis axis(3, 3, 0, 100);
  EXPECT_DOUBLE_EQ(axis.pixel(3), 50);
}

TEST(LabelLayout, NeverLetsLabelsMeetEachOtherOrAMarker) {
  const Box bounds{0, 0, 600, 400};
  std::vector<LabelRequest> requests;
  std::vector<Box> markers;
  for (int index = 0; index < 12; ++index) {
    const double x = 300 + index % 3;  // All but on one spot.
    const double y = 200 + index % 4;
    requests.push_back({x, y, 70, 14});
    markers.push_back({x - 5, y - 5, 10, 10});
  }
  const auto boxes = place_labels(requests, markers, bounds);
  ASSERT_EQ(boxes.size(), 12U);
  for (std::size_t index = 0; index < boxes.size(); ++index) {
    ASSERT_TRUE(boxes[index].has_value());
    for (const Box& marker : markers) EXPECT_FALSE(overlap(*boxes[index], marker));
    for (std::size_t other = 0; other < index; ++other) {
      EXPECT_FALSE(overlap(*boxes[index], *boxes[other]));
    }
  }
}

TEST(LabelLayout, LeavesOutWhatHasNoRoom) {
  EXPECT_FALSE(place_labels({{5, 5, 70, 14}}, {}, {0, 0, 40, 40})[0].has_value());
}

TEST(EffectsChart, ShowsEveryComparedLevelWithItsWords) {
  SampleStudy study(40, 3);
  study.add({.is_right = first(35)});
  study.add({.factor = "temperature", .level = "1.5", .is_right = first(15)});
  study.add({.factor = "top_p", .level = "0.9", .is_right = first(35)});
  const finding::StudyFinding finding = study.finding();
  const std::string svg = effects_chart(finding, finding.models[0]);
  EXPECT_THAT(svg, HasSubstr(">temperature 1.5</text>"));
  EXPECT_THAT(svg, HasSubstr(">worse</text>"));
  EXPECT_THAT(svg, HasSubstr(">top_p 0.9</text>"));
  EXPECT_THAT(svg, HasSubstr("margin ±10 points"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(EffectsChart, IsEmptyWithoutLevels) {
  SampleStudy study(40, 3);
  study.add({});
  const finding::StudyFinding finding = study.finding();
  EXPECT_EQ(effects_chart(finding, finding.models[0]), "");
}

TEST(TradeoffChart, RingsTheChosenCellOnce) {
  const std::string svg = tradeoff_chart(test::sample_quickstart().finding());
  const std::size_t ring = svg.find("class=\"chosen\"");
  ASSERT_NE(ring, std::string::npos);
  EXPECT_EQ(svg.find("class=\"chosen\"", ring + 1), std::string::npos);
  EXPECT_THAT(svg, HasSubstr(">pebble-m</text>"));
}

TEST(TradeoffChart, TurnsLogarithmicWhenSpeedsAreFarApart) {
  SampleStudy study(40, 3);
  study.add({.model = "slow", .tokens_per_s = 5});
  study.add({.model = "fast", .tokens_per_s = 400});
  const std::string svg = tradeoff_chart(study.finding());
  for (const char* tick : {">5<", ">10<", ">20<", ">50<", ">100<", ">200<", ">500<"}) {
    EXPECT_THAT(svg, HasSubstr(tick));
  }
}

TEST(TradeoffChart, IsEmptyWhenNoSpeedIsKnown) {
  SampleStudy study(40, 3);
  study.add({.tokens_per_s = -1});
  EXPECT_EQ(tradeoff_chart(study.finding()), "");
}

}  // namespace
}  // namespace assay::report
