// Whether a run is believed: made-up records of runs of which the truth is known.
#include <gmock/gmock.h>

#include "load/analysis.h"

namespace assay::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A hundred a second for 10 s, each answered after 50 ms.
TargetRun sound_run() {
  TargetRun run;
  StageRun stage;
  stage.name = "1";
  stage.to = seconds(10);
  stage.rate_at_start = stage.rate_at_end = 100;
  run.stages = {stage};
  for (int i = 0; i < 1000; ++i) {
    RequestRecord record;
    record.due = record.sent = milliseconds(10 * i);
    record.first_content = record.due + milliseconds(20);
    record.last_content = record.ended = record.due + milliseconds(50);
    record.content_events = record.output_tokens = 10;
    run.records.push_back(record);
  }
  run.client.send = {1000, 0.05, 0.4, 0.9};
  run.client.has_kernel_stamps = true;
  run.in_flight_sampled = 5;
  return run;
}

void fail(RequestRecord& record, Failure failure) {
  record.failure = failure;
  record.first_content = record.last_content = kNever;
}

VerdictReason verdict_of(const TargetRun& run, LoadKind kind = LoadKind::Open,
                         double budget_ms = 1) {
  return judge_run(summarise(run.records, windows_of(run.stages), {}), run, kind, budget_ms);
}

TEST(Verdict, IsValidWhenNothingIsWrong) {
  EXPECT_EQ(verdict_of(sound_run()).verdict, Verdict::Valid);
  EXPECT_THAT(verdict_of(sound_run()).reasons, IsEmpty());
}

TEST(Verdict, IsServerFailedWhenMostRequestsAre) {
  TargetRun run = sound_run();
  for (std::size_t i = 0; i < 499; ++i) fail(run.records[2 * i], Failure::Http5xx);
  EXPECT_EQ(verdict_of(run).verdict, Verdict::Valid) << "just under half";
  for (std::size_t i = 499; i < 502 && 2 * i < 1000; ++i) {
    fail(run.records[2 * i], Failure::Http5xx);
  }
  fail(run.records[1], Failure::Http5xx);
  const VerdictReason verdict = verdict_of(run);
  EXPECT_EQ(verdict.verdict, Verdict::ServerFailed);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("of 1000 requests failed")));
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("`http_5xx`")));
}

TEST(Verdict, IsServerFailedWhenItStoppedAnsweringOrTheRunWasStopped) {
  TargetRun run = sound_run();
  for (std::size_t i = 980; i < 1000; ++i) fail(run.records[i], Failure::Connect);
  EXPECT_THAT(verdict_of(run).reasons, ElementsAre(HasSubstr("the last 20 requests")));
  TargetRun stopped = sound_run();
  stopped.stopped_early = "the server stopped answering";
  EXPECT_EQ(verdict_of(stopped).verdict, Verdict::ServerFailed);
  TargetRun empty = sound_run();
  empty.records.clear();
  EXPECT_EQ(verdict_of(empty).verdict, Verdict::ServerFailed);
}

TEST(Verdict, IsClientLimitedByItsOwnLatenessAsFarAsThatTouchesTheFigures) {
  TargetRun run = sound_run();
  run.client.send.ms_p99 = 3;
  EXPECT_EQ(verdict_of(run).verdict, Verdict::ClientLimited);
  EXPECT_EQ(verdict_of(run, LoadKind::Open, 5).verdict, Verdict::Valid) << "within its budget";
  EXPECT_EQ(verdict_of(run, LoadKind::Closed).verdict, Verdict::Valid) << "no schedule to miss";

  TargetRun blind = sound_run();
  blind.client.loop.ms_p99 = 3;
  EXPECT_EQ(verdict_of(blind).verdict, Verdict::Valid) << "the kernel stamped what came";
  blind.client.has_kernel_stamps = false;
  EXPECT_EQ(verdict_of(blind).verdict, Verdict::ClientLimited);

  TargetRun busy = sound_run();
  busy.client.cpu_share = 0.97;
  EXPECT_THAT(verdict_of(busy, LoadKind::Closed).reasons, ElementsAre(HasSubstr("97 %")));

  TargetRun crowded = sound_run();
  for (std::size_t i = 0; i < 5; ++i) fail(crowded.records[100 * i], Failure::ClientLimited);
  EXPECT_THAT(verdict_of(crowded).reasons, ElementsAre(HasSubstr("5 requests were never sent")));
}

TEST(Budget, IsAShareOfTheTimeToFirstTokenButNeverBelowAMillisecond) {
  const TargetRun run = sound_run();
  const Summary summary = summarise(run.records, windows_of(run.stages), {});
  EXPECT_DOUBLE_EQ(client_budget_ms(summary, 0), 1) << "5 % of 20 ms";
  EXPECT_DOUBLE_EQ(client_budget_ms(summary, 7), 7);
  TargetRun slow = sound_run();
  for (RequestRecord& record : slow.records) record.first_content = record.sent + milliseconds(400);
  EXPECT_DOUBLE_EQ(client_budget_ms(summarise(slow.records, windows_of(slow.stages), {}), 0), 20);
}

const CrossCheck& find(const std::vector<CrossCheck>& checks, std::string_view name) {
  return *std::find_if(checks.begin(), checks.end(),
                       [name](const CrossCheck& check) { return check.name == name; });
}

TEST(CrossChecks, HoldLittlesLawAgainstWhatWasSampled) {
  TargetRun run = sound_run();
  const Summary summary = summarise(run.records, windows_of(run.stages), {});
  const auto agreeing = cross_checks(summary, run);
  EXPECT_TRUE(find(agreeing, "in_flight").agrees);
  EXPECT_NEAR(find(agreeing, "in_flight").ours, 5, 0.05) << "100/s × 50 ms";
  run.in_flight_sampled = 7;
  const auto disagreeing = cross_checks(summary, run);
  EXPECT_FALSE(find(disagreeing, "in_flight").agrees);
  EXPECT_FALSE(find(disagreeing, "in_flight").note.empty());
}

TEST(CrossChecks, SayWhenEventsAreNotTokens) {
  TargetRun run = sound_run();
  Summary summary = summarise(run.records, windows_of(run.stages), {});
  EXPECT_TRUE(find(cross_checks(summary, run), "tokens_and_events").agrees);
  for (RequestRecord& record : run.records) record.content_events = 3;
  const auto checks = cross_checks(summary, run);
  EXPECT_FALSE(find(checks, "tokens_and_events").agrees);
  EXPECT_THAT(find(checks, "tokens_and_events").note, HasSubstr("several tokens each"));
}

TEST(Windows, AreTheStagesThatCountAndNeighboursAreOne) {
  std::vector<StageRun> stages(4);
  for (int i = 0; i < 4; ++i) {
    stages[static_cast<std::size_t>(i)].from = seconds(i);
    stages[static_cast<std::size_t>(i)].to = seconds(i + 1);
  }
  stages[0].is_warm_up = true;
  const auto windows = windows_of(stages);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].from, seconds(1));
  EXPECT_EQ(windows[0].to, seconds(4));
  stages[2].is_warm_up = true;
  EXPECT_EQ(windows_of(stages).size(), 2U);
}

}  // namespace
}  // namespace assay::load
