#include "stats/bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/check.h"
#include "base/random.h"

namespace assay::stats {
namespace {

std::vector<double> sorted_resamples(std::size_t clusters, const ClusterStatistic& statistic,
                                     const BootstrapPlan& plan) {
  base::Random random(plan.seed);
  std::vector<std::size_t> chosen(clusters);
  std::vector<double> values(static_cast<std::size_t>(plan.resamples));
  for (double& value : values) {
    for (std::size_t& index : chosen) index = random.below(clusters);
    value = statistic(chosen);
    ASSAY_CHECK(std::isfinite(value), "a statistic that is bootstrapped is always a number");
  }
  std::sort(values.begin(), values.end());
  return values;
}

/// Φ⁻¹ of the share of resamples below the estimate, those equal to it counting half. The share is
/// kept off 0 and 1, where the quantile is infinite.
double bias_correction_of(const std::vector<double>& sorted, double estimate) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), estimate);
  const auto below = static_cast<double>(first - sorted.begin());
  const auto equal = static_cast<double>(last - first);
  const auto count = static_cast<double>(sorted.size());
  const double share = std::clamp(below + equal / 2, 0.5, count - 0.5) / count;
  return boost::math::quantile(boost::math::normal(), share);
}

/// Σd³ / (6 (Σd²)^1.5), d being the mean of the leave-one-out values less each of them.
double jackknife_acceleration(std::size_t clusters, const ClusterStatistic& statistic) {
  std::vector<std::size_t> others(clusters - 1);
  std::vector<double> values(clusters);
  for (std::size_t left_out = 0; left_out < clusters; ++left_out) {
    for (std::size_t index = 0; index < others.size(); ++index) {
      others[index] = index < left_out ? index : index + 1;
    }
    values[left_out] = statistic(others);
  }
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(clusters);
  double squares = 0;
  double cubes = 0;
  for (const double value : values) {
    const double difference = mean - value;
    squares += difference * difference;
    cubes += difference * difference * difference;
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

/// The value below which `share` of the sorted ones lie, as quantile() in interval.h, which sorts.
double sorted_quantile(const std::vector<double>& sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

/// The quantile of the resamples that stands for the normal quantile `z`.
double corrected_share(const BootstrapLimits& limits, double z) {
  const double shifted = limits.bias_correction + z;
  const double stretch = 1 - limits.acceleration * shifted;
  // Past the pole the formula would come back from the other side.
  if (stretch <= 0) return shifted > 0 ? 1 : 0;
  return boost::math::cdf(boost::math::normal(), limits.bias_correction + shifted / stretch);
}

}  // namespace

BootstrapLimits bca_limits(std::size_t clusters, const ClusterStatistic& statistic,
                           const BootstrapPlan& plan) {
  ASSAY_CHECK(clusters > 0, "a statistic is one of some clusters");
  ASSAY_CHECK(plan.confidence > 0 && plan.confidence < 1, "a confidence is a probability");
  ASSAY_CHECK(plan.resamples >= 100, "limits are quantiles of many resamples");
  std::vector<std::size_t> everyone(clusters);
  std::iota(everyone.begin(), everyone.end(), std::size_t{0});
  BootstrapLimits limits;
  limits.estimate = statistic(everyone);
  if (clusters == 1) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    limits.interval = {-kInfinity, kInfinity};
    return limits;
  }
  const std::vector<double> values = sorted_resamples(clusters, statistic, plan);
  limits.bias_correction = bias_correction_of(values, limits.estimate);
  limits.acceleration = jackknife_acceleration(clusters, statistic);
  const double z = boost::math::quantile(boost::math::normal(), (1 + plan.confidence) / 2);
  limits.interval = {sorted_quantile(values, corrected_share(limits, -z)),
                     sorted_quantile(values, corrected_share(limits, z))};
  return limits;
}

BootstrapLimits bca_limits_of_mean(std::span<const Cluster> clusters, const BootstrapPlan& plan) {
  std::vector<Cluster> filled;
  for (const Cluster& cluster : clusters) {
    if (cluster.size > 0) filled.push_back(cluster);
  }
  if (filled.empty()) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return {.estimate = 0, .interval = {-kInfinity, kInfinity}};
  }
  const auto mean = [&filled](std::span<const std::size_t> chosen) {
    double sum = 0;
    double trials = 0;
    for (const std::size_t index : chosen) {
      sum += filled[index].sum;
      trials += static_cast<double>(filled[index].size);
    }
    return sum / trials;
  };
  return bca_limits(filled.size(), mean, plan);
}

}  // namespace assay::stats
