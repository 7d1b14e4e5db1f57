// Percentiles of any number of delays in a few kilobytes: for what the client watches of itself all
// the time. Latencies of the server come from raw samples instead. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "load/run_record.h"

namespace assay::load {

/// Buckets grow with their values: each is at most 1/64 of its lower bound wide, below 64 ns one
/// nanosecond.
class LagHistogram {
 public:
  /// Negative delays count as 0.
  void add(base::Nanoseconds delay);
  void add(const LagHistogram& other);

  std::uint64_t samples() const { return samples_; }
  /// Percentiles by nearest rank, as the upper bound of their bucket; the maximum is exact.
  Lag summary() const;

 private:
  static constexpr int kSubBits = 6;
  static constexpr std::size_t kBuckets = (64 - kSubBits + 1) << kSubBits;
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t upper_bound_of(std::size_t bucket);
  double ms_at(double share) const;

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t samples_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace assay::load
