// Bootstrap limits for any statistic of clusters: a mean, a ratio, a median of canaries' medians.
// Called where no formula gives limits: `finding`, `agent`. For the mean paired difference
// paired_difference() in interval.h does better with few canaries. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "stats/interval.h"

namespace assay::stats {

struct BootstrapLimits {
  double estimate = 0;
  Interval interval;  ///< −∞ to ∞ below two clusters, which say nothing about others.
  double bias_correction = 0;  ///< z₀ of Efron: 0 when half of the resamples lie below.
  double acceleration = 0;     ///< a of Efron: a sixth of the skewness of the jackknife values.
};

struct BootstrapPlan {
  std::uint64_t seed = 0;
  double confidence = 0.95;  ///< Above 0, below 1.
  int resamples = 10'000;    ///< At least 100.
};

/// The value of a statistic for the clusters with these indices, one index for each cluster drawn;
/// indices repeat. It must be finite for every draw.
using ClusterStatistic = std::function<double(std::span<const std::size_t> chosen)>;

/// BCa limits (Efron 1987; acceleration by jackknife over clusters, Efron and Tibshirani
/// 1993, equation 14.15): whole clusters are resampled, and the limits are those quantiles of the
/// resampled values that Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))) names for z = ±z(confidence). They follow
/// the statistic through any increasing transformation. Clusters that are all equal give limits
/// equal to the estimate. Same data and seed, same result. Of the variance of Efron and
/// Tibshirani's 26 scores A (table 14.1), at 0.9: a = 0.061, limits (115.7, 261.2).
BootstrapLimits bca_limits(std::size_t clusters, const ClusterStatistic& statistic,
                           const BootstrapPlan& plan);

/// The same of the mean over all trials. Empty clusters are left out. Without trials the estimate
/// is 0.
BootstrapLimits bca_limits_of_mean(std::span<const Cluster> clusters, const BootstrapPlan& plan);

}  // namespace assay::stats
