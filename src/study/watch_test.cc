#include "study/watch.h"

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "study/confirmation.h"
#include "study/sample_plan_test_support.h"

namespace assay::study {
namespace {

using stats::Stop;
using stats::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;

/// Cells a/baseline, a/temperature=0.7, a/temperature=1.5, a/top_p=0.5.
constexpr std::size_t kMild = 1;
constexpr std::size_t kHot = 2;
constexpr std::size_t kNarrow = 3;

Plan sample(const std::string& study = "") {
  return plan_of({.matrix = "[factors]\ntemperature = [0.7, 1.5]\ntop_p = [0.5]\n",
                  .study = study + "looks = 4\n"})
      .value();
}

/// Wide enough that forty equal scores are equivalent.
constexpr const char* kWideMargin = "margin = 0.3\n";

/// What each cell scores on a canary, and how long it takes for it.
using Score = std::function<store::TrialRow(std::size_t cell, std::size_t canary)>;

/// Plays the plan's looks from `from` to before `end`, as the runner does.
void play(const Plan& plan, Watch& watch, const Score& score, std::size_t from, std::size_t end) {
  for (std::size_t look = from; look < end; ++look) {
    for (std::size_t i = 0; i < plan.schedule.size(); ++i) {
      const ScheduledTrial& trial = plan.schedule[i];
      if (trial.look != look || !watch.is_active(trial.cell)) continue;
      watch.add(static_cast<std::int64_t>(i), score(trial.cell, trial.canary));
    }
    watch.look(0);
  }
}

store::TrialRow hot_is_wrong(std::size_t cell, std::size_t canary) {
  return scored(cell == kHot || (cell != 0 && canary % 4 == 0) ? 0 : canary % 3 == 0 ? 0 : 1);
}

TEST(Watch, StopsWhatTheMatrixsJudgementStops) {
  const Plan plan = sample();
  Watch watch(plan);
  Evidence evidence(plan.cells.size(), plan.canaries.size(), plan.spec.repeats);
  std::map<std::size_t, std::size_t> position;
  for (std::size_t i = 0; i < plan.design.order.size(); ++i) position[plan.design.order[i]] = i;
  std::size_t stopped_at = plan.design.looks.size();
  for (std::size_t look = 0; look < plan.design.looks.size(); ++look) {
    for (std::size_t i = 0; i < plan.schedule.size(); ++i) {
      const ScheduledTrial& trial = plan.schedule[i];
      if (trial.look != look || !watch.is_active(trial.cell)) continue;
      const store::TrialRow row = hot_is_wrong(trial.cell, trial.canary);
      watch.add(static_cast<std::int64_t>(i), row);
      evidence.add(trial.cell, position[trial.canary], row);
    }
    const std::vector<CellLook> looks = watch.look(0);
    const std::vector<stats::CellStream> streams{
        evidence.stream(kMild, 0), evidence.stream(kHot, 0), evidence.stream(kNarrow, 0)};
    const auto judged = stats::judge_matrix(matrix_design(plan.design, plan.spec.margin), streams);
    ASSERT_EQ(looks.size(), 3U);
    for (std::size_t i = 0; i < judged.size(); ++i) {
      EXPECT_EQ(looks[i].cell, i + 1);
      EXPECT_EQ(looks[i].judgement.stop, judged[i].stop);
      EXPECT_EQ(looks[i].judgement.judgement.verdict, judged[i].judgement.verdict);
      EXPECT_EQ(watch.is_active(i + 1), judged[i].stop == Stop::No);
    }
    if (!watch.is_active(kHot)) stopped_at = std::min(stopped_at, look);
  }
  EXPECT_LT(stopped_at + 1, plan.design.looks.size()) << "the test's own data are too mild";
  EXPECT_TRUE(watch.is_active(0)) << "a baseline is never stopped";
}

TEST(Watch, TheSameTrialsGiveTheSameAnswersInWhateverStepsTheyCome) {
  const Plan plan = sample();
  Watch live(plan);
  std::map<std::int64_t, store::TrialRow> journal;
  for (std::size_t look = 0; look < plan.design.looks.size(); ++look) {
    for (std::size_t i = 0; i < plan.schedule.size(); ++i) {
      const ScheduledTrial& trial = plan.schedule[i];
      if (trial.look != look || !live.is_active(trial.cell)) continue;
      const auto ordinal = static_cast<std::int64_t>(i);
      journal[ordinal] = hot_is_wrong(trial.cell, trial.canary);
      live.add(ordinal, journal[ordinal]);
    }
    live.look(0);
  }
  Watch resumed(plan);
  for (const auto& [ordinal, row] : journal) resumed.add(ordinal, row);
  const auto again = resumed.look(0);
  const auto then = live.look(0);
  ASSERT_EQ(again.size(), then.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].judgement.looks_taken, then[i].judgement.looks_taken);
    EXPECT_EQ(again[i].judgement.judgement.verdict, then[i].judgement.judgement.verdict);
    EXPECT_EQ(again[i].judgement.difference.delta, then[i].judgement.difference.delta);
    EXPECT_EQ(resumed.is_active(again[i].cell), live.is_active(again[i].cell));
  }
}

