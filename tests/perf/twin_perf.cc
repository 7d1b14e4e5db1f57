// How near the scripted twin comes to its schedule: requests of one fixed service time, at Poisson
// arrivals, and how late their arrival was noticed and their reply sent; with one slot, the mean
// wait against that of the queue M/D/1.
//
//   twin_perf RATE SERVICE_MS [SECONDS] [SLOTS] [whole|stream]
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "endpoint/twin.h"
#include "net/flow_client.h"
#include "net/http_client.h"
#include "net/runtime.h"

namespace {

using namespace assay;

struct Settings {
  double rate = 200;
  double service_ms = 1;
  double seconds = 10;
  int slots = 0;
  bool streams = false;
};

/// Sends at its times, whatever comes back.
class Sender final : public net::FlowSink {
 public:
  Sender(const Settings& settings, std::uint16_t port) {
    net::HttpRequest request;
    request.method = "POST";
    request.url =
        net::parse_url(fmt::format("http://127.0.0.1:{}/v1/chat/completions", port)).value();
    request.headers = {{"Content-Type", "application/json"}};
    request.body = fmt::format(
        R"({{"model":"twin","stream":{},"messages":[{{"role":"user","content":"What is it?"}}]}})",
        settings.streams);
    wire_ = net::to_wire(request);
    net::FlowLimits limits;
    limits.spin_max = std::chrono::microseconds(60);
    client_ = net::FlowClient::open(request.url, limits, *this).value();
  }

  void run(const Settings& settings) {
    const base::MonotonicTime start = base::system_clock().now() + std::chrono::milliseconds(100);
    base::Random chance(1);
    const double service_s = settings.service_ms / 1e3;
    double due_s = 0;
    double free_s = 0;
    while (due_s < settings.seconds) {
      due_s -= std::log1p(-chance.unit()) / settings.rate;
      waited_s_ += std::max(0.0, free_s - due_s);
      free_s = std::max(due_s, free_s) + service_s;
      client_->call_at(start + base::Nanoseconds(std::llround(due_s * 1e9)), 0);
      ++sent_;
    }
    left_ = sent_;
    client_->run_until(start + std::chrono::seconds(600));
  }

  std::size_t failed() const { return failed_; }
  /// Had every request arrived when it was due, at one slot.
  double waited_ms_planned() const { return waited_s_ * 1e3 / static_cast<double>(sent_); }

  bool on_body(net::FlowTag, int, std::string_view, const net::FlowStamp&) override { return true; }
  void on_end(net::FlowTag, const net::FlowEnd& end) override {
    if (end.failure != net::FlowFailure::None) ++failed_;
    if (--left_ == 0) client_->stop();
  }
  void on_timer(net::FlowTag, base::MonotonicTime, base::MonotonicTime now) override {
    client_->submit(wire_, now + std::chrono::seconds(60), 0);
  }

 private:
  std::string wire_;
  std::unique_ptr<net::FlowClient> client_;
  double waited_s_ = 0;
  std::size_t sent_ = 0;
  std::size_t left_ = 0;
  std::size_t failed_ = 0;
};

void print_lateness(std::string_view name, std::vector<double> us) {
  std::sort(us.begin(), us.end());
  const auto at = [&](double share) {
    return us[static_cast<std::size_t>(share * static_cast<double>(us.size() - 1))];
  };
  fmt::print("{} p50 {:.0f} us, p99 {:.0f} us, max {:.0f} us of {}\n", name, at(0.5), at(0.99),
             us.back(), us.size());
}

void print_records(const Settings& settings, const std::vector<endpoint::TwinRecord>& records,
                   double waited_ms_planned) {
  std::vector<double> late_us;
  double waited_ms = 0;
  for (const endpoint::TwinRecord& record : records) {
    for (std::size_t i = 0; i < record.sent_ns.size(); ++i) {
      late_us.push_back(static_cast<double>(record.sent_ns[i] - record.scheduled_ns[i]) / 1e3);
    }
    waited_ms += static_cast<double>(record.started_ns - record.arrived_ns) / 1e6;
  }
  print_lateness("sent - scheduled:", late_us);
  if (settings.slots != 1) return;
  const double busy = settings.rate * settings.service_ms / 1e3;
  fmt::print("mean wait {:.4f} ms, of the planned arrivals {:.4f} ms, M/D/1 {:.4f} ms\n",
             waited_ms / static_cast<double>(records.size()), waited_ms_planned,
             settings.service_ms * busy / (2 * (1 - busy)));
}

int measure(const Settings& settings) {
  std::string script =
      settings.slots > 0 ? fmt::format("[twin]\nslots = {}\n", settings.slots) : "";
  script += fmt::format("[[rule]]\nreply = \"ok\"\nfirst_token_ms = {}\n", settings.service_ms);
  net::Runtime runtime;
  endpoint::Twin twin(runtime, endpoint::parse_twin_script(script, "twin_perf").value());
  const std::uint16_t port = twin.listen("127.0.0.1", 0).value();
  std::thread loop([&] { runtime.run_until_stopped(); });
  Sender sender(settings, port);
  sender.run(settings);
  runtime.stop();
  loop.join();
  print_records(settings, twin.records(), sender.waited_ms_planned());
  return sender.failed() == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "twin_perf RATE SERVICE_MS [SECONDS] [SLOTS] [whole|stream]\n");
    return 2;
  }
  Settings settings;
  settings.rate = std::stod(argv[1]);
  settings.service_ms = std::stod(argv[2]);
  if (argc > 3) settings.seconds = std::stod(argv[3]);
  if (argc > 4) settings.slots = std::stoi(argv[4]);
  if (argc > 5) settings.streams = std::string_view(argv[5]) == "stream";
  return measure(settings);
}
