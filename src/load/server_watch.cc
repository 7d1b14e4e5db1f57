#include "load/server_watch.h"

#include <fmt/core.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/context.h"
#include "endpoint/prometheus.h"
#include "endpoint/server_address.h"
#include "endpoint/server_metrics.h"
#include "load/machine_history.h"
#include "net/http_client.h"
#include "net/runtime.h"

namespace assay::load {
namespace {

constexpr int kOk = 200;
constexpr std::uint64_t kBodyBytesMax = std::uint64_t{8} << 20U;

bool is_loopback(const net::Url& url) {
  return url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
}

bool same_origin(const net::Url& left, const net::Url& right) {
  return left.tls == right.tls && left.host == right.host && left.port == right.port;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

/// Asks one server for its metrics, on the watcher's thread.
class Scraper {
 public:
  Scraper(net::Url url, std::string key) : url_(std::move(url)), key_(std::move(key)) {}

  /// None when there is nothing to be had, which note() explains.
  std::optional<endpoint::ServerMetrics> ask(base::Nanoseconds patience,
                                             const base::Interrupt* interrupt);

  /// The server answered, but not with metrics: asking again is of no use.
  bool is_hopeless() const { return is_hopeless_; }
  const std::string& note() const { return note_; }

 private:
  net::HttpReply get(base::MonotonicTime deadline, const base::Interrupt* interrupt);
  std::optional<endpoint::ServerMetrics> give_up(std::string note);

  net::Runtime runtime_;
  net::HttpClient http_{1};
  net::Url url_;
  std::string key_;
  bool has_told_ = false;
  bool is_hopeless_ = false;
  std::string note_;
};

net::HttpReply Scraper::get(base::MonotonicTime deadline, const base::Interrupt* interrupt) {
  net::HttpRequest request{"GET", url_, {{"Accept", "text/plain; version=0.0.4"}}, ""};
  endpoint::add_key(request.headers, key_);
  net::HttpLimits limits;
  limits.deadline = deadline;
  limits.connect_timeout = deadline - base::system_clock().now();
  limits.body_bytes_max = kBodyBytesMax;
  limits.interrupt = interrupt;
  return runtime_.run(http_.send(std::move(request), limits));
}

std::optional<endpoint::ServerMetrics> Scraper::give_up(std::string note) {
  note_ = std::move(note);
  is_hopeless_ = !has_told_;
  return std::nullopt;
}

std::optional<endpoint::ServerMetrics> Scraper::ask(base::Nanoseconds patience,
                                                    const base::Interrupt* interrupt) {
  const base::MonotonicTime deadline = base::system_clock().now() + patience;
  net::HttpReply reply = get(deadline, interrupt);
  // Servers that mount their metrics as an application of its own want the path with a '/'.
  if (is_redirect(reply.status) && !url_.target.ends_with('/')) {
    url_ = url_.with_target(url_.target + "/");
    reply = get(deadline, interrupt);
  }
  if (reply.failure != net::TransportFailure::None) {
    note_ = "the server did not answer /metrics in time, or could not be reached";
    return std::nullopt;
  }
  if (reply.status != kOk) {
    return give_up(
        fmt::format("the server has no /metrics (status {}){}", reply.status,
                    reply.status == 501 ? "; llama-server offers them with --metrics" : ""));
  }
  const auto metrics = endpoint::parse_metrics(reply.body);
  if (!metrics) return give_up("what the server has at /metrics is not Prometheus' text format");
  const endpoint::ServerMetrics told = endpoint::read_server_metrics(*metrics);
  if (told.source == endpoint::MetricsSource::Unknown) {
    return give_up("what the server has at /metrics has none of the names that are known");
  }
  has_told_ = true;
  note_.clear();
  return told;
}

}  // namespace

/// Owned by the watch and by its thread, which may be left behind when it cannot end in time.
struct ServerWatch::Watcher {
  Watcher(WatchPlan watch_plan, const net::Url& target, const net::Url& told_at)
      : plan(std::move(watch_plan)),
        scraper(told_at, same_origin(target, told_at) ? plan.key : std::string()) {
    if (is_loopback(target)) machine.emplace(target.port, plan.graphics);
  }

