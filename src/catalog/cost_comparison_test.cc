#include "catalog/cost_comparison.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "catalog/sample_cost_test_support.h"

namespace assay::catalog {
namespace {

const SensitivityRow& row_of(const std::vector<SensitivityRow>& rows, const std::string& input) {
  return *std::find_if(rows.begin(), rows.end(),
                       [&](const SensitivityRow& row) { return row.input == input; });
}

TEST(CompareCosts, PricesEveryCloudAndRefersToTheCheapest) {
  const auto comparison = compare_costs(sample_inputs(), "USD",
                                        {sample_price("dear", 2, 10), sample_price("cheap", 1, 5)});
  ASSERT_TRUE(comparison.has_value());
  EXPECT_NEAR(comparison->clouds[0].per_month, 108, 1e-9);
  EXPECT_NEAR(comparison->clouds[1].per_month, 54, 1e-9);
  EXPECT_EQ(comparison->reference, 1U);
  EXPECT_DOUBLE_EQ(comparison->clouds[1].break_even.tasks, 23'992);
}

TEST(CompareCosts, RefersToACloudThatLocalBreaksEvenWith) {
  const auto comparison = compare_costs(
      sample_inputs(), "USD", {sample_price("free", 0.01, 0.01), sample_price("dear", 2, 10)});
  ASSERT_TRUE(comparison.has_value());
  EXPECT_EQ(comparison->reference, 1U);
}

TEST(Sensitivity, MovesOneInputAtATime) {
  const auto rows = sensitivity(sample_inputs(), sample_price());
  // Hardware at half: fixed 25.5192; at one and a half: 55.5192; saved 0.0016889 a task.
  const SensitivityRow& hardware = row_of(rows, "hardware price");
  EXPECT_DOUBLE_EQ(hardware.moved[0].tasks, 15'111);
  EXPECT_DOUBLE_EQ(hardware.moved[3].tasks, 32'874);
  EXPECT_NEAR(hardware.swing, std::log(23'992.0 / 15'111.0), 1e-9);
}

TEST(Sensitivity, PutsTheLargestSwingFirst) {
  const auto rows = sensitivity(sample_inputs(), sample_price());
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(), [](const auto& left, const auto& right) {
    return left.swing > right.swing;
  }));
  // Half the years double the hardware's share: 70.5192 / 0.0016889.
  EXPECT_DOUBLE_EQ(row_of(rows, "years of use").moved[0].tasks, 41'755);
}

TEST(Sensitivity, LeavesOutTheVolumeAndInputsThatAreZero) {
  const auto rows = sensitivity(sample_inputs(), sample_price());
  for (const SensitivityRow& row : rows) {
    EXPECT_NE(row.input, "tasks a month");
    EXPECT_NE(row.input, "cached share of the prompt");
  }
  EXPECT_EQ(rows.size(), 12U);
}

TEST(Sensitivity, CallsAMoveThatUnmakesTheBreakEvenTheLargest) {
  // A full machine costs 0.000419 a task, the cloud 0.000468: a fifth cheaper and it never pays.
  const auto rows = sensitivity(sample_inputs(), sample_price("cheap", 0.26, 1.3));
  const SensitivityRow& utilisation = row_of(rows, "utilisation");
  EXPECT_EQ(utilisation.moved[0].kind, BreakEvenKind::NeverCapacity);
  EXPECT_TRUE(std::isinf(utilisation.swing));
  EXPECT_TRUE(std::isinf(rows.front().swing));
}

TEST(Sensitivity, KeepsSharesAtOneAndIdleBelowBusyPower) {
  CostInputs inputs = sample_inputs();
  inputs.machine.utilisation = 0.9;
  inputs.machine.watts_load = 40;
  const auto rows = sensitivity(inputs, sample_price());
  for (const SensitivityRow& row : rows) {
    for (const BreakEven& moved : row.moved) EXPECT_EQ(moved.kind, BreakEvenKind::At) << row.input;
  }
}

}  // namespace
}  // namespace assay::catalog
