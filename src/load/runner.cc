#include "load/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "endpoint/token_counter.h"
#include "host/file_limit.h"
#include "load/calibration.h"
#include "load/live_board.h"
#include "load/server_checks.h"
#include "load/server_watch.h"

namespace assay::load {
namespace {

constexpr base::Nanoseconds kLook = std::chrono::milliseconds(200);
constexpr base::Nanoseconds kStartsIn = std::chrono::milliseconds(20);
/// Descriptors besides those of connections: files, the loop, what the program already has.
constexpr std::uint64_t kDescriptorsBesides = 64;
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

base::Error interrupted() {
  return {base::ErrorKind::Interrupted, "interrupted", "what was measured until then is discarded",
          ""};
}

SendOutcome summary_of(const std::vector<std::unique_ptr<Sender>>& senders) {
  SendOutcome outcome;
  LagHistogram send;
  LagHistogram loop;
  LagHistogram read;
  double in_flight = 0;
  for (const auto& sender : senders) {
    const SenderWatch& watch = sender->watch();
    send.add(watch.send);
    loop.add(watch.loop);
    read.add(watch.read);
    outcome.client.cpu_share = std::max(outcome.client.cpu_share, watch.cpu_share);
    outcome.client.run_queue_share =
        std::max(outcome.client.run_queue_share, watch.run_queue_share);
    if (watch.in_flight_samples > 0) {
      in_flight +=
          static_cast<double>(watch.in_flight_sum) / static_cast<double>(watch.in_flight_samples);
      outcome.in_flight_sampled = in_flight;
    }
  }
  outcome.client.threads = static_cast<int>(senders.size());
  outcome.client.send = send.summary();
  outcome.client.loop = loop.summary();
  outcome.client.read = read.summary();
  outcome.client.has_kernel_stamps = read.samples() > 0;
  return outcome;
}

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

}  // namespace

void RecordsInMemory::take(std::vector<NumberedRecord> block) {
  const std::lock_guard lock(mutex_);
  requests_.insert(requests_.end(), block.begin(), block.end());
}

void RecordsInMemory::take(std::vector<EventRecord> block) {
  const std::lock_guard lock(mutex_);
  events_.insert(events_.end(), block.begin(), block.end());
}

std::vector<NumberedRecord> RecordsInMemory::numbered() const {
  std::vector<NumberedRecord> sorted = requests_;
  std::sort(sorted.begin(), sorted.end(),
            [](const NumberedRecord& a, const NumberedRecord& b) { return a.number < b.number; });
  return sorted;
}

std::vector<RequestRecord> RecordsInMemory::records() const {
  std::vector<RequestRecord> records;
  for (const NumberedRecord& one : numbered()) records.push_back(one.record);
  return records;
}

base::Result<SendOutcome> send_all(const base::Context& context, const SendPlan& plan,
                                   const std::string& target_name, RecordSink& records,
                                   const OnLive& on_live) {
  const auto connections = static_cast<std::uint64_t>(plan.client.connections);
  ASSAY_TRY_DONE(host::allow_open_files(connections + kDescriptorsBesides));
  StopSignal stop;
  std::atomic<std::uint32_t> next_number{0};
  std::vector<std::unique_ptr<Sender>> senders;
  for (int part = 0; part < plan.client.threads; ++part) {
    senders.push_back(std::make_unique<Sender>(plan, part, records, stop, next_number));
    ASSAY_TRY_DONE(senders.back()->open());
  }
  const base::MonotonicTime start = base::system_clock().now() + kStartsIn;
  std::atomic<int> running{plan.client.threads};
  std::vector<std::jthread> threads;
  for (const auto& sender : senders) {
    threads.emplace_back([&sender = *sender, &running, start] {
      sender.run(start);
      --running;
    });
  }
  LiveBoard board(target_name, plan.stages);
  while (running > 0) {
    base::system_clock().sleep_for(kLook);
    if (context.interrupt.requested()) stop.request("interrupted");
    for (const auto& sender : senders) board.take(sender->take_news());
    if (on_live) on_live(board.state(base::system_clock().now() - start));
  }
  threads.clear();
  if (context.interrupt.requested()) return interrupted();
  SendOutcome outcome = summary_of(senders);
  outcome.stopped_early = stop.reason();
  outcome.start = start;
  return outcome;
}

base::Result<TargetRun> run_target(const base::Context& context, const Scenario& scenario,
                                   const Target& target, const RunSettings& settings) {
  const OnStep step = settings.on_step ? settings.on_step : [](const std::string&) {};
  std::string key;
  if (!target.key_env.empty()) {
    const auto value = context.variable(target.key_env);
    if (!value) {
      return base::bad_input(fmt::format("the variable {} is not set", target.key_env),
                             "put the server's key into it", target.name);
    }
    key = *value;
  }
  std::vector<TraceRequest> trace;
  ASSAY_TRY(SendPlan plan, plan_sending(scenario, target, key, trace));
  ASSAY_TRY_DONE(make_requests(scenario, trace, step, plan));
  TargetRun run;
  run.stages = plan.stages;
  if (scenario.client.calibrates) {
    step("calibrating the client against the twin");
    ASSAY_TRY(run.calibration, calibrate(context, plan));
  }
  std::unique_ptr<RecordWriter> writer;
  RecordsInMemory in_memory;
  std::optional<RecordsOnDisk> on_disk;
  if (!settings.folder.empty()) {
    ASSAY_TRY(writer, RecordWriter::open(settings.folder));
    on_disk.emplace(*writer);
  }
  RecordSink& records = on_disk ? static_cast<RecordSink&>(*on_disk) : in_memory;
  ASSAY_TRY(std::optional<ServerWatch> watch, watch_server(plan, target));
  const base::MonotonicTime watched_since = base::system_clock().now();
  ASSAY_TRY(const SendOutcome outcome,
            send_all(context, plan, target.name, records, settings.on_live));
  Watched watched;
  if (watch) {
    watched = watch->stop();
    set_back(watched, outcome.start - watched_since);
  }
  run.client = outcome.client;
  run.in_flight_sampled = outcome.in_flight_sampled;
  run.stopped_early = outcome.stopped_early;
  if (writer) {
    ASSAY_TRY_DONE(writer->close());
    ASSAY_TRY(run.records, read_requests(settings.folder));
  } else {
    run.records = in_memory.records();
  }
  run.server = std::move(watched.series);
  if (watched.counts_all) run.server_checks = server_checks(watched.counts, run.records);
  return run;
}

}  // namespace assay::load
