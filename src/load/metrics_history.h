// What a server told of itself over a run, as series and as what it counted between the first and
// the last time it was asked. Called by ServerWatch. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "endpoint/server_metrics.h"
#include "load/run_record.h"

namespace assay::load {

/// By the server's own counters, from `from_s` to `to_s` since the start of the run. None where it
/// does not count, or began anew in between.
struct ServerCounts {
  std::string server;  ///< "llama-server", "vLLM", "SGLang"; empty when it told nothing.
  double from_s = 0;
  double to_s = 0;
  std::optional<double> prompt_tokens;
  std::optional<double> output_tokens;
  std::optional<double> requests;
};

class MetricsHistory {
 public:
  /// Times never decrease.
  void add(double seconds, const endpoint::ServerMetrics& told);

  bool empty() const { return told_.empty(); }

  ServerCounts counts() const;

  /// "requests_running", "requests_waiting", "kv_cache" as told; "prompt_tps", "output_tps" and
  /// "completed_rate" from the counters: the difference to the time before ÷ the time between,
  /// at the later one. 30 tokens more after 2 s are 15 tokens/s. Series without points are left
  /// out, and so are differences of a counter that fell or of no time.
  std::vector<ServerSeries> series() const;

 private:
  struct Told {
    double seconds = 0;
    endpoint::ServerMetrics metrics;
  };
  using Member = std::optional<double> endpoint::ServerMetrics::*;

  std::optional<double> counted(Member counter) const;
  ServerSeries gauge(std::string name, std::string unit, Member member) const;
  ServerSeries rate(std::string name, std::string unit, Member counter) const;

  std::vector<Told> told_;
};

}  // namespace assay::load
