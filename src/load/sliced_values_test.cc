#include "load/sliced_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "load/queue_test_support.h"
#include "stats/block_bootstrap.h"

namespace assay::load {
namespace {

std::vector<RequestRecord> records_of(std::size_t count) {
  base::Random random(1);
  std::vector<RequestRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(answered(0.01 * static_cast<double>(i), 0.1 * exponential(random), 0.01));
  }
  return records;
}

SlicedRun sliced(const std::vector<RequestRecord>& records, std::size_t slices) {
  StageRun stage;
  stage.to = records.back().due + base::Nanoseconds(1);
  return slice_run(records, std::vector{stage}, slices);
}

TEST(SlicedValues, ResamplesAsIfEveryValueWereCopied) {
  const auto records = records_of(3000);
  const SlicedRun run = sliced(records, 100);
  for (const double share : {0.5, 0.95, 0.99}) {
    const SlicedValues values(run, Measure::Ttft, share);
    EXPECT_EQ(values.resampled(std::vector<std::uint32_t>(100, 1)), values.percentile());
    stats::BlockResampler resampler({100}, 3, 2);
    for (int draw = 0; draw < 20; ++draw) {
      const auto weights = resampler.next();
      std::vector<double> copies;
      for (std::size_t i = 0; i < run.records.size(); ++i) {
        const double value = *measure(*run.records[i], Measure::Ttft);
        copies.insert(copies.end(), weights[run.slices[i]], value);
      }
      std::sort(copies.begin(), copies.end());
      const double rank = std::ceil(share * static_cast<double>(copies.size()));
      EXPECT_EQ(values.resampled(weights), copies[static_cast<std::size_t>(rank) - 1]);
    }
  }
}

TEST(SlicedValues, FollowsWeightsThatNoResampleHas) {
  const auto records = records_of(1000);
  const SlicedRun run = sliced(records, 1000);
  const SlicedValues values(run, Measure::Ttft, 0.95);
  std::vector<std::uint32_t> only_one(1000, 0);
  only_one[17] = 1;
  EXPECT_EQ(values.resampled(only_one), *measure(records[17], Measure::Ttft));
  EXPECT_TRUE(std::isnan(values.resampled(std::vector<std::uint32_t>(1000, 0))));
}

TEST(SlicedValues, LeavesOutRequestsWithoutTheMeasure) {
  auto records = records_of(100);
  for (std::size_t i = 0; i < 40; ++i) refuse(records[i]);
  const SlicedRun run = sliced(records, 100);
  EXPECT_EQ(SlicedValues(run, Measure::Ttft, 0.5).size(), 100U);
  EXPECT_EQ(SlicedValues(run, Measure::Itl, 0.5).size(), 60U);
  EXPECT_TRUE(std::isinf(SlicedValues(run, Measure::Ttft, 0.95).percentile()));
}

TEST(DesignEffect, IsOneForIndependentAndManyForAlikeNeighbours) {
  base::Random random(3);
  std::vector<double> independent(1000);
  for (double& value : independent) value = random.unit() < 0.5 ? 0.5 : -0.5;
  EXPECT_NEAR(design_effect(independent, 250), 1, 0.2);
  std::vector<double> alike;
  for (std::size_t i = 0; i < 1000; ++i) alike.push_back(independent[i / 10]);
  EXPECT_NEAR(design_effect(alike, 250), 10, 4);
  EXPECT_EQ(design_effect(alike, 0), 1);
}

}  // namespace
}  // namespace assay::load
