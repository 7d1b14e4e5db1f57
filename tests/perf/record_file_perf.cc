// What it costs to keep the events of a load test: rows encoded per second of the writer's CPU, the
// share of a core that the client's best rate takes, and bytes an event; then how fast they are
// read. The streams are interleaved; a "batch" server answers all of them in each of its steps, as
// continuous batching does, a "free" one each stream in its own time.
//
//   record_file_perf [FOLDER] [EVENTS] [STREAMS] [EVENTS_PER_S]
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "load/record_file.h"

namespace {

using namespace assay;
using load::EventRecord;

/// The rate that the client reaches on one core of its own (docs/internals/load-client.md), rounded
/// up.
constexpr double kEventsPerSecondMost = 1.5e6;
constexpr std::size_t kBlockEvents = 4096;
constexpr std::uint64_t kEventsOfReply = 200;

struct Settings {
  std::filesystem::path folder;
  std::size_t events = 10'000'000;
  std::uint32_t streams = 500;
  double events_per_s = 20'000;
};

class Traffic {
 public:
  Traffic(const Settings& settings, bool is_batched)
      : settings_(settings), is_batched_(is_batched), left_(settings.streams) {
    for (std::uint32_t stream = 0; stream < settings.streams; ++stream) {
      requests_.push_back(next_request_++);
      left_[stream] = 1 + random_.below(kEventsOfReply);
      next_.push({gap_ns(), stream});
    }
  }

  std::vector<EventRecord> block() {
    std::vector<EventRecord> events;
    events.reserve(kBlockEvents);
    while (events.size() < kBlockEvents) {
      const auto [at_ns, stream] = next_.top();
      next_.pop();
      // Read some 10 to 100 us later; a token is some one to eight bytes.
      const auto delay_ns = static_cast<std::int64_t>(10'000 + random_.below(90'000));
      const auto bytes = static_cast<std::uint32_t>(1 + random_.below(8));
      const std::int64_t arrived_ns = arrival_ns(at_ns);
      events.push_back({arrived_ns, arrived_ns + delay_ns, requests_[stream], bytes});
      if (--left_[stream] == 0) {
        left_[stream] = kEventsOfReply;
        requests_[stream] = next_request_++;
      }
      next_.push({at_ns + gap_ns(), stream});
    }
    return events;
  }

 private:
  using Next = std::pair<std::int64_t, std::uint32_t>;  ///< When, and of which stream.

  double mean_gap_ns() const { return settings_.streams / settings_.events_per_s * 1e9; }

  std::int64_t gap_ns() {
    if (is_batched_) return static_cast<std::int64_t>(mean_gap_ns());
    return static_cast<std::int64_t>(-std::log(1 - random_.unit()) * mean_gap_ns());
  }

  /// A server writes the events of one step one after the other, some 4 us apart.
  std::int64_t arrival_ns(std::int64_t at_ns) {
    if (!is_batched_) return at_ns;
    last_ns_ = std::max(at_ns, last_ns_) + static_cast<std::int64_t>(3000 + random_.below(2000));
    return last_ns_;
  }

  Settings settings_;
  bool is_batched_;
  base::Random random_{1};
  std::uint32_t next_request_ = 0;
  std::int64_t last_ns_ = 0;
  std::vector<std::uint32_t> requests_;
  std::vector<std::uint64_t> left_;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next_;
};

double cpu_seconds(int whose) {
  rusage used{};
  ::getrusage(whose, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Of one kind of server; the CPU time of the writer's thread is the process's less the caller's.
base::Status measure(const Settings& settings, bool is_batched) {
  Traffic traffic(settings, is_batched);
  ASSAY_TRY(auto writer, load::RecordWriter::open(settings.folder));
  double append_s = 0;
  double encode_s = 0;
  std::size_t events = 0;
  while (events < settings.events) {
    std::vector<std::vector<EventRecord>> blocks;
    for (int i = 0; i < 64; ++i) blocks.push_back(traffic.block());
    const double before_all = cpu_seconds(RUSAGE_SELF);
    const double before_own = cpu_seconds(RUSAGE_THREAD);
    const base::MonotonicTime before = base::system_clock().now();
    for (auto& block : blocks) {
      events += block.size();
      writer->append(std::move(block));
    }
    append_s += base::to_seconds(base::system_clock().now() - before);
    while (writer->waiting_bytes() > 0) {
      base::system_clock().sleep_for(std::chrono::milliseconds(1));
    }
    const double own_s = cpu_seconds(RUSAGE_THREAD) - before_own;
    encode_s += cpu_seconds(RUSAGE_SELF) - before_all - own_s;
  }
  ASSAY_TRY_DONE(writer->close());
  const auto count = static_cast<double>(events);
  const auto file_bytes =
      static_cast<double>(std::filesystem::file_size(settings.folder / "events.columns"));
  const double before_read = cpu_seconds(RUSAGE_SELF);
  ASSAY_TRY_DONE(load::read_events(settings.folder, [](std::span<const EventRecord>) {}));
  const double read_s = cpu_seconds(RUSAGE_SELF) - before_read;
  ASSAY_TRY(const load::EventGaps gaps, load::read_event_gaps(settings.folder, 50'000'000));
  const double gaps_s = cpu_seconds(RUSAGE_SELF) - before_read - read_s;
  fmt::print("| {} | {:.1f} | {:.1f} | {:.2f} | {:.0f} | {:.1f} | {:.1f} |\n",
             is_batched ? "batch" : "free", count / encode_s / 1e6,
             100 * kEventsPerSecondMost * encode_s / count, file_bytes / count,
             append_s / count * kBlockEvents * 1e9, count / read_s / 1e6,
             static_cast<double>(gaps.gaps) / gaps_s / 1e6);
  return base::Done{};
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  const std::filesystem::path parent =
      argc > 1 ? argv[1] : std::filesystem::absolute(argv[0]).parent_path();
  settings.folder = parent / fmt::format("record_file_perf.{}", ::getpid());
  if (argc > 2) settings.events = std::stoull(argv[2]);
  if (argc > 3) settings.streams = static_cast<std::uint32_t>(std::stoul(argv[3]));
  if (argc > 4) settings.events_per_s = std::stod(argv[4]);
  fmt::print("{} events of {} streams at {:.0f} events/s\n\n", settings.events, settings.streams,
             settings.events_per_s);
  fmt::print(
      "| server | million events per CPU-s | % of a core at 1.5 million/s | bytes/event | ns to "
      "hand over a block | million read per CPU-s | million gaps per CPU-s "
      "|\n|:--|--:|--:|--:|--:|--:|--:|\n");
  int result = 0;
  for (const bool is_batched : {true, false}) {
    const base::Status measured = measure(settings, is_batched);
    if (measured.has_value()) continue;
    fmt::print(stderr, "{}\n", measured.error().to_string());
    result = 1;
  }
  std::error_code ignored;
  std::filesystem::remove_all(settings.folder, ignored);
  return result;
}