TEST(Watch, AVoidCellIsNeitherJudgedNorActiveAndDelaysNoLook) {
  const Plan plan = sample();
  Watch watch(plan);
  watch.set_void(kHot);
  play(plan, watch, hot_is_wrong, 0, 1);
  const auto looks = watch.look(0);
  ASSERT_EQ(looks.size(), 2U);
  EXPECT_EQ(looks[0].cell, kMild);
  EXPECT_EQ(looks[1].cell, kNarrow);
  EXPECT_EQ(looks[0].judgement.looks_taken, 1U);
  EXPECT_FALSE(watch.is_active(kHot));
  watch.set_void(kMild);
  EXPECT_EQ(watch.look(0).size(), 1U);
}

TEST(Watch, WithoutVerdictsNothingIsJudged) {
  const Plan plan =
      plan_of({.matrix = "[factors]\ntop_p = [0.5]\n", .study = "repeats = 1\n"}).value();
  Watch watch(plan);
  play(plan, watch, hot_is_wrong, 0, 1);
  EXPECT_THAT(watch.look(0), IsEmpty());
  EXPECT_THAT(watch.winners(0), IsEmpty());
}

TEST(Watch, TheBestLevelOfEachFactorWins) {
  const Plan plan = sample();
  Watch watch(plan);
  const auto score = [](std::size_t cell, std::size_t canary) {
    if (cell == 0) return scored(0);
    return scored(cell == kMild && canary % 4 == 0 ? 0 : 1);
  };
  play(plan, watch, score, 0, plan.design.looks.size());
  EXPECT_THAT(watch.winners(0), ElementsAre(kHot, kNarrow));
}

TEST(Watch, AnEquivalentLevelWinsByItsTimeAndKeepsItHoweverItIsConfirmed) {
  const Plan plan = sample(kWideMargin);
  Watch watch(plan);
  const auto score = [](std::size_t cell, std::size_t) {
    return scored(1, cell == kMild ? 50 : 100);
  };
  play(plan, watch, score, 0, plan.design.looks.size());
  EXPECT_FALSE(watch.is_active(kMild)) << "the test needs a cell that was stopped";
  EXPECT_THAT(watch.winners(0), ElementsAre(kMild));
  for (std::size_t i = 0; i < plan.schedule.size(); ++i) {
    if (plan.schedule[i].cell != kMild || plan.schedule[i].look == 0) continue;
    watch.add(static_cast<std::int64_t>(i), scored(1, 500));
  }
  watch.look(0);
  EXPECT_THAT(watch.winners(0), ElementsAre(kMild));
}

TEST(Watch, CellsOfOneGuestShareItsPeak) {
  const Plan plan = with_load(sample(kWideMargin), {kHot, kNarrow});
  const auto same = [](std::size_t, std::size_t) { return scored(1); };
  const auto winners = [&](const std::map<std::size_t, std::int64_t>& peaks) {
    Watch watch(plan);
    play(plan, watch, same, 0, plan.design.looks.size());
    for (const auto& [cell, bytes] : peaks) watch.set_peak(cell, bytes);
    return watch.winners(0);
  };
  EXPECT_THAT(winners({}), IsEmpty());
  // Told for the cell that loaded it; the others on the load are as light.
  EXPECT_THAT(winners({{kMild, 1000}, {kHot, 500}}), ElementsAre(kHot, kNarrow));
  EXPECT_THAT(winners({{0, 1000}, {kNarrow, 950}}), IsEmpty());
  Watch watch(plan);
  play(plan, watch, same, 0, plan.design.looks.size());
  watch.set_peak(0, 1000);
  watch.set_peak(kHot, 990);
  watch.set_peak(kHot, 500);
  EXPECT_THAT(watch.winners(0), IsEmpty()) << "a peak is the most of all loads";
}

TEST(Watch, ACombinationIsRunAndNotJudged) {
  Plan plan = sample();
  Watch watch(plan);
  const auto right = [](std::size_t cell, std::size_t) { return scored(cell == 0 ? 0 : 1); };
  play(plan, watch, right, 0, plan.design.looks.size());
  const std::size_t before = plan.schedule.size();
  const std::size_t cell =
      append_cell(plan, combination_cell(plan, {kHot, kNarrow}, "/home").value());
  for (std::size_t i = before; i < plan.schedule.size(); ++i) {
    watch.add(static_cast<std::int64_t>(i), scored(0));
  }
  EXPECT_EQ(watch.look(0).size(), 3U);
  EXPECT_TRUE(watch.is_active(cell));
}

}  // namespace
}  // namespace assay::study
