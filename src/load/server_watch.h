// Watches the server while it is under load: what it tells at GET /metrics and, where it runs on
// this machine, what its processes and the graphics cards do. On a thread of its own, so that
// nothing here ever holds up a request. Called by the runner.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "load/metrics_history.h"
#include "load/run_record.h"

namespace assay::load {

struct WatchPlan {
  std::string url;          ///< The target's: "http://127.0.0.1:8080/v1".
  std::string metrics_url;  ///< Empty: "/metrics" beside the target's version.
  std::string key;          ///< Sent as a bearer token to the target's origin only; empty: none.
  base::MonotonicTime start = base::system_clock().now();  ///< Of the run; times count from it.
  base::Nanoseconds interval = std::chrono::seconds(1);
  /// How long one answer of /metrics, and the watch's own start and stop, may take.
  base::Nanoseconds patience = std::chrono::milliseconds(900);
  std::filesystem::path graphics;  ///< As host::read_graphics_cards().
};

struct Watched {
  std::vector<ServerSeries> series;
  ServerCounts counts;
  /// /metrics was read before start() returned and again after stop() was called, so that `counts`
  /// hold all that was sent in between, if the server had ended it.
  bool counts_all = false;
  /// Why nothing, or less than there should be, came from /metrics; empty when all is well. Never
  /// has the server's words or the key.
  std::string note;
};

/// start() and stop() on one thread.
class ServerWatch {
 public:
  /// Returns when the first reading is there, or the patience is over. BadInput for an address or a
  /// key that is malformed; a server that does not answer, or has no /metrics, is no error.
  static base::Result<ServerWatch> start(const WatchPlan& plan);
  ~ServerWatch();  ///< As stop().
  ServerWatch(ServerWatch&&) noexcept;
  ServerWatch& operator=(ServerWatch&&) noexcept;

  /// Takes a last reading and returns, after the patience at the latest. To be called once.
  Watched stop();

 private:
  struct Watcher;
  explicit ServerWatch(std::shared_ptr<Watcher> watcher);
  std::shared_ptr<Watcher> watcher_;
};

}  // namespace assay::load
