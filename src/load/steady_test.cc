#include "load/steady.h"

#include <gtest/gtest.h>

#include <vector>

#include "load/queue_test_support.h"

namespace assay::load {
namespace {

/// Ten requests a second from 5 s on; `first_s` of each by its number.
template <typename First>
std::vector<RequestRecord> run_of(std::size_t count, const First& first_s) {
  std::vector<RequestRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(answered(5 + 0.1 * static_cast<double>(i), first_s(i), 0.01));
  }
  return records;
}

StageRun stage(double from_s, double to_s) {
  StageRun run;
  run.from = nanoseconds(from_s);
  run.to = nanoseconds(to_s);
  return run;
}

TEST(SteadyFrom, IsWhereTheStartIsOver) {
  base::Random random(1);
  const auto records =
      run_of(400, [&](std::size_t i) { return (i < 50 ? 2.0 : 0.5) + 0.1 * random.unit(); });
  const SteadyFrom from = steady_from(records, stage(5, 45));
  EXPECT_TRUE(from.was_reached);
  EXPECT_NEAR(from.seconds, 5, 0.6) << "since the start of the stage";
}

TEST(SteadyFrom, IsNotReachedByAQueueThatGrows) {
  const auto records =
      run_of(400, [](std::size_t i) { return 0.1 + 0.01 * static_cast<double>(i); });
  EXPECT_FALSE(steady_from(records, stage(5, 45)).was_reached);
}

TEST(SteadyFrom, CountsFailuresAsTheLongest) {
  base::Random random(2);
  auto records = run_of(400, [&](std::size_t) { return 0.5 + 0.1 * random.unit(); });
  records[0].ended = records[0].due + nanoseconds(3);
  for (std::size_t i = 1; i < 60; ++i) refuse(records[i]);
  for (std::size_t i = 1; i < 60; ++i) records[i].ended = records[i].due + nanoseconds(0.01);
  const SteadyFrom from = steady_from(records, stage(5, 45));
  EXPECT_TRUE(from.was_reached);
  EXPECT_NEAR(from.seconds, 6, 0.6) << "quick refusals are no quick answers";
}

TEST(SteadyFrom, LooksAtItsOwnStageOnly) {
  const auto records = run_of(400, [](std::size_t i) { return i < 200 ? 3.0 : 0.5; });
  const SteadyFrom later = steady_from(records, stage(25, 45));
  EXPECT_TRUE(later.was_reached);
  EXPECT_EQ(later.seconds, 0);
  EXPECT_EQ(steady_from(records, stage(100, 200)).seconds, 0);
}

}  // namespace
}  // namespace assay::load
