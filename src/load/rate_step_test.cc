#include "load/rate_step.h"

#include <gtest/gtest.h>

#include <limits>

#include "load/queue_test_support.h"

namespace assay::load {
namespace {

constexpr double kServicesPerS = 50;
constexpr double kBoundS = 0.5;

BreakpointPlan plan_of(double step_s_max) {
  BreakpointPlan plan;
  plan.step_s_max = step_s_max;
  return plan;
}

/// A step against a queue with one server and exponential service times, whose objective is a wait
/// of at most kBoundS.
BreakpointStep queue_step(double rate, double step_s_max, std::uint64_t seed) {
  base::Random random(seed);
  StepTest test(rate, plan_of(step_s_max));
  const auto times = poisson_times(rate, static_cast<std::size_t>(rate * step_s_max * 1.5), random);
  const auto waits = queue_waits(times, 1, [&] { return exponential(random) / kServicesPerS; });
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (test.is_over()) return test.finish(times[i]);
    test.take({times[i], waits[i] <= kBoundS, waits[i] / kBoundS});
  }
  return test.finish(step_s_max);
}

TEST(StepTest, HoldsFarBelowCapacity) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(queue_step(10, 60, seed).outcome, StepOutcome::Holds) << seed;
  }
}

TEST(StepTest, BreaksSoonFarAboveCapacity) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const BreakpointStep step = queue_step(150, 60, seed);
    EXPECT_EQ(step.outcome, StepOutcome::Breaks) << seed;
    EXPECT_LT(step.seconds, 16) << seed;
  }
}

TEST(StepTest, NeverHoldsWhileAQueueBuildsUp) {
  // Ten per cent above capacity: for five seconds nobody waits longer than the bound.
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_NE(queue_step(1.1 * kServicesPerS, 60, seed).outcome, StepOutcome::Holds) << seed;
    EXPECT_NE(queue_step(1.1 * kServicesPerS, 20, seed).outcome, StepOutcome::Holds) << seed;
  }
}

TEST(StepTest, StaysOpenWithTooFewRequests) {
  StepTest test(1, plan_of(60));
  for (int i = 0; i < 60; ++i) test.take({static_cast<double>(i), true, 0.1});
  const BreakpointStep step = test.finish(60);
  EXPECT_EQ(step.outcome, StepOutcome::Open) << "60 met requests leave 95 % possible";
  EXPECT_LT(step.share.low, 0.95);
  EXPECT_EQ(step.requests, 60U);
  EXPECT_EQ(step.met, 60U);
  EXPECT_TRUE(test.is_over());
}

TEST(StepTest, HoldsWithNoFewerRequestsThanItSays) {
  const BreakpointPlan plan = plan_of(60);
  const std::size_t least = requests_least_to_hold(plan);
  EXPECT_EQ(least, 186U);
  const auto outcome_of = [&](std::size_t requests) {
    StepTest test(1, plan);
    const double apart = 60 / static_cast<double>(requests);
    for (std::size_t i = 0; i < requests; ++i) {
      test.take({apart * static_cast<double>(i), true, 0.1});
    }
    return test.finish(60).outcome;
  };
  EXPECT_EQ(outcome_of(least - 4), StepOutcome::Open);
  EXPECT_EQ(outcome_of(least + 4), StepOutcome::Holds);
}

TEST(StepTest, NeedsSomeTimeToHold) {
  StepTest test(1000, plan_of(80));
  double due = 0;
  for (; !test.is_over(); due += 0.001) test.take({due, true, 0.1});
  EXPECT_EQ(test.outcome(), StepOutcome::Holds);
  EXPECT_NEAR(due, 10, 0.01) << "a queue takes time to build up, however many requests come";
}

TEST(StepTest, BreaksWhereRequestsAreRefused) {
  base::Random random(1);
  StepTest test(100, plan_of(60));
  double due = 0;
  for (; !test.is_over() && due < 60; due += 0.01) {
    const bool refused = random.unit() < 0.3;
    test.take({due, !refused, refused ? std::numeric_limits<double>::infinity() : 0.2});
  }
  EXPECT_EQ(test.outcome(), StepOutcome::Breaks);
  EXPECT_LT(due, 5);
}

TEST(StepTest, StrainThatCreepsUpDoesNotHold) {
  // Every request meets its bound, and noise hides from its neighbours that a queue grows.
  base::Random random(2);
  StepTest test(100, plan_of(60));
  for (double due = 0; due < 15; due += 0.01) {
    test.take({due, true, 0.1 + 0.04 * due + 0.3 * random.unit()});
  }
  EXPECT_EQ(test.finish(15).outcome, StepOutcome::Open);
}

TEST(StepTest, WithoutRequestsStaysOpen) {
  StepTest test(1, plan_of(10));
  const BreakpointStep step = test.finish(10);
  EXPECT_EQ(step.outcome, StepOutcome::Open);
  EXPECT_EQ(step.share.low, 0);
  EXPECT_EQ(step.share.high, 1);
}

}  // namespace
}  // namespace assay::load
