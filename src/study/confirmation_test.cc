#include "study/confirmation.h"

#include <gmock/gmock.h>

#include "study/sample_plan_test_support.h"

namespace assay::study {
namespace {

using base::Json;
using testing::ElementsAre;

Plan sample(int models = 1) {
  return plan_of({.matrix = "[baseline]\nmax_tokens = 9\n"
                            "[factors]\ntemperature = [0.7]\ntop_p = [0.5]\nmax_tokens = [5]\n",
                  .models = models})
      .value();
}

store::EventRow event_of(const Plan& plan, std::size_t cell,
                         const std::vector<std::size_t>& winners) {
  return {0, "combination", plan.models[plan.cells[cell].model].name,
          base::dump_json(combination_json(plan, plan.cells[cell], winners))};
}

TEST(Confirmation, TheCombinationMovesAllWinnersAtOnce) {
  const Plan plan = sample();
  const Cell cell = combination_cell(plan, {1, 2, 3}, "/home").value();
  EXPECT_EQ(cell.id, "a/combination:temperature=0.7+top_p=0.5+max_tokens=5");
  EXPECT_EQ(cell.kind, CellKind::Combination);
  EXPECT_EQ(cell.factor, nullptr);
  EXPECT_EQ(cell.moves.size(), 3U);
  EXPECT_TRUE(
      base::json_equal(cell.request, {{"temperature", 0.7}, {"top_p", 0.5}, {"max_tokens", 5}}));
}

TEST(Confirmation, ItsTrialsStandBehindAllThatIsPlanned) {
  Plan plan = sample();
  const std::vector<ScheduledTrial> planned = plan.schedule;
  const std::size_t index = append_cell(plan, combination_cell(plan, {1, 2}, "/home").value());
  EXPECT_EQ(index, 4U);
  ASSERT_EQ(plan.schedule.size(), planned.size() + 40 * 3);
  for (std::size_t i = 0; i < plan.schedule.size(); ++i) {
    if (i < planned.size()) {
      EXPECT_EQ(plan.schedule[i].seed, planned[i].seed);
    } else {
      EXPECT_EQ(plan.schedule[i].cell, index);
    }
  }
}

TEST(Confirmation, TheEventTellsWhatItIsMadeOf) {
  Plan plan = sample();
  const std::size_t index = append_cell(plan, combination_cell(plan, {1, 2}, "/home").value());
  const Json json = combination_json(plan, plan.cells[index], {1, 2});
  EXPECT_THAT(json["of"], ElementsAre("a/temperature=0.7", "a/top_p=0.5"));
  EXPECT_EQ(json["cell"]["id"], "a/combination:temperature=0.7+top_p=0.5");
  EXPECT_EQ(json["cell"]["kind"], "combination");
}

TEST(Confirmation, RecallingGivesTheSameCellsAndOrdinals) {
  Plan first = sample(2);
  const std::size_t b = append_cell(first, combination_cell(first, {5, 7}, "/home").value());
  std::vector<store::EventRow> events{event_of(first, b, {5, 7})};
  const std::size_t a = append_cell(first, combination_cell(first, {1, 2}, "/home").value());
  events.push_back({0, "look", "a", "{}"});
  events.push_back(event_of(first, a, {1, 2}));
  Plan resumed = sample(2);
  ASSERT_TRUE(recall_combinations(resumed, events, "/home").has_value());
  ASSERT_EQ(resumed.cells.size(), first.cells.size());
  for (std::size_t i = 0; i < first.cells.size(); ++i) {
    EXPECT_EQ(resumed.cells[i].id, first.cells[i].id);
    EXPECT_EQ(resumed.cells[i].model, first.cells[i].model);
    EXPECT_EQ(resumed.cells[i].request, first.cells[i].request);
  }
  ASSERT_EQ(resumed.schedule.size(), first.schedule.size());
  for (std::size_t i = 0; i < first.schedule.size(); ++i) {
    EXPECT_EQ(resumed.schedule[i].cell, first.schedule[i].cell);
    EXPECT_EQ(resumed.schedule[i].canary, first.schedule[i].canary);
    EXPECT_EQ(resumed.schedule[i].repeat, first.schedule[i].repeat);
    EXPECT_EQ(resumed.schedule[i].seed, first.schedule[i].seed);
  }
}

}  // namespace
}  // namespace assay::study
