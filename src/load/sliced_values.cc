#include "load/sliced_values.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "load/judged_request.h"
#include "stats/autocorrelation.h"

namespace assay::load {
namespace {

/// Standard errors of the rank below the percentile at which looking for a resampled one starts.
constexpr double kStartErrors = 5;
/// Sums of whole weights compared with a share of them.
constexpr double kRoundingNoise = 1e-9;

}  // namespace

SlicedValues::SlicedValues(const SlicedRun& run, Measure which, double share)
    : share_(share),
      influence_(run.slice_count, 0),
      percentile_(std::nan("")),
      counts_(run.slice_count, 0),
      counts_below_start_(run.slice_count, 0) {
  ASSAY_CHECK(share > 0 && share < 1, "a percentile divides the sample");
  for (std::size_t i = 0; i < run.records.size(); ++i) {
    const std::optional<double> value = measure_or_infinite(*run.records[i], which);
    if (value) values_.push_back({*value, run.slices[i]});
  }
  if (values_.empty()) return;
  std::sort(values_.begin(), values_.end(),
            [](const Placed& one, const Placed& other) { return one.value < other.value; });
  const auto size = static_cast<double>(values_.size());
  const double rank = std::ceil(share * size - kRoundingNoise);
  percentile_ = values_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1].value;
  for (const Placed& placed : values_) {
    influence_[placed.slice] += (placed.value <= percentile_ ? 1 : 0) - share;
    ++counts_[placed.slice];
  }
  const double variance = size * share * (1 - share);
  const double error = std::sqrt(variance * design_effect(influence_, variance));
  start_ = static_cast<std::size_t>(std::max(0.0, share * size - kStartErrors * error));
  for (std::size_t i = 0; i < start_; ++i) ++counts_below_start_[values_[i].slice];
}

double SlicedValues::resampled(std::span<const std::uint32_t> weights) const {
  ASSAY_CHECK(weights.size() == counts_.size(), "every slice has a weight");
  std::uint64_t total = 0;
  std::uint64_t below = 0;
  const std::uint32_t* weight = weights.data();
  const std::uint32_t* count = counts_.data();
  const std::uint32_t* count_below = counts_below_start_.data();
  const std::size_t slices = weights.size();
  for (std::size_t i = 0; i < slices; ++i) {
    total += std::uint64_t{weight[i]} * count[i];
    below += std::uint64_t{weight[i]} * count_below[i];
  }
  if (total == 0) return std::nan("");
  const double wanted = share_ * static_cast<double>(total) - kRoundingNoise;
  std::size_t place = start_;
  if (static_cast<double>(below) >= wanted) {
    place = 0;
    below = 0;
  }
  const Placed* values = values_.data();
  for (; place < values_.size(); ++place) {
    below += weight[values[place].slice];
    if (static_cast<double>(below) >= wanted) return values[place].value;
  }
  return values_.back().value;
}

double design_effect(std::span<const double> influence, double variance) {
  if (variance <= 0 || influence.empty()) return 1;
  const double squares =
      std::inner_product(influence.begin(), influence.end(), influence.begin(), 0.0);
  return std::max(1.0, squares * stats::autocorrelation_time(influence) / variance);
}

}  // namespace assay::load
