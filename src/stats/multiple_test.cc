#include "stats/multiple.h"

#include <gtest/gtest.h>

namespace assay::stats {
namespace {

void expect_adjusted(const std::vector<double>& p_values, const std::vector<double>& expected) {
  const std::vector<double> adjusted = holm(p_values);
  ASSERT_EQ(adjusted.size(), expected.size());
  for (std::size_t index = 0; index < expected.size(); ++index) {
    EXPECT_NEAR(adjusted[index], expected[index], 1e-15) << index;
  }
}

TEST(Holm, AgreesWithRsPAdjust) {
  // p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") and p.adjust(c(0.01, 0.04, 0.03), "holm"),
  // each by hand: 5 · 0.01, 4 · 0.02, 3 · 0.03, then never falling.
  expect_adjusted({0.01, 0.02, 0.03, 0.04, 0.05}, {0.05, 0.08, 0.09, 0.09, 0.09});
  expect_adjusted({0.01, 0.04, 0.03}, {0.03, 0.06, 0.06});
}

TEST(Holm, KeepsTheOrderGivenAndStaysAProbability) {
  expect_adjusted({0.6, 0.001, 0.5}, {1, 0.003, 1});
  expect_adjusted({0, 1, 0}, {0, 1, 0});
}

TEST(Holm, TreatsEqualValuesAlike) { expect_adjusted({0.02, 0.02, 0.02}, {0.06, 0.06, 0.06}); }

TEST(Holm, LeavesOneAloneAndNoneNone) {
  expect_adjusted({0.04}, {0.04});
  expect_adjusted({}, {});
}

}  // namespace
}  // namespace assay::stats
