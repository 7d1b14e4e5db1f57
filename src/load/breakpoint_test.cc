#include "load/breakpoint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace assay::load {
namespace {

BreakpointSearch searched(const BreakpointPlan& plan,
                          const std::function<StepOutcome(double)>& outcome) {
  BreakpointSearch search(plan);
  while (const auto rate = search.next_rate()) {
    BreakpointStep step;
    step.rate = *rate;
    step.outcome = outcome(*rate);
    search.take(step);
  }
  return search;
}

StepOutcome by(double rate, double breakpoint) {
  return rate <= breakpoint ? StepOutcome::Holds : StepOutcome::Breaks;
}

TEST(BreakpointSearch, GrowsThenHalvesTheGap) {
  const BreakpointResult result = searched({}, [](double rate) { return by(rate, 37); }).result();
  EXPECT_LE(result.low, 37);
  EXPECT_GT(*result.high, 37);
  EXPECT_LE(*result.high / result.low, 1.1 + 1e-9);
  const double expected[] = {1, 2, 4, 8, 16, 32, 64, std::sqrt(32.0 * 64)};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_DOUBLE_EQ(result.steps[i].rate, expected[i]);
  EXPECT_LE(result.steps.size(), 11U);
}

TEST(BreakpointSearch, StopsAtTheHighestRateOfThePlan) {
  BreakpointPlan plan;
  plan.rate_max = 10;
  const BreakpointResult result =
      searched(plan, [](double) { return StepOutcome::Holds; }).result();
  EXPECT_EQ(result.low, 10);
  EXPECT_FALSE(result.high.has_value());
  EXPECT_EQ(result.steps.size(), 5U) << "1, 2, 4, 8, 10";
}

TEST(BreakpointSearch, GoesDownWhereTheFirstRateBreaks) {
  BreakpointPlan plan;
  plan.rate_first = 100;
  const BreakpointResult result = searched(plan, [](double rate) { return by(rate, 7); }).result();
  EXPECT_LE(result.low, 7);
  EXPECT_GT(*result.high, 7);
  EXPECT_LE(*result.high / result.low, 1.1 + 1e-9);
}

TEST(BreakpointSearch, OfAServerThatHoldsNothingEndsSoonAtZero) {
  const BreakpointSearch search = searched({}, [](double) { return StepOutcome::Breaks; });
  EXPECT_EQ(search.result().low, 0);
  EXPECT_LE(*search.result().high, BreakpointPlan().rate_first / 16);
  EXPECT_LT(search.result().steps.size(), 8U) << "each step further down takes twice as long";
}

TEST(BreakpointSearch, LooksOnBothSidesOfARateThatStaysOpen) {
  const BreakpointResult result = searched({}, [](double rate) {
                                    if (rate > 30 && rate < 50) return StepOutcome::Open;
                                    return by(rate, 40);
                                  }).result();
  EXPECT_LE(result.low, 30);
  EXPECT_GT(result.low, 30 / 1.21);
  EXPECT_GE(*result.high, 50);
  EXPECT_LT(*result.high, 50 * 1.21);
  EXPECT_LT(result.steps.size(), kBreakpointStepsMost);
}

TEST(BreakpointSearch, EndsWhereEverythingStaysOpen) {
  const BreakpointResult result = searched({}, [](double) { return StepOutcome::Open; }).result();
  EXPECT_EQ(result.low, 0);
  EXPECT_FALSE(result.high.has_value());
  EXPECT_LE(result.steps.size(), kBreakpointStepsMost);
}

TEST(BreakpointSearch, NamesItsOutcomes) {
  EXPECT_EQ(name_of(StepOutcome::Holds), "holds");
  EXPECT_EQ(name_of(StepOutcome::Breaks), "breaks");
  EXPECT_EQ(name_of(StepOutcome::Open), "open");
}

}  // namespace
}  // namespace assay::load
