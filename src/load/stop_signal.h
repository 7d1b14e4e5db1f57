// How a run is stopped before its end, whoever finds that it must.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

namespace assay::load {

/// Asks every sender of a run to stop; the first reason stays. Thread-safe.
class StopSignal {
 public:
  bool requested() const { return requested_.load(std::memory_order_relaxed); }
  void request(const std::string& reason);
  std::string reason() const;

 private:
  std::atomic<bool> requested_{false};
  mutable std::mutex mutex_;
  std::string reason_;
};

}  // namespace assay::load
