#include "load/runner.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "host/file_limit.h"
#include "load/live_board.h"

namespace assay::load {
namespace {

constexpr base::Nanoseconds kLook = std::chrono::milliseconds(200);
constexpr base::Nanoseconds kStartsIn = std::chrono::milliseconds(20);
/// Descriptors besides those of connections: files, the loop, what the program already has.
constexpr std::uint64_t kDescriptorsBesides = 64;

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
                                   const SendHooks& hooks) {
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
  bool is_over = false;
  while (running > 0) {
    base::system_clock().sleep_for(kLook);
    const base::Nanoseconds elapsed = base::system_clock().now() - start;
    if (context.interrupt.requested()) stop.request("interrupted");
    if (hooks.is_over && !stop.requested() && hooks.is_over(elapsed)) {
      is_over = true;
      stop.request("nothing more to be learnt");
    }
    for (const auto& sender : senders) board.take(sender->take_news());
    if (hooks.on_live) hooks.on_live(board.state(elapsed));
  }
  const base::Nanoseconds lasted = base::system_clock().now() - start;
  threads.clear();
  SendOutcome outcome = summary_of(senders);
  outcome.was_interrupted = context.interrupt.requested();
  if (!is_over) outcome.stopped_early = stop.reason();
  outcome.start = start;
  outcome.sent_for = stop.requested() ? std::min(lasted, plan.ends()) : plan.ends();
  return outcome;
}

}  // namespace assay::load
