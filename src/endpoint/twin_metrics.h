// What the twin has served, counted as it goes out and told as llama-server does at GET /metrics.
// Used by the twin from its Runtime's thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/clock.h"

namespace assay::endpoint {

class TwinMetrics {
 public:
  /// Counters of tokens are told multiplied by the factor, so that checks against them have
  /// something to find.
  explicit TwinMetrics(double tokens_factor) : tokens_factor_(tokens_factor) {}

  /// A chat completion whose service starts then; until finish() with the same time it is in
  /// progress or, before the start, deferred.
  void begin(base::MonotonicTime start) { starts_.insert(start); }
  void finish(base::MonotonicTime start) { starts_.erase(starts_.find(start)); }

  void add_prompt_tokens(std::int64_t count) { prompt_tokens_ += count; }
  void add_output_tokens(std::int64_t count) { output_tokens_ += count; }

  /// Prometheus' text format 0.0.4.
  std::string text(base::MonotonicTime now) const;

 private:
  double tokens_factor_;
  std::multiset<base::MonotonicTime> starts_;
  std::int64_t prompt_tokens_ = 0;
  std::int64_t output_tokens_ = 0;
};

}  // namespace assay::endpoint
