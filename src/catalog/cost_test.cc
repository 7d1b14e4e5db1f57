#include "catalog/cost.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "catalog/sample_cost_test_support.h"

namespace assay::catalog {
namespace {

using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

LocalRates sample_rates() { return local_rates(sample_inputs()).value(); }

TEST(LocalRates, AreTheWorkedNumbersOfTheHeader) {
  const LocalRates rates = sample_rates();
  EXPECT_DOUBLE_EQ(rates.task_s, 10);
  EXPECT_DOUBLE_EQ(rates.capacity, 131'490);
  EXPECT_DOUBLE_EQ(rates.hardware, 30);
  EXPECT_NEAR(rates.fixed, 40.5192, 1e-9);
  EXPECT_NEAR(rates.marginal, 0.0001111111, 1e-9);
}

TEST(LocalMonth, SplitsHardwareAndEnergy) {
  const MonthlyCost cost = local_month(sample_rates(), 30'000);
  EXPECT_DOUBLE_EQ(cost.machines, 1);
  EXPECT_DOUBLE_EQ(cost.hardware, 30);
  // 83.333 h at 136 W and 647.167 h at 36 W are 34.6313 kWh.
  EXPECT_NEAR(cost.energy, 34.6313333 * 0.40, 1e-6);
  EXPECT_NEAR(cost.busy_share, 83.3333333 / 730.5, 1e-9);
}

TEST(LocalMonth, BuysOneMoreMachineBeyondTheCapacity) {
  const LocalRates rates = sample_rates();
  EXPECT_DOUBLE_EQ(local_month(rates, 131'490).machines, 1);
  EXPECT_DOUBLE_EQ(local_month(rates, 131'491).machines, 2);
  EXPECT_DOUBLE_EQ(local_month(rates, 131'491).hardware, 60);
  EXPECT_DOUBLE_EQ(local_month(rates, 262'981).machines, 3);
}

TEST(LocalMonth, WithoutTasksCostsWhatIsFixed) {
  const MonthlyCost cost = local_month(sample_rates(), 0);
  EXPECT_DOUBLE_EQ(cost.machines, 1);
  EXPECT_NEAR(cost.total(), 40.5192, 1e-9);
}

TEST(CloudTaskCost, CountsThePromptThatIsCached) {
  TaskShape task = sample_inputs().task;
  EXPECT_NEAR(cloud_task_cost(sample_price(), task), 0.0018, 1e-12);
  task.cached_share = 0.5;
  EXPECT_NEAR(cloud_task_cost(sample_price(), task), 0.0018, 1e-12);
  CloudPrice price = sample_price();
  price.cached_input = 0.1;
  EXPECT_NEAR(cloud_task_cost(price, task), 0.00135, 1e-12);
}

TEST(BreakEven, IsTheWorkedNumberOfTheHeader) {
  const BreakEven found = break_even(sample_rates(), 0.0018);
  EXPECT_EQ(found.kind, BreakEvenKind::At);
  EXPECT_DOUBLE_EQ(found.tasks, 23'992);
  EXPECT_DOUBLE_EQ(found.dearer_from, 0);
  EXPECT_DOUBLE_EQ(found.for_good_from, 23'992);
}

TEST(BreakEven, IsNeverWhenEnergyAloneCostsAsMuch) {
  EXPECT_EQ(break_even(sample_rates(), 0.0001).kind, BreakEvenKind::NeverEnergy);
}

TEST(BreakEven, IsNeverWhenAFullMachineIsStillDearer) {
  // A full machine costs 40.5192 / 131,490 + 0.000111 = 0.000419 a task.
  EXPECT_EQ(break_even(sample_rates(), 0.000419).kind, BreakEvenKind::NeverCapacity);
  EXPECT_EQ(break_even(sample_rates(), 0.000420).kind, BreakEvenKind::At);
}

TEST(BreakEven, IsAlwaysWhenNothingIsFixed) {
  CostInputs inputs = sample_inputs();
  inputs.machine.hardware_price = 0;
  inputs.machine.watts_idle = 0;
  const LocalRates rates = local_rates(inputs).value();
  EXPECT_EQ(break_even(rates, 0.0018).kind, BreakEvenKind::Always);
  EXPECT_EQ(break_even(rates, 0.00001).kind, BreakEvenKind::NeverEnergy);
}

TEST(BreakEven, SaysWhereTheSecondMachineMakesItDearerAgain) {
  const LocalRates rates{.task_s = 1, .capacity = 100, .hardware = 60, .fixed = 60, .marginal = 0};
  const BreakEven found = break_even(rates, 1);
  EXPECT_DOUBLE_EQ(found.tasks, 60);
  EXPECT_DOUBLE_EQ(found.dearer_from, 101);
  EXPECT_DOUBLE_EQ(found.dearer_to, 119);
  EXPECT_DOUBLE_EQ(found.for_good_from, 120);
}

/// What break_even() says, found by trying every volume.
BreakEven tried(const LocalRates& rates, double cloud_per_task, int most) {
  BreakEven found{.kind = BreakEvenKind::NeverCapacity};
  double last_dearer = 0;
  for (int tasks = 1; tasks <= most; ++tasks) {
    const bool dearer = local_month(rates, tasks).total() > cloud_per_task * tasks + 1e-9;
    if (dearer) last_dearer = tasks;
    if (found.kind != BreakEvenKind::At) {
      if (dearer) continue;
      found.kind = BreakEvenKind::At;
      found.tasks = tasks;
    } else if (dearer && (found.dearer_from == 0 || found.dearer_to == tasks - 1)) {
      if (found.dearer_from == 0) found.dearer_from = tasks;
      found.dearer_to = tasks;
    }
  }
  found.for_good_from = last_dearer + 1;
  return found;
}

TEST(BreakEven, AgreesWithTryingEveryVolume) {
  for (const double capacity : {1.0, 7.0, 20.0, 31.0}) {
    for (double fixed = 0.5; fixed < capacity - 0.5; fixed += 0.75) {
      const LocalRates rates{
          .capacity = capacity, .hardware = fixed, .fixed = fixed, .marginal = 0.25};
      const BreakEven found = break_even(rates, 1.25);
      const BreakEven expected = tried(rates, 1.25, 6000);
      SCOPED_TRACE(testing::Message() << "capacity " << capacity << " fixed " << fixed);
      ASSERT_EQ(found.kind, expected.kind);
      EXPECT_DOUBLE_EQ(found.tasks, expected.tasks);
      EXPECT_DOUBLE_EQ(found.dearer_from, expected.dearer_from);
      EXPECT_DOUBLE_EQ(found.dearer_to, expected.dearer_to);
      EXPECT_DOUBLE_EQ(found.for_good_from, expected.for_good_from);
    }
  }
}

TEST(BreakEven, IsNeverForGoodWhenEveryMachineMustBeFull) {
  const LocalRates rates{.capacity = 100, .hardware = 100, .fixed = 100, .marginal = 0};
  const BreakEven found = break_even(rates, 1);
  EXPECT_DOUBLE_EQ(found.tasks, 100);
  EXPECT_DOUBLE_EQ(found.for_good_from, kInfinity);
}

struct AbsurdInput {
  std::string flag;
  double value;
};

class AbsurdInputs : public testing::TestWithParam<AbsurdInput> {};

TEST_P(AbsurdInputs, AreRefusedByTheNameOfTheirFlag) {
  CostInputs inputs = sample_inputs();
  for (const InputRow& row : input_rows()) {
    if (row.flag == GetParam().flag) row.value(inputs) = GetParam().value;
  }
  const auto rates = local_rates(inputs);
  ASSERT_FALSE(rates.has_value());
  EXPECT_THAT(rates.error().hint, HasSubstr(GetParam().flag));
}

INSTANTIATE_TEST_SUITE_P(
    Cost, AbsurdInputs,
    testing::Values(AbsurdInput{"--tasks", 0}, AbsurdInput{"--tasks", kNan},
                    AbsurdInput{"--tasks", kInfinity}, AbsurdInput{"--prompt-tokens", -1},
                    AbsurdInput{"--decode-tps", 0}, AbsurdInput{"--prefill-tps", -5},
                    AbsurdInput{"--hardware-price", kNan}, AbsurdInput{"--years", 0},
                    AbsurdInput{"--watts-load", -1}, AbsurdInput{"--kwh-price", -0.1},
                    AbsurdInput{"--utilisation", 1.01}, AbsurdInput{"--utilisation", 0},
                    AbsurdInput{"--cached-share", 2}, AbsurdInput{"--decode-tps", 1e-6}));

TEST(CheckInputs, RefusesATaskWithoutTokens) {
  CostInputs inputs = sample_inputs();
  inputs.task.prompt_tokens = 0;
  inputs.task.completion_tokens = 0;
  EXPECT_THAT(check_inputs(inputs).error().message, HasSubstr("neither prompt nor completion"));
}

TEST(CheckInputs, RefusesMorePowerIdleThanBusy) {
  CostInputs inputs = sample_inputs();
  inputs.machine.watts_idle = 200;
  EXPECT_THAT(check_inputs(inputs).error().message, HasSubstr("136 W busy and 200 W idle"));
}

}  // namespace
}  // namespace assay::catalog
