// One measure of a run's requests, in slices, and one percentile of it that can be had again for
// any resample of the slices without sorting again. Called by effect. Pure; thread-safe once made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "load/measures.h"
#include "load/sliced_run.h"

namespace assay::load {

class SlicedValues {
 public:
  /// Requires 0 < share < 1.
  SlicedValues(const SlicedRun& run, Measure which, double share);

  /// How many requests have the measure, those that failed before it included.
  std::size_t size() const { return values_.size(); }
  /// By nearest rank, as in stats/percentile.h; infinite where requests failed before. NaN of none.
  double percentile() const { return percentile_; }
  /// Σ (1 if at most the percentile, else 0) − share over the requests of each slice.
  const std::vector<double>& influence() const { return influence_; }
  /// The percentile when slice i counts weights[i] times; NaN when no request counts.
  double resampled(std::span<const std::uint32_t> weights) const;

 private:
  struct Placed {
    double value = 0;
    std::uint32_t slice = 0;
  };
  double share_;
  std::vector<Placed> values_;  ///< Ascending.
  std::vector<double> influence_;
  double percentile_ = 0;
  std::vector<std::uint32_t> counts_;  ///< Of each slice.
  /// Resampled percentiles start to be looked for here: few lie below.
  std::size_t start_ = 0;
  std::vector<std::uint32_t> counts_below_start_;
};

/// By how much a sum over slices varies more than one over independent requests would: the number
/// of slices × their variance × their autocorrelation time ÷ `variance`, at least 1; 1 where
/// `variance` is 0. `influence` has mean 0.
double design_effect(std::span<const double> influence, double variance);

}  // namespace assay::load
