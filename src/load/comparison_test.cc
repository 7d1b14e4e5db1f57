#include "load/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "load/queue_test_support.h"

namespace assay::load {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRate = 20;

/// A run of one stage, with what it was asked.
struct LoadRun {
  std::vector<RequestRecord> records;
  std::vector<StageRun> stages;
  std::vector<Threshold> objectives;
  SentWork sent{7, "[load]", 0, true};

  ComparedRun compared() const { return {records, stages, objectives, sent}; }
};

/// Independent times: the first token after 100 ms and exponential 100 ms more, all × `slower`.
LoadRun independent_run(std::size_t count, double slower, std::uint64_t seed,
                        std::uint64_t schedule_seed = 1) {
  base::Random schedule(schedule_seed);
  base::Random random(seed);
  LoadRun run;
  for (const double due : poisson_times(kRate, count, schedule)) {
    run.records.push_back(answered(due, slower * (0.1 + 0.1 * exponential(random)),
                                   slower * (0.008 + 0.004 * random.unit())));
  }
  StageRun stage;
  stage.name = "1";
  stage.to = run.records.back().due + base::Nanoseconds(1);
  stage.rate_at_start = stage.rate_at_end = kRate;
  run.stages = {stage};
  run.sent.requests = count;
  run.sent.seed = schedule_seed;
  return run;
}

const ComparedFigure* find(const LoadComparison& comparison, const std::string& name) {
  const auto found = std::find_if(comparison.figures.begin(), comparison.figures.end(),
                                  [&](const ComparedFigure& one) { return one.name == name; });
  return found == comparison.figures.end() ? nullptr : &*found;
}

LoadComparison compare(const LoadRun& before, const LoadRun& after,
                       const ComparisonPlan& plan = {}) {
  return compare_runs(before.compared(), after.compared(), plan);
}

TEST(Comparison, OfARunWithItselfIsTheSame) {
  const LoadRun run = independent_run(3000, 1, 1);
  const LoadComparison comparison = compare(run, run);
  EXPECT_TRUE(comparison.is_paired) << comparison.not_paired_because;
  EXPECT_EQ(comparison.pairs, 3000U);
  EXPECT_EQ(comparison.overall, Change::Same);
  EXPECT_EQ(find(comparison, "ttft_ms_p95")->effect, 1);
  EXPECT_EQ(find(comparison, "ttft_ms_p99")->change, Change::Same);
}

TEST(Comparison, FindsAServerThatBecameSlower) {
  const LoadComparison comparison =
      compare(independent_run(2000, 1, 2), independent_run(2000, 1.25, 3));
  const ComparedFigure* itl = find(comparison, "itl_ms_p50");
  ASSERT_NE(itl, nullptr);
  EXPECT_NEAR(itl->effect, 1.25, 0.03);
  EXPECT_LT(itl->interval.low, 1.25);
  EXPECT_GT(itl->interval.high, 1.25);
  EXPECT_EQ(itl->change, Change::Worse);
  EXPECT_EQ(find(comparison, "error_rate")->change, Change::Same);
  EXPECT_EQ(comparison.overall, Change::Worse);
}

TEST(Comparison, SwappedRunsSwapTheWords) {
  const LoadRun fast = independent_run(1500, 1, 4);
  const LoadRun slow = independent_run(1500, 1.5, 5);
  const LoadComparison worse = compare(fast, slow);
  const LoadComparison better = compare(slow, fast);
  ASSERT_EQ(worse.figures.size(), better.figures.size());
  for (std::size_t i = 0; i < worse.figures.size(); ++i) {
    if (!worse.figures[i].is_ratio) continue;
    EXPECT_NEAR(worse.figures[i].effect * better.figures[i].effect, 1, 1e-9);
    if (worse.figures[i].change == Change::Worse) {
      EXPECT_EQ(better.figures[i].change, Change::Better) << worse.figures[i].name;
    }
  }
  EXPECT_EQ(find(better, "ttft_ms_p50")->change, Change::Better);
  EXPECT_EQ(find(worse, "ttft_ms_p50")->change, Change::Worse);
}

TEST(Comparison, ASureChangeWithinTheMarginIsTheSame) {
  const LoadRun before = independent_run(4000, 1, 6);
  const LoadRun after = independent_run(4000, 1.02, 6);
  const LoadComparison comparison = compare(before, after);
  EXPECT_GT(find(comparison, "itl_ms_p50")->interval.low, 1) << "pairs leave no doubt of it";
  EXPECT_EQ(find(comparison, "itl_ms_p50")->change, Change::Same);
  EXPECT_NE(comparison.overall, Change::Worse);
}

TEST(Comparison, PairsNeedTheSameOpenLoop) {
  const LoadRun before = independent_run(300, 1, 8);
  LoadRun other_seed = independent_run(300, 1, 9, 2);
  EXPECT_NE(compare(before, other_seed).not_paired_because.find("seeds differ: 1 and 2"),
            std::string::npos);
  EXPECT_EQ(compare(before, other_seed).pairs, 0U);
  LoadRun closed = before;
  closed.sent.is_open_loop = false;
  EXPECT_NE(compare(before, closed).not_paired_because.find("closed loop"), std::string::npos);
  LoadRun other = before;
  other.sent.scenario = "[other]";
  EXPECT_FALSE(compare(before, other).is_paired);
  LoadRun late = before;
  late.records[100].due += base::Nanoseconds(1);
  EXPECT_NE(compare(before, late).not_paired_because.find("request 101"), std::string::npos);
  LoadRun stopped = before;
  stopped.records.resize(200);
  EXPECT_NE(compare(before, stopped).not_paired_because.find("300"), std::string::npos);
}

TEST(Comparison, PairsTellMoreWhereTheRequestsMakeTheDifference) {
  // The same server behind the same arrivals: waits differ by service noise only.
  base::Random random(10);
  LoadRun before = independent_run(2000, 1, 11);
  LoadRun after = before;
  for (RequestRecord& record : after.records) {
    record.first_content += nanoseconds(0.002 * random.unit());
  }
  const stats::Interval paired = find(compare(before, after), "ttft_ms_p95")->interval;
  after.sent.scenario = "another";
  const stats::Interval apart = find(compare(before, after), "ttft_ms_p95")->interval;
  EXPECT_LT((paired.high - paired.low) * 3, apart.high - apart.low);
}

TEST(Comparison, LeavesOutWhatTheSampleCannotSupport) {
  const LoadComparison few = compare(independent_run(100, 1, 12), independent_run(100, 1, 13));
  EXPECT_NE(find(few, "ttft_ms_p50"), nullptr);
  EXPECT_EQ(find(few, "ttft_ms_p95"), nullptr);
  const LoadComparison some = compare(independent_run(500, 1, 12), independent_run(500, 1, 13));
  EXPECT_NE(find(some, "ttft_ms_p95"), nullptr);
  EXPECT_EQ(find(some, "ttft_ms_p99"), nullptr);
  EXPECT_EQ(find(some, "goodput"), nullptr) << "nothing was asked of requests";
}

TEST(Comparison, KeepsErrorRatesOpenThatNeverFailed) {
  const LoadComparison few = compare(independent_run(300, 1, 14), independent_run(300, 1, 15));
  const ComparedFigure* errors = find(few, "error_rate");
  EXPECT_EQ(errors->effect, 0);
  EXPECT_FALSE(errors->is_ratio);
  EXPECT_LT(errors->interval.low, -0.01);
  EXPECT_GT(errors->interval.high, 0.01);
  EXPECT_EQ(errors->change, Change::Inconclusive) << "300 requests cannot exclude 1 %";
  EXPECT_GT(find(few, "rate_achieved")->interval.high, 1.005);
}

TEST(Comparison, FailuresAreSlowerThanAnything) {
  const LoadRun before = independent_run(2000, 1, 16);
  LoadRun after = before;
  for (std::size_t i = 0; i < after.records.size(); i += 10) refuse(after.records[i]);
  const LoadComparison comparison = compare(before, after);
  const ComparedFigure* slow = find(comparison, "ttft_ms_p95");
  EXPECT_EQ(slow->after, kInfinity);
  EXPECT_EQ(slow->effect, kInfinity);
  EXPECT_EQ(slow->change, Change::Worse);
  EXPECT_EQ(find(comparison, "error_rate")->change, Change::Worse);
  EXPECT_NEAR(find(comparison, "error_rate")->effect, 0.1, 1e-9);
  EXPECT_EQ(find(comparison, "rate_achieved")->change, Change::Worse);
  const LoadComparison both = compare(after, after);
  EXPECT_EQ(find(both, "ttft_ms_p95")->effect, 1);
  EXPECT_EQ(find(both, "ttft_ms_p95")->change, Change::Inconclusive);
}

TEST(Comparison, OfAServerThatAnswersNothingIsWorse) {
  const LoadRun before = independent_run(500, 1, 17);
  LoadRun after = before;
  for (RequestRecord& record : after.records) refuse(record);
  const LoadComparison comparison = compare(before, after);
  EXPECT_EQ(find(comparison, "rate_achieved")->effect, 0);
  EXPECT_EQ(find(comparison, "rate_achieved")->change, Change::Worse);
  EXPECT_EQ(comparison.overall, Change::Worse);
  EXPECT_EQ(find(compare(after, after), "rate_achieved"), nullptr);
  EXPECT_EQ(compare(LoadRun{}, LoadRun{}).overall, Change::Inconclusive);
}

TEST(Comparison, CountsObjectivesAndLeavesWarmUpOut) {
  LoadRun before = independent_run(2000, 1, 18);
  before.objectives = {*parse_threshold("ttft_ms < 500")};
  LoadRun after = independent_run(2000, 1, 19);
  after.objectives = before.objectives;
  const LoadComparison comparison = compare(before, after);
  ASSERT_NE(find(comparison, "goodput"), nullptr);
  EXPECT_NEAR(find(comparison, "goodput")->before, kRate * (1 - std::exp(-4)), 1);
  StageRun warm_up = before.stages[0];
  warm_up.is_warm_up = true;
  warm_up.to = before.records[1000].due;
  for (LoadRun* run : {&before, &after}) {
    run->stages[0].from = warm_up.to;
    run->stages.insert(run->stages.begin(), warm_up);
  }
  EXPECT_EQ(compare(before, after).pairs, 1000U);
}

TEST(Comparison, IsTheSameForTheSameSeed) {
  const LoadRun before = independent_run(400, 1, 20);
  const LoadRun after = independent_run(400, 1, 21);
  const LoadComparison one = compare(before, after);
  const LoadComparison other = compare(before, after);
  for (std::size_t i = 0; i < one.figures.size(); ++i) {
    EXPECT_EQ(one.figures[i].interval.low, other.figures[i].interval.low);
  }
}

TEST(Comparison, RarelyCallsEqualServersUnequal) {
  int wrong = 0;
  constexpr int kRuns = 8;
  for (int run = 0; run < kRuns; ++run) {
    const auto seed = static_cast<std::uint64_t>(100 + 2 * run);
    const LoadComparison comparison =
        compare(independent_run(300, 1, seed), independent_run(300, 1, seed + 1));
    wrong += comparison.overall == Change::Worse || comparison.overall == Change::Better ? 1 : 0;
  }
  EXPECT_LE(wrong, 2);
}

}  // namespace
}  // namespace assay::load
