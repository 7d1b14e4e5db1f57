#include "stats/interval.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/random.h"

namespace assay::stats {
namespace {

/// Sums of squares below this share of the trials are what rounding leaves of exact zeros.
constexpr double kRoundingNoise = 1e-12;

struct AnalysisOfVariance {
  double clusters = 0;  ///< Those that are not empty.
  double trials = 0;
  double sizes_squared = 0;  ///< Σm².
  double within = 0;         ///< Sum of squares around each cluster's own mean.
  double between = 0;        ///< Sum of squares of cluster means around the grand mean.
};

AnalysisOfVariance analyse(std::span<const Cluster> clusters) {
  AnalysisOfVariance table;
  double sum = 0;
  double squares_of_sums = 0;
  for (const Cluster& cluster : clusters) {
    if (cluster.size == 0) continue;
    const auto size = static_cast<double>(cluster.size);
    const double explained = cluster.sum * cluster.sum / size;
    table.clusters += 1;
    table.trials += size;
    table.sizes_squared += size * size;
    table.within += std::max(0.0, cluster.sum_of_squares - explained);
    squares_of_sums += explained;
    sum += cluster.sum;
  }
  if (table.trials > 0) table.between = std::max(0.0, squares_of_sums - sum * sum / table.trials);
  return table;
}

/// What is resampled: one difference per canary, then the two pseudo-canaries.
std::vector<double> differences_with_pseudo_canaries(std::span<const Pair> pairs) {
  std::vector<double> differences;
  differences.reserve(pairs.size() + 2);
  double sum = 0;
  double squares = 1;
  double unequal = 1;
  for (const Pair& pair : pairs) {
    const double difference = pair.treatment - pair.baseline;
    differences.push_back(difference);
    sum += difference;
    squares += difference * difference;
    if (std::abs(difference) > kRoundingNoise) unequal += 1;
  }
  // Their order follows the sign of the mean, so that swapped pairs give the mirrored resamples.
  const double size = std::copysign(std::sqrt(squares / unequal), sum);
  differences.push_back(size);
  differences.push_back(-size);
  return differences;
}

std::vector<double> sorted_resampled_means(const std::vector<double>& values, std::uint64_t seed,
                                           int resamples) {
  base::Random random(seed);
  const std::uint64_t count = values.size();
  std::vector<double> means(static_cast<std::size_t>(resamples));
  for (double& mean : means) {
    double sum = 0;
    for (std::uint64_t draw = 0; draw < count; ++draw) {
      // Scaling 32 random bits favours no canary by more than count / 2^32; Random::below would
      // spend most of the time here on removing that.
      sum += values[((random.next() >> 32U) * count) >> 32U];
    }
    mean = sum / static_cast<double>(count);
  }
  std::sort(means.begin(), means.end());
  return means;
}

double rounded(double limit) { return std::round(limit * 1e9) / 1e9; }

/// The central part of the sorted means, widened where needed to hold the estimate itself.
Interval percentile_interval(const std::vector<double>& means, double confidence, double delta) {
  const auto last = static_cast<double>(means.size() - 1);
  const auto low = static_cast<std::size_t>(std::floor((1 - confidence) / 2 * last));
  const std::size_t high = means.size() - 1 - low;
  return {rounded(std::min(means[low], delta)), rounded(std::max(means[high], delta))};
}

double standard_deviation(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / count);
}

}  // namespace

Interval wilson(double successes, double trials, double confidence) {
  ASSAY_CHECK(successes >= 0 && successes <= trials, "successes are some of the trials");
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  if (trials == 0) return {0, 1};
  const double z = boost::math::quantile(boost::math::normal(), (1 + confidence) / 2);
  const double share = successes / trials;
  const double shrinkage = 1 + z * z / trials;
  const double center = (share + z * z / (2 * trials)) / shrinkage;
  const double half =
      z / shrinkage * std::sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
  // At the ends the limit is exactly 0 or 1, which rounding would miss by an ulp.
  return {successes == 0 ? 0 : std::max(0.0, center - half),
          successes == trials ? 1 : std::min(1.0, center + half)};
}

double intracluster_correlation(std::span<const Cluster> clusters) {
  const AnalysisOfVariance table = analyse(clusters);
  if (table.clusters == 0) return 0;
  if (table.clusters == 1 || table.within <= kRoundingNoise * table.trials) return 1;
  const double mean_square_between = table.between / (table.clusters - 1);
  const double mean_square_within = table.within / (table.trials - table.clusters);
  const double typical_size =
      (table.trials - table.sizes_squared / table.trials) / (table.clusters - 1);
  const double correlation = (mean_square_between - mean_square_within) /
                             (mean_square_between + (typical_size - 1) * mean_square_within);
  return std::clamp(correlation, 0.0, 1.0);
}

double effective_sample_size(std::span<const Cluster> clusters) {
  const AnalysisOfVariance table = analyse(clusters);
  if (table.trials == 0) return 0;
  const double weighted_size = table.sizes_squared / table.trials;
  const auto size = static_cast<std::int64_t>(std::lround(weighted_size));
  const auto sum = static_cast<double>(size);
  std::vector<Cluster> with_pseudo_canaries(clusters.begin(), clusters.end());
  with_pseudo_canaries.push_back({.sum = sum, .size = size, .sum_of_squares = sum});
  with_pseudo_canaries.push_back({.sum = 0, .size = size, .sum_of_squares = 0});
  const double correlation = intracluster_correlation(with_pseudo_canaries);
  return table.trials / (1 + (weighted_size - 1) * correlation);
}

PairedDifference paired_difference(std::span<const Pair> pairs, std::uint64_t seed,
                                   double confidence, int resamples) {
  ASSAY_CHECK(confidence >= 0.8 && confidence < 1, "below 0.8 the limits may fall together");
  ASSAY_CHECK(resamples >= 100, "limits are percentiles of many resamples");
  PairedDifference result;
  result.confidence = confidence;
  result.canaries = static_cast<std::int64_t>(pairs.size());
  for (const Pair& pair : pairs) {
    result.delta += (pair.treatment - pair.baseline) / static_cast<double>(pairs.size());
  }
  const std::vector<double> differences = differences_with_pseudo_canaries(pairs);
  const std::vector<double> means = sorted_resampled_means(differences, seed, resamples);
  result.interval = percentile_interval(means, confidence, result.delta);
  result.interval_tost = percentile_interval(means, 2 * confidence - 1, result.delta);
  result.deviation = standard_deviation(differences);
  return result;
}

double quantile(std::vector<double> values, double q) {
  ASSAY_CHECK(q >= 0 && q <= 1, "a quantile lies between the least and the greatest value");
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  std::sort(values.begin(), values.end());
  return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace assay::stats
