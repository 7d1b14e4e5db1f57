#include "load/lag_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"

namespace assay::load {
namespace {

TEST(LagHistogram, IsWithinTwoPercentOfTheSortedValues) {
  base::Random random(1);
  LagHistogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t value = std::int64_t{1} << random.below(40);
    values.push_back(value + static_cast<std::int64_t>(random.below(1'000)));
    histogram.add(base::Nanoseconds(values.back()));
  }
  std::sort(values.begin(), values.end());
  const Lag lag = histogram.summary();
  EXPECT_EQ(lag.samples, values.size());
  EXPECT_DOUBLE_EQ(lag.ms_max, static_cast<double>(values.back()) / 1e6);
  const double median_ms = static_cast<double>(values[9'999]) / 1e6;
  const double high_ms = static_cast<double>(values[19'799]) / 1e6;
  EXPECT_GE(lag.ms_p50, median_ms);
  EXPECT_LE(lag.ms_p50, median_ms * 1.02);
  EXPECT_GE(lag.ms_p99, high_ms);
  EXPECT_LE(lag.ms_p99, high_ms * 1.02);
}

TEST(LagHistogram, IsExactForSmallValuesAndTakesWhatClocksCanSay) {
  LagHistogram histogram;
  histogram.add(base::Nanoseconds(-5));
  histogram.add(base::Nanoseconds(63));
  EXPECT_DOUBLE_EQ(histogram.summary().ms_p50, 0);
  EXPECT_DOUBLE_EQ(histogram.summary().ms_p99, 63e-6);
  histogram.add(base::Nanoseconds::max());
  EXPECT_DOUBLE_EQ(histogram.summary().ms_max,
                   static_cast<double>(base::Nanoseconds::max().count()) / 1e6);
}

TEST(LagHistogram, AddsUpThoseOfSeveralThreads) {
  LagHistogram left;
  LagHistogram right;
  for (int i = 1; i <= 30; ++i) left.add(base::Nanoseconds(i));
  for (int i = 31; i <= 60; ++i) right.add(base::Nanoseconds(i));
  left.add(right);
  EXPECT_EQ(left.summary().samples, 60U);
  EXPECT_DOUBLE_EQ(left.summary().ms_p50, 30e-6);
  EXPECT_DOUBLE_EQ(left.summary().ms_max, 60e-6);
}

TEST(LagHistogram, WithoutSamplesSaysNothing) {
  EXPECT_EQ(LagHistogram().summary().samples, 0U);
  EXPECT_EQ(LagHistogram().summary().ms_p99, 0);
}

}  // namespace
}  // namespace assay::load
