#include "stats/lagged_sums.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"

namespace assay::stats {
namespace {

TEST(LaggedSums, AreThoseOfTheirExample) {
  const std::vector<double> sums = lagged_sums(std::vector<double>{1, 2, 3}, 2);
  ASSERT_EQ(sums.size(), 3);
  EXPECT_NEAR(sums[0], 14, 1e-12);
  EXPECT_NEAR(sums[1], 8, 1e-12);
  EXPECT_NEAR(sums[2], 3, 1e-12);
}

TEST(LaggedSums, AreTheSumsOfProductsWhereverBlocksEnd) {
  base::Random random(1);
  for (const std::size_t size : {1U, 7U, 63U, 64U, 65U, 128U, 200U, 1'000U}) {
    std::vector<double> series(size);
    for (double& value : series) value = random.unit() - 0.5;
    for (const std::size_t lags : {1U, 5U, 16U, 31U, 32U}) {
      const std::vector<double> sums = lagged_sums(series, lags);
      ASSERT_EQ(sums.size(), lags + 1);
      for (std::size_t k = 0; k <= lags; ++k) {
        double expected = 0;
        for (std::size_t t = 0; t + k < size; ++t) expected += series[t] * series[t + k];
        EXPECT_NEAR(sums[k], expected, 1e-10) << size << " values, lag " << k << " of " << lags;
      }
    }
  }
}

TEST(LaggedSums, OfNothingAreZero) { EXPECT_EQ(lagged_sums({}, 3), std::vector<double>(4, 0.0)); }

}  // namespace
}  // namespace assay::stats
