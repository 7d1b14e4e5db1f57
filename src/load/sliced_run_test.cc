#include "load/sliced_run.h"

#include <gtest/gtest.h>

#include "load/queue_test_support.h"

namespace assay::load {
namespace {

StageRun stage(double from_s, double to_s, bool is_warm_up) {
  StageRun run;
  run.from = nanoseconds(from_s);
  run.to = nanoseconds(to_s);
  run.is_warm_up = is_warm_up;
  return run;
}

TEST(SliceRun, CutsStagesThatCountIntoEqualTimes) {
  std::vector<RequestRecord> records;
  for (int i = 0; i < 30; ++i) records.push_back(answered(0.1 * i, 0.1, 0.01));
  const std::vector<StageRun> stages{stage(0, 1, true), stage(1, 2, false), stage(2, 4, false)};
  const SlicedRun run = slice_run(records, stages, 1000);
  EXPECT_EQ(run.records.size(), 20U);
  EXPECT_EQ(run.strata, (std::vector<std::size_t>{10, 10}));
  EXPECT_EQ(run.seconds, 3);
  EXPECT_EQ(run.slices.front(), 0U);
  EXPECT_EQ(run.slices[10], 10U);
  EXPECT_EQ(run.slices.back(), 14U) << "due at 2.9 s of a stage from 2 s to 4 s";
}

TEST(SliceRun, HoldsLongRunsToItsMost) {
  std::vector<RequestRecord> records;
  for (int i = 0; i < 1000; ++i) records.push_back(answered(0.01 * i, 0.1, 0.01));
  const SlicedRun run = slice_run(records, std::vector{stage(0, 10, false)}, 50);
  EXPECT_EQ(run.slice_count, 50U);
  const auto sums = slice_sums(run, [](std::size_t) { return 1.0; });
  for (const double sum : sums) EXPECT_NEAR(sum, 20, 1);
}

TEST(SliceRun, OfNothingHasNothingToCount) {
  EXPECT_TRUE(slice_run({}, {}, 10).records.empty());
  EXPECT_EQ(slice_run({}, std::vector{stage(0, 1, false)}, 10).slice_count, 1U);
}

}  // namespace
}  // namespace assay::load
