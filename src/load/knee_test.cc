#include "load/knee.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace assay::load {
namespace {

StageFigures figures(double rate, double achieved, double median_ms) {
  StageFigures one;
  one.stage.rate_at_start = one.stage.rate_at_end = rate;
  one.summary.rate_achieved = achieved;
  one.summary.measures[static_cast<std::size_t>(Measure::E2e)].percentiles[0] =
      stats::Percentile{median_ms, {median_ms, median_ms}};
  return one;
}

TEST(Knee, IsWhereThroughputOverDelayIsGreatest) {
  const std::vector<StageFigures> stages{figures(10, 10, 100), figures(18, 18, 120),
                                         figures(30, 20, 400)};
  EXPECT_EQ(knee_of(stages), 1U);
}

TEST(Knee, NeedsThreeLevelsOfLoad) {
  const std::vector<StageFigures> stages{figures(10, 10, 100), figures(18, 18, 120),
                                         figures(18, 18, 110)};
  EXPECT_EQ(knee_of(stages), std::nullopt);
  EXPECT_EQ(knee_of({}), std::nullopt);
}

TEST(Knee, PassesOverWarmUpAndStagesWithoutAMedian) {
  std::vector<StageFigures> stages{figures(10, 10, 100), figures(18, 18, 120), figures(30, 20, 400),
                                   figures(40, 400, 1)};
  stages[3].stage.is_warm_up = true;
  EXPECT_EQ(knee_of(stages), 1U);
  stages[0].summary.measures[static_cast<std::size_t>(Measure::E2e)].percentiles[0].reset();
  EXPECT_EQ(knee_of(stages), std::nullopt);
}

TEST(Knee, CountsUsersOfAClosedLoopAndStagesThatFailed) {
  std::vector<StageFigures> stages{figures(-1, 10, 100), figures(-1, 18, 120),
                                   figures(-1, 1, std::numeric_limits<double>::infinity())};
  for (std::size_t i = 0; i < 3; ++i) {
    stages[i].stage.concurrency = static_cast<std::int64_t>(1 + i);
  }
  EXPECT_EQ(knee_of(stages), 1U);
}

}  // namespace
}  // namespace assay::load