  const WatchPlan plan;
  std::thread thread;  ///< Of the watch.

  // Of the thread.
  Scraper scraper;
  MetricsHistory metrics;
  std::optional<MachineHistory> machine;
  bool first_came = false;
  base::Interrupt hurry;

  std::mutex mutex;
  std::condition_variable changed;
  bool is_ready = false;
  bool is_stopping = false;
  std::optional<Watched> watched;  ///< Set when the thread is done.

  void run();
  bool sample(base::Nanoseconds patience, const base::Interrupt* interrupt);
  Watched result(bool last_came) const;
};

/// Whether /metrics answered.
bool ServerWatch::Watcher::sample(base::Nanoseconds patience, const base::Interrupt* interrupt) {
  if (machine) machine->sample(plan.start);
  if (scraper.is_hopeless()) return false;
  const auto told = scraper.ask(patience, interrupt);
  if (!told) return false;
  metrics.add(base::to_seconds(base::system_clock().now() - plan.start), *told);
  return true;
}

Watched ServerWatch::Watcher::result(bool last_came) const {
  Watched all;
  all.series = metrics.series();
  if (machine) {
    for (ServerSeries& series : machine->series()) all.series.push_back(std::move(series));
  }
  all.counts = metrics.counts();
  all.counts_all = first_came && last_came;
  all.note = scraper.note();
  return all;
}

void ServerWatch::Watcher::run() {
  const base::Clock& clock = base::system_clock();
  first_came = sample(plan.patience, &hurry);
  base::MonotonicTime next = clock.now();
  std::unique_lock lock(mutex);
  is_ready = true;
  changed.notify_all();
  while (!is_stopping) {
    next = std::max(next + plan.interval, clock.now());
    if (changed.wait_until(lock, next, [this] { return is_stopping; })) break;
    lock.unlock();
    sample(plan.patience, &hurry);
    lock.lock();
  }
  lock.unlock();
  // Leaves time for the end of an answer that was waited for.
  const bool last_came = sample(plan.patience * 3 / 4, nullptr);
  Watched all = result(last_came);
  lock.lock();
  watched = std::move(all);
  changed.notify_all();
}

base::Result<ServerWatch> ServerWatch::start(const WatchPlan& plan) {
  ASSAY_TRY(const net::Url target, net::parse_url(plan.url));
  net::Url metrics = endpoint::url_beside(target, "/metrics");
  if (!plan.metrics_url.empty()) {
    ASSAY_TRY(metrics, net::parse_url(plan.metrics_url));
  }
  ASSAY_TRY_DONE(endpoint::check_key(plan.key, plan.url));
  auto watcher = std::make_shared<Watcher>(plan, target, metrics);
  watcher->thread = std::thread([watcher] { watcher->run(); });
  std::unique_lock lock(watcher->mutex);
  watcher->changed.wait_for(lock, plan.patience, [&] { return watcher->is_ready; });
  lock.unlock();
  return ServerWatch(std::move(watcher));
}

ServerWatch::ServerWatch(std::shared_ptr<Watcher> watcher) : watcher_(std::move(watcher)) {}
ServerWatch::ServerWatch(ServerWatch&&) noexcept = default;
ServerWatch& ServerWatch::operator=(ServerWatch&&) noexcept = default;

ServerWatch::~ServerWatch() {
  if (watcher_) stop();
}

Watched ServerWatch::stop() {
  const std::shared_ptr<Watcher> watcher = std::move(watcher_);
  std::unique_lock lock(watcher->mutex);
  watcher->is_stopping = true;
  watcher->hurry.request(1);
  watcher->changed.notify_all();
  const bool is_done = watcher->changed.wait_for(lock, watcher->plan.patience,
                                                 [&] { return watcher->watched.has_value(); });
  lock.unlock();
  if (is_done) {
    watcher->thread.join();
    return std::move(*watcher->watched);
  }
  watcher->thread.detach();
  Watched nothing;
  nothing.note = "the watch over the server could not be ended in time";
  return nothing;
}

}  // namespace assay::load
