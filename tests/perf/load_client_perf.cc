// What the load generator's client reaches against the null server: exchanges and events a second
// and per second of its own CPU, open streams and their memory, and how near its stamps are to the
// times at which the server sent. load_client.py starts the server, pins both and prints the
// tables.
//
//   load_client_perf PORT requests|events|open|timing|schedule [COUNT] [SECONDS] [SPIN_US]
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "endpoint/stream_scan.h"
#include "net/flow_client.h"
#include "net/http_client.h"

namespace {

using namespace assay;

/// Then the memory for records is used anew, as a writer that keeps up would.
constexpr std::size_t kRecordsKept = std::size_t{1} << 20U;

/// What the load generator keeps of one event.
struct EventRecord {
  std::int64_t arrived_ns;
  std::int64_t read_ns;
  std::uint32_t request;
  std::uint32_t output_bytes;
  std::int64_t sent_ns;  ///< What the server says; 0 unless it does.
};
static_assert(sizeof(EventRecord) == 32);

constexpr double kWarmUpSeconds = 0.5;

struct Settings {
  std::uint16_t port = 0;
  std::string mode;
  int count = 64;  ///< Connections, streams, or requests a second.
  double seconds = 5;
  int spin_us = 0;
};

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Of a /proc file's line "NAME:  N kB".
double resident_mib(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

void print_percentiles(std::string_view what, std::vector<double> values_us) {
  if (values_us.empty()) return;
  std::sort(values_us.begin(), values_us.end());
  const auto last = static_cast<double>(values_us.size() - 1);
  for (const auto& [name, share] : {std::pair{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}}) {
    fmt::print("{}_us_{} {:.1f}\n", what, name, values_us[static_cast<std::size_t>(share * last)]);
  }
}

/// Keeps a number of exchanges under way; parses, stamps and records every event of each.
class ClosedLoop final : public net::FlowSink, public endpoint::StreamEventSink {
 public:
  ClosedLoop(const Settings& settings, std::string_view target) : settings_(settings) {
    net::HttpRequest request;
    request.method = "POST";
    request.url =
        net::parse_url(fmt::format("http://127.0.0.1:{}{}", settings.port, target)).value();
    request.headers = {{"Content-Type", "application/json"}};
    request.body =
        R"({"model":"null","messages":[{"role":"user","content":"Say hello."}],"stream":true})";
    wire_ = net::to_wire(request);
    net::FlowLimits limits;
    limits.connections_max = 20'000;
    limits.spin_max = std::chrono::microseconds(settings.spin_us);
    client_ = net::FlowClient::open(request.url, limits, *this).value();
    records_.reserve(kRecordsKept);
  }

  net::FlowClient& client() { return *client_; }
  std::vector<EventRecord>& records() { return records_; }
  std::vector<double>& lags_us() { return lags_us_; }
  std::uint64_t completed() const { return completed_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t events() const { return events_; }
  bool renew = true;

  void submit() {
    const std::size_t slot = free_.empty() ? scans_.size() : free_.back();
    if (free_.empty()) {
      scans_.push_back(std::make_unique<endpoint::StreamScan>(reader_));
    } else {
      free_.pop_back();
    }
    scans_[slot]->reset();
    client_->submit(wire_, base::system_clock().now() + std::chrono::seconds(60), slot);
  }

  /// Sends at these distances from now on, whatever comes back.
  void schedule(double per_second, double seconds) {
    start_ = base::system_clock().now() + std::chrono::milliseconds(10);
    interval_ = base::Nanoseconds(static_cast<std::int64_t>(1e9 / per_second));
    left_ = static_cast<std::int64_t>(per_second * seconds);
    client_->call_at(start_, 0);
  }

  bool on_body(net::FlowTag slot, int status, std::string_view piece,
               const net::FlowStamp& stamp) override {
    stamp_ = &stamp;
    slot_ = slot;
    return scans_[slot]->take(status, piece, *this);
  }

  void on_end(net::FlowTag slot, const net::FlowEnd& end) override {
    slot_ = slot;
    stamp_ = &end.times.last_byte;
    const bool whole = end.failure == net::FlowFailure::None &&
                       scans_[slot]->finish(end.status, *this).failure == nullptr;
    ++(whole ? completed_ : failed_);
    if (!whole && failed_ == 1) fmt::print(stderr, "first failure: {}\n", end.message);
    free_.push_back(slot);
    if (renew) submit();
  }

  void on_timer(net::FlowTag, base::MonotonicTime due, base::MonotonicTime) override {
    submit();
    lags_us_.push_back(base::to_ms(sent_ - due) * 1e3);
    if (--left_ > 0) client_->call_at(due + interval_, 0);
  }

  void on_sent(net::FlowTag, base::MonotonicTime sent) override { sent_ = sent; }

  void on_event(const endpoint::StreamEvent& event) override {
    ++events_;
    if (records_.size() == records_.capacity()) records_.clear();
    std::int64_t sent_ns = 0;
    if (event.text.size() == 20)
      std::from_chars(event.text.data(), event.text.data() + 20, sent_ns);
    records_.push_back({stamp_->arrived().time_since_epoch().count(),
                        stamp_->read.time_since_epoch().count(), static_cast<std::uint32_t>(slot_),
                        static_cast<std::uint32_t>(event.output_bytes()), sent_ns});
  }

 private:
  Settings settings_;
  std::string wire_;
  std::unique_ptr<net::FlowClient> client_;
  endpoint::StreamReader reader_;
  std::vector<std::unique_ptr<endpoint::StreamScan>> scans_;
  std::vector<std::size_t> free_;
  std::vector<EventRecord> records_;
  std::vector<double> lags_us_;
  const net::FlowStamp* stamp_ = nullptr;
  net::FlowTag slot_ = 0;
  std::uint64_t completed_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t events_ = 0;
  base::MonotonicTime start_;
  base::MonotonicTime sent_;
  base::Nanoseconds interval_{0};
  std::int64_t left_ = 0;
};

base::MonotonicTime after(double seconds) {
  return base::system_clock().now() + base::Nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

/// What a run has come to at one point in time.
struct Reading {
  base::MonotonicTime time = base::system_clock().now();
  double cpu_s = cpu_seconds();
  double exchanges = 0;
  double events = 0;
  net::FlowCounters counters;

  explicit Reading(ClosedLoop& loop)
      : exchanges(static_cast<double>(loop.completed())),
        events(static_cast<double>(loop.events())),
        counters(loop.client().counters()) {}
};

void print_rates(const Reading& first, const Reading& last) {
  const double wall_s = base::to_seconds(last.time - first.time);
  const double cpu_s = last.cpu_s - first.cpu_s;
  const double exchanges = last.exchanges - first.exchanges;
  const double events = last.events - first.events;
  const auto reads = static_cast<double>(last.counters.reads - first.counters.reads);
  fmt::print("exchanges_per_s {:.0f}\nexchanges_per_cpu_s {:.0f}\n", exchanges / wall_s,
             exchanges / cpu_s);
  fmt::print("events_per_s {:.0f}\nevents_per_cpu_s {:.0f}\n", events / wall_s, events / cpu_s);
  fmt::print("events_per_read {:.2f}\ncpu_share {:.3f}\nspun_share {:.3f}\n", events / reads,
             cpu_s / wall_s, base::to_seconds(last.counters.spun - first.counters.spun) / wall_s);
  fmt::print("turn_longest_us {:.0f}\n", base::to_ms(last.counters.turn_longest) * 1e3);
}

/// How far each event's stamps are from the time at which the server says that it sent it.
void print_timing(const std::vector<EventRecord>& records) {
  std::vector<double> arrived_us;
  std::vector<double> read_us;
  for (const EventRecord& record : records) {
    if (record.sent_ns == 0) continue;
    arrived_us.push_back(static_cast<double>(record.arrived_ns - record.sent_ns) / 1e3);
    read_us.push_back(static_cast<double>(record.read_ns - record.sent_ns) / 1e3);
  }
  print_percentiles("stamp_error", std::move(arrived_us));
  print_percentiles("read_error", std::move(read_us));
}

std::string target_of(const Settings& settings) {
  if (settings.mode == "requests" || settings.mode == "schedule") return "/plain";
  if (settings.mode == "events") return "/stream";
  const int interval_us = settings.mode == "open" ? 1'000'000 : settings.count * 50;
  return fmt::format("/paced?interval_us={}&events=1000000", interval_us);
}

void start(ClosedLoop& loop, const Settings& settings) {
  if (settings.mode == "schedule") {
    loop.renew = false;
    loop.schedule(settings.count, settings.seconds + kWarmUpSeconds);
    return;
  }
  // Streams begin one after the other, so that their events do not come in one burst.
  const double distance_s = settings.mode == "timing" ? 50e-6 : 0;
  for (int i = 0; i < settings.count; ++i) {
    loop.submit();
    loop.client().run_until(after(distance_s));
  }
}

int measure(const Settings& settings) {
  const double resident_mib_before = resident_mib("VmRSS");
  ClosedLoop loop(settings, target_of(settings));
  start(loop, settings);
  loop.client().run_until(after(kWarmUpSeconds));
  loop.records().clear();
  loop.lags_us().clear();
  const Reading first(loop);
  loop.client().run_until(after(settings.seconds));
  print_rates(first, Reading(loop));
  print_timing(loop.records());
  print_percentiles("send_lag", loop.lags_us());
  fmt::print("in_flight {}\nfailed {}\n", loop.client().in_flight(), loop.failed());
  fmt::print("resident_mib_before {:.1f}\nresident_mib_peak {:.1f}\n", resident_mib_before,
             resident_mib("VmHWM"));
  return loop.failed() == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr,
               "load_client_perf PORT requests|events|open|timing|schedule "
               "[COUNT] [SECONDS] [SPIN_US]\n");
    return 2;
  }
  Settings settings;
  settings.port = static_cast<std::uint16_t>(std::stoi(argv[1]));
  settings.mode = argv[2];
  if (argc > 3) settings.count = std::stoi(argv[3]);
  if (argc > 4) settings.seconds = std::stod(argv[4]);
  if (argc > 5) settings.spin_us = std::stoi(argv[5]);
  return measure(settings);
}
