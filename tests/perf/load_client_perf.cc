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

/// What the load generator keeps of one event.
struct EventRecord {
  std::int64_t arrived_ns;
  std::int64_t read_ns;
  std::uint32_t request;
  std::uint32_t output_bytes;
  std::int64_t sent_ns;  ///< What the server says; 0 unless it does.
};
static_assert(sizeof(EventRecord) == 32);

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

void print_percentiles(std::string_view what, std::vector<double> values) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  fmt::print("{}: n {} min {:.1f} p50 {:.1f} p90 {:.1f} p99 {:.1f} p99.9 {:.1f} max {:.1f} us\n",
             what, values.size(), values.front(), at(0.5), at(0.9), at(0.99), at(0.999),
             values.back());
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
    records_.reserve(std::size_t{1} << 22U);
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

void print_totals(const ClosedLoop& loop, const net::FlowCounters& counters, double wall_s,
                  double cpu_s) {
  const auto exchanges = static_cast<double>(loop.completed());
  const auto events = static_cast<double>(loop.events());
  fmt::print(
      "exchanges {} failed {} exchanges/s {:.0f} exchanges/cpu_s {:.0f} events/s {:.0f} "
      "events/cpu_s {:.0f} cpu_share {:.3f} bytes/read {:.0f} spun_share {:.3f} longest turn "
      "{:.1f} "
      "ms\n",
      loop.completed(), loop.failed(), exchanges / wall_s, exchanges / cpu_s, events / wall_s,
      events / cpu_s, cpu_s / wall_s,
      static_cast<double>(counters.received_bytes) / static_cast<double>(counters.reads),
      base::to_seconds(counters.spun) / wall_s, base::to_ms(counters.turn_longest));
}

int measure(const Settings& settings) {
  const std::string paced = fmt::format("/paced?interval_us={}&events=1000000",
                                        settings.mode == "open" ? 1'000'000 : settings.count * 50);
  const std::string target = settings.mode == "requests" || settings.mode == "schedule" ? "/plain"
                             : settings.mode == "events"                                ? "/stream"
                                                                                        : paced;
  const double resident_before = resident_mib("VmRSS");
  ClosedLoop loop(settings, target);
  const bool is_open_loop = settings.mode == "schedule";
  if (is_open_loop) {
    loop.renew = false;
    loop.schedule(settings.count, settings.seconds);
  } else {
    // Streams begin one after the other, so that their events do not come in one burst.
    for (int i = 0; i < settings.count; ++i) {
      loop.submit();
      loop.client().run_until(after(settings.mode == "timing" ? 50e-6 : 0));
    }
  }
  loop.client().run_until(after(0.5));
  const double cpu_before = cpu_seconds();
  const base::MonotonicTime start = base::system_clock().now();
  const net::FlowCounters at_start = loop.client().counters();
  const std::uint64_t completed_before = loop.completed();
  const std::uint64_t events_before = loop.events();
  loop.records().clear();
  loop.client().run_until(after(settings.seconds));
  const double wall_s = base::to_seconds(base::system_clock().now() - start);
  const double cpu_s = cpu_seconds() - cpu_before;
  print_totals(loop, loop.client().counters(), wall_s, cpu_s);
  fmt::print("exchanges/s {:.0f} events/s {:.0f} reads/s {:.0f}\n",
             static_cast<double>(loop.completed() - completed_before) / wall_s,
             static_cast<double>(loop.events() - events_before) / wall_s,
             static_cast<double>(loop.client().counters().reads - at_start.reads) / wall_s);
  std::vector<double> kernel_us;
  std::vector<double> read_us;
  for (const EventRecord& record : loop.records()) {
    if (record.sent_ns == 0) continue;
    kernel_us.push_back(static_cast<double>(record.arrived_ns - record.sent_ns) / 1e3);
    read_us.push_back(static_cast<double>(record.read_ns - record.sent_ns) / 1e3);
  }
  print_percentiles("kernel stamp - send time", kernel_us);
  print_percentiles("read - send time", read_us);
  print_percentiles("send lag", loop.lags_us());
  fmt::print("resident {:.1f} MiB before, {:.1f} MiB peak, in flight {}\n", resident_before,
             resident_mib("VmHWM"), loop.client().in_flight());
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
