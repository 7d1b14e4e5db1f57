// What the twin did when, for those who measure others against it. Thread-safe.
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "endpoint/twin.h"
#include "endpoint/twin_service.h"

namespace assay::endpoint {

class TwinLog {
 public:
  /// Times are counted from `started`.
  explicit TwinLog(base::MonotonicTime started) : started_(started) {}

  /// Begins a record and gives its place, for the calls below.
  std::size_t open(TwinRecord record, base::MonotonicTime arrived);
  void schedule(std::size_t place, const ServiceTimes& times);
  void sent(std::size_t place, base::MonotonicTime when);
  void end(std::size_t place, std::string_view how);

  base::MonotonicTime started() const { return started_; }
  std::vector<TwinRecord> records() const;
  /// {"records": [{number, rule, path, arrived_ns, started_ns, scheduled_ns,
  /// sent_ns, ended}]}.
  base::Json to_json() const;

 private:
  const base::MonotonicTime started_;
  mutable std::mutex mutex_;
  std::vector<TwinRecord> records_;
};

}  // namespace assay::endpoint
