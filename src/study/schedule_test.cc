#include "study/schedule.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <tuple>

#include "study/sample_plan_test_support.h"

namespace assay::study {
namespace {

using testing::ElementsAre;

/// Two models; of each the last cell is on a load of its own. Five looks at 8, 16, … 40.
Plan two_loads() {
  return with_load(
      plan_of({.matrix = "[factors]\ntemperature = [0.7]\ntop_p = [0.5]\n", .models = 2}).value(),
      {2, 5});
}

TEST(Schedule, LoadsAreNumberedAsTheyCome) {
  EXPECT_THAT(load_groups(two_loads()), ElementsAre(0, 0, 1, 2, 2, 3));
}

TEST(Schedule, HoldsEachTrialOnceInTheLookOfItsCanary) {
  const Plan plan = two_loads();
  ASSERT_THAT(plan.design.looks, ElementsAre(8, 16, 24, 32, 40));
  std::map<std::size_t, std::size_t> look_of_canary;
  for (std::size_t i = 0; i < plan.design.order.size(); ++i) {
    look_of_canary[plan.design.order[i]] = i / 8;
  }
  std::set<std::tuple<std::size_t, std::size_t, std::int64_t>> seen;
  for (const ScheduledTrial& trial : plan.schedule) {
    EXPECT_TRUE(seen.emplace(trial.cell, trial.canary, trial.repeat).second);
    EXPECT_EQ(trial.look, look_of_canary[trial.canary]);
  }
  EXPECT_EQ(seen.size(), 6U * 40U * 3U);
}

TEST(Schedule, OneModelAfterAnotherLookByLook) {
  const Plan plan = two_loads();
  std::pair<std::size_t, std::size_t> before{0, 0};
  for (const ScheduledTrial& trial : plan.schedule) {
    const std::pair<std::size_t, std::size_t> now{plan.cells[trial.cell].model, trial.look};
    EXPECT_LE(before, now);
    before = now;
  }
}

TEST(Schedule, ALookBeginsOnTheLoadThatIsUp) {
  const Plan plan = two_loads();
  const std::vector<std::size_t> groups = load_groups(plan);
  std::vector<std::size_t> loads;
  for (const ScheduledTrial& trial : plan.schedule) {
    if (loads.empty() || loads.back() != groups[trial.cell]) loads.push_back(groups[trial.cell]);
  }
  EXPECT_THAT(loads, ElementsAre(0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3))
      << "six loads a model for five looks of two, not ten";
}

TEST(Schedule, RepeatsFollowEachOtherInsideALoad) {
  const Plan plan = two_loads();
  const std::size_t block = 2 * 8;  // Cells of the first load, canaries of the first look.
  for (std::size_t i = 0; i < 3 * block; ++i) {
    EXPECT_EQ(plan.schedule[i].repeat, static_cast<std::int64_t>(i / block));
  }
  for (std::size_t i = 0; i < 3 * block; i += 2) {
    EXPECT_EQ(plan.schedule[i].canary, plan.schedule[i + 1].canary)
        << "cells of a canary are asked together";
  }
}

TEST(Schedule, SeedsAreCommonToAllCells) {
  const Plan plan = two_loads();
  std::map<std::pair<std::size_t, std::int64_t>, std::set<std::int64_t>> seeds;
  std::set<std::int64_t> all;
  for (const ScheduledTrial& trial : plan.schedule) {
    seeds[{trial.canary, trial.repeat}].insert(trial.seed);
    all.insert(trial.seed);
  }
  for (const auto& [place, values] : seeds) EXPECT_EQ(values.size(), 1U);
  EXPECT_EQ(all.size(), 40U * 3U);
  EXPECT_GE(*all.begin(), 0);
  EXPECT_LT(*all.rbegin(), std::int64_t{1} << 31);
}

TEST(Schedule, OneCellsTrialsPairWithTheOthers) {
  const Plan plan = two_loads();
  std::map<std::pair<std::size_t, std::int64_t>, std::pair<std::int64_t, std::size_t>> planned;
  for (const ScheduledTrial& trial : plan.schedule) {
    planned[{trial.canary, trial.repeat}] = {trial.seed, trial.look};
  }
  const std::vector<ScheduledTrial> own = schedule_of_cell(plan, 1);
  EXPECT_EQ(own.size(), 40U * 3U);
  for (const ScheduledTrial& trial : own) {
    EXPECT_EQ(trial.cell, 1U);
    const std::pair<std::int64_t, std::size_t> place{trial.seed, trial.look};
    EXPECT_EQ((planned[{trial.canary, trial.repeat}]), place);
  }
}

}  // namespace
}  // namespace assay::study
