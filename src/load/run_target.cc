// A run against one endpoint from its plan to its records.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "endpoint/token_counter.h"
#include "load/breakpoint_run.h"
#include "load/calibration.h"
#include "load/runner.h"
#include "load/server_checks.h"
#include "load/server_watch.h"

namespace assay::load {
namespace {

constexpr std::size_t kPromptsPerStep = 500;

/// Passes blocks on to the disk.
class RecordsOnDisk final : public RecordSink {
 public:
  explicit RecordsOnDisk(RecordWriter& writer) : writer_(writer) {}
  void take(std::vector<NumberedRecord> block) override { writer_.append(std::move(block)); }
  void take(std::vector<EventRecord> block) override { writer_.append(std::move(block)); }

 private:
  RecordWriter& writer_;
};

/// As many requests as are known before the run; 0 in a closed loop.
std::size_t planned_requests(const SendPlan& plan, const Scenario& scenario) {
  if (!scenario.breakpoint) return plan.arrivals.size();
  return static_cast<std::size_t>(kDistinctMost);
}

base::Status make_requests(const Scenario& scenario, std::span<const TraceRequest> trace,
                           const OnStep& on_step, SendPlan& plan) {
  std::optional<endpoint::TokenCounter> counter;
  const CountTokens count_tokens = [&](const std::string& text) -> base::Result<std::int64_t> {
    if (!counter) {
      ASSAY_TRY(counter, endpoint::TokenCounter::open(plan.address));
    }
    return (*counter)(text);
  };
  const OnPrompt on_prompt = [&](std::size_t made) {
    if (on_step && made % kPromptsPerStep == 0) {
      on_step(fmt::format("{} prompts made", made));
    }
  };
  ASSAY_TRY(auto conversations,
            make_conversations(scenario, trace, planned_requests(plan, scenario), count_tokens,
                               on_prompt));
  set_conversations(plan, std::move(conversations));
  return base::Done{};
}

/// None where the target says that nothing is to be asked.
base::Result<std::optional<ServerWatch>> watch_server(const SendPlan& plan, const Target& target) {
  if (target.metrics == "off") return std::optional<ServerWatch>();
  WatchPlan watch;
  watch.url = plan.address.base_url;
  if (target.metrics != "auto") watch.metrics_url = target.metrics;
  watch.key = plan.address.key;
  ASSAY_TRY(ServerWatch started, ServerWatch::start(watch));
  return std::optional<ServerWatch>(std::move(started));
}

base::Result<std::string> key_of(const base::Context& context, const Target& target) {
  if (target.key_env.empty()) return std::string();
  const auto value = context.variable(target.key_env);
  if (value) return *value;
  return base::bad_input(fmt::format("the variable {} is not set", target.key_env),
                         "put the server's key into it", target.name);
}

/// Where records go, and how they come back.
class Keeping {
 public:
  static base::Result<Keeping> open(const std::filesystem::path& folder) {
    Keeping keeping;
    keeping.folder_ = folder;
    if (folder.empty()) {
      keeping.in_memory_ = std::make_unique<RecordsInMemory>();
      return keeping;
    }
    ASSAY_TRY(keeping.writer_, RecordWriter::open(folder));
    keeping.on_disk_ = std::make_unique<RecordsOnDisk>(*keeping.writer_);
    return keeping;
  }

  RecordSink& sink() {
    return on_disk_ ? static_cast<RecordSink&>(*on_disk_) : static_cast<RecordSink&>(*in_memory_);
  }

  base::Result<std::vector<RequestRecord>> close() {
    if (!writer_) return in_memory_->records();
    ASSAY_TRY_DONE(writer_->close());
    return read_requests(folder_);
  }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<RecordWriter> writer_;
  std::unique_ptr<RecordsOnDisk> on_disk_;
  std::unique_ptr<RecordsInMemory> in_memory_;
};

/// Of a run that was stopped: what was to come never began.
void end_stages(std::vector<StageRun>& stages, base::Nanoseconds end) {
  std::erase_if(stages, [end](const StageRun& stage) { return stage.from >= end; });
  if (!stages.empty()) stages.back().to = std::min(stages.back().to, end);
}

}  // namespace

base::Result<RunOutcome> run_target(const base::Context& context, const Scenario& scenario,
                                    const Target& target, const RunSettings& settings) {
  const OnStep step = settings.on_step ? settings.on_step : [](const std::string&) {};
  ASSAY_TRY(const std::string key, key_of(context, target));
  std::vector<TraceRequest> trace;
  ASSAY_TRY(SendPlan plan, plan_sending(scenario, target, key, trace));
  ASSAY_TRY_DONE(make_requests(scenario, trace, step, plan));
  RunOutcome made;
  TargetRun& run = made.run;
  if (scenario.client.calibrates) {
    step("calibrating the client against the twin");
    const double rate = scenario.breakpoint ? scenario.breakpoint->rate_max : peak_rate(plan);
    ASSAY_TRY(run.calibration, calibrate(context, plan, rate));
  }
  ASSAY_TRY(Keeping keeping, Keeping::open(settings.folder));
  ASSAY_TRY(std::optional<ServerWatch> watch, watch_server(plan, target));
  const base::MonotonicTime watched_since = base::system_clock().now();
  SendOutcome outcome;
  std::optional<ServerCounts> counts;
  if (scenario.breakpoint) {
    ASSAY_TRY(BreakpointRun search, run_breakpoint(context, scenario, plan, target.name,
                                                   keeping.sink(), settings.on_live));
    made.breakpoint = std::move(search.result);
    run.stages = std::move(search.stages);
    outcome = std::move(search.outcome);
  } else {
    ASSAY_TRY(outcome,
              send_all(context, plan, target.name, keeping.sink(), {settings.on_live, {}}));
    run.stages = plan.stages;
    end_stages(run.stages, outcome.sent_for);
  }
  if (watch) {
    Watched watched = watch->stop();
    set_back(watched, outcome.start - watched_since);
    run.server = std::move(watched.series);
    // Where requests were given up under way, the server counts what nobody heard of.
    const bool all_ended = !scenario.breakpoint && !outcome.was_interrupted;
    if (watched.counts_all && all_ended) counts = watched.counts;
  }
  ASSAY_TRY(run.records, keeping.close());
  if (counts) run.server_checks = server_checks(*counts, run.records);
  run.client = outcome.client;
  run.in_flight_sampled = outcome.in_flight_sampled;
  run.stopped_early = outcome.was_interrupted ? "" : outcome.stopped_early;
  run.was_interrupted = outcome.was_interrupted;
  return made;
}

}  // namespace assay::load
