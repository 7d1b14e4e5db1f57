#include "load/breakpoint_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "load/breakpoint_step.h"
#include "load/duration.h"
#include "load/judged_request.h"

namespace assay::load {
namespace {

constexpr base::Nanoseconds kRestLeast = std::chrono::milliseconds(500);
constexpr int kProbesMost = 20;

StageRun stage_of(std::string name, base::Nanoseconds from, base::Nanoseconds to, double rate) {
  StageRun stage;
  stage.name = std::move(name);
  stage.from = from;
  stage.to = to;
  stage.rate_at_start = stage.rate_at_end = rate;
  return stage;
}

/// Lags of the worst step; counts of all.
void add(ClientUse& all, const ClientUse& step) {
  const auto worse = [](Lag& kept, const Lag& other) {
    const std::size_t samples = kept.samples + other.samples;
    if (other.ms_p99 > kept.ms_p99) kept = other;
    kept.samples = samples;
  };
  worse(all.send, step.send);
  worse(all.loop, step.loop);
  worse(all.read, step.read);
  all.threads = step.threads;
  all.cpu_share = std::max(all.cpu_share, step.cpu_share);
  all.run_queue_share = std::max(all.run_queue_share, step.run_queue_share);
  all.has_kernel_stamps = all.has_kernel_stamps || step.has_kernel_stamps;
}

/// One search under way.
class Search {
 public:
  Search(const base::Context& context, const Scenario& scenario, const SendPlan& plan,
         const std::string& target_name, RecordSink& records, const OnLive& on_live)
      : context_(context),
        scenario_(scenario),
        plan_(plan),
        target_name_(target_name),
        records_(records),
        on_live_(on_live),
        search_(*scenario.breakpoint) {}

  base::Result<BreakpointRun> run() {
    while (const auto rate = search_.next_rate()) {
      ASSAY_TRY_DONE(step(*rate));
      if (run_.outcome.was_interrupted || !run_.outcome.stopped_early.empty()) break;
      ASSAY_TRY_DONE(come_to_rest());
    }
    run_.result = search_.result();
    return std::move(run_);
  }

 private:
  base::Status step(double rate);
  base::Status come_to_rest();

  const base::Context& context_;
  const Scenario& scenario_;
  SendPlan plan_;  ///< Its arrivals and stages are those of the present step.
  const std::string& target_name_;
  RecordSink& records_;
  const OnLive& on_live_;
  BreakpointSearch search_;
  BreakpointRun run_;
  std::uint32_t next_number_ = 0;
  std::uint64_t steps_ = 0;
};

base::Status Search::step(double rate) {
  const BreakpointPlan asked = plan_of_step(*scenario_.breakpoint, rate);
  ASSAY_TRY(plan_.arrivals, schedule_arrivals(Profile({{asked.step_s_max, rate, rate, false, ""}}),
                                              scenario_.arrivals, scenario_.seed + steps_));
  ++steps_;
  plan_.stages = {stage_of(fmt::format("{:.4g}/s", rate), base::Nanoseconds(0),
                           nanoseconds(asked.step_s_max), rate)};
  if (run_.stages.empty()) run_.outcome.start = base::system_clock().now();
  const base::Nanoseconds offset =
      run_.stages.empty() ? base::Nanoseconds(0) : base::system_clock().now() - run_.outcome.start;
  BreakpointStepWatch watch(StepTest(rate, asked), plan_.arrivals, scenario_.objectives, records_,
                            offset, next_number_);
  SendHooks hooks;
  hooks.is_over = [&](base::Nanoseconds elapsed) { return watch.look(elapsed); };
  hooks.on_live = [&](const LiveState& state) {
    if (!on_live_) return;
    LiveState shown = state;
    shown.stage = fmt::format("step {}: {:.4g}/s", steps_, rate);
    on_live_(shown);
  };
  ASSAY_TRY(const SendOutcome outcome, send_all(context_, plan_, target_name_, watch, hooks));
  watch.look(outcome.sent_for);
  if (run_.stages.empty()) {
    run_.outcome = outcome;
    run_.outcome.client = {};
    run_.outcome.in_flight_sampled = -1;  // Of one step; no account of the whole search.
  } else if (offset > run_.stages.back().to) {
    run_.stages.push_back(stage_of("rest", run_.stages.back().to, offset, 0));
    run_.stages.back().is_warm_up = true;
  }
  add(run_.outcome.client, outcome.client);
  run_.outcome.was_interrupted = outcome.was_interrupted;
  run_.outcome.stopped_early = outcome.stopped_early;
  run_.outcome.sent_for = offset + outcome.sent_for;
  run_.stages.push_back(
      stage_of(plan_.stages.front().name, offset, offset + outcome.sent_for, rate));
  next_number_ += static_cast<std::uint32_t>(plan_.arrivals.size());
  if (!outcome.was_interrupted) search_.take(watch.finish(outcome.sent_for));
  return base::Done{};
}

/// Single requests until one meets its objectives again: what the last step left in the server's
/// queue must not count against the next rate.
base::Status Search::come_to_rest() {
  context_.clock.sleep_for(kRestLeast);
  for (int probe = 0; probe < kProbesMost && !context_.interrupt.requested(); ++probe) {
    plan_.arrivals = {{base::Nanoseconds(0), 0}};
    plan_.stages = {stage_of("rest", base::Nanoseconds(0), base::Nanoseconds(1), 0)};
    RecordsInMemory records;
    ASSAY_TRY(const SendOutcome outcome, send_all(context_, plan_, target_name_, records, {}));
    if (outcome.was_interrupted) break;
    const auto answered = records.records();
    if (!answered.empty() && meets_all(answered.front(), scenario_.objectives)) break;
    context_.clock.sleep_for(kRestLeast);
  }
  return base::Done{};
}

}  // namespace

base::Result<BreakpointRun> run_breakpoint(const base::Context& context, const Scenario& scenario,
                                           const SendPlan& plan, const std::string& target_name,
                                           RecordSink& records, const OnLive& on_live) {
  return Search(context, scenario, plan, target_name, records, on_live).run();
}

}  // namespace assay::load
