#include "stats/interval.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "stats/clustered_error.h"

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

/// Of paired differences.
struct Moments {
  double mean = 0;
  double variance = 0;  ///< With n − 1; 0 below two.
  double squares = 0;   ///< Σd².
  double unequal = 0;   ///< How many are not 0.
};

Moments moments_of(std::span<const double> differences) {
  Moments moments;
  const auto count = static_cast<double>(differences.size());
  for (const double difference : differences) {
    moments.mean += difference / count;
    moments.squares += difference * difference;
    if (std::abs(difference) > kRoundingNoise) moments.unequal += 1;
  }
  if (differences.size() < 2) return moments;
  for (const double difference : differences) {
    moments.variance += (difference - moments.mean) * (difference - moments.mean) / (count - 1);
  }
  return moments;
}

double rounded(double limit) { return std::round(limit * 1e9) / 1e9; }

Interval score_interval(double share, double trials, double z) {
  const double shrinkage = 1 + z * z / trials;
  const double center = (share + z * z / (2 * trials)) / shrinkage;
  const double half =
      z / shrinkage * std::sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
  // At the ends the limit is exactly 0 or 1, which rounding would miss by an ulp.
  return {share == 0 ? 0 : std::max(0.0, center - half),
          share == 1 ? 1 : std::min(1.0, center + half)};
}

/// delta ± the t quantile, within [−1, 1] and never closer to delta than it is itself.
Interval student_interval(const PairedDifference& difference, double confidence) {
  if (difference.canaries < 2) return {-1, 1};
  const boost::math::students_t student(static_cast<double>(difference.canaries - 1));
  const double reach =
      boost::math::quantile(student, (1 + confidence) / 2) * difference.standard_error;
  return {rounded(std::max(-1.0, difference.delta - reach)),
          rounded(std::min(1.0, difference.delta + reach))};
}

}  // namespace

Interval wilson(double successes, double trials, double confidence) {
  ASSAY_CHECK(successes >= 0 && successes <= trials, "successes are some of the trials");
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  if (trials == 0) return {0, 1};
  const double z = boost::math::quantile(boost::math::normal(), (1 + confidence) / 2);
  return score_interval(successes / trials, trials, z);
}

Interval clustered_wilson(std::span<const Cluster> clusters, double confidence) {
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  const AnalysisOfVariance table = analyse(clusters);
  if (table.clusters == 0) return {0, 1};
  const ClusteredError error = clustered_error(clusters);
  double share = std::clamp(error.mean, 0.0, 1.0);
  if (share > 1 - kRoundingNoise) share = 1;
  if (table.clusters < 2) return wilson(share, 1, confidence);
  const double variance = share * (1 - share);
  const double telling = 4 * variance * table.clusters;
  // telling · v N / variance, written so that it is 0 and not 0/0 where all agree.
  const double seen =
      4 * table.clusters * error.standard_error * error.standard_error * table.trials;
  const double design_effect = (seen + table.sizes_squared / table.trials) / (telling + 1);
  const boost::math::students_t student(2 * (table.clusters - 1));
  return score_interval(share, table.trials / design_effect,
                        boost::math::quantile(student, (1 + confidence) / 2));
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

PairedDifference paired_difference(std::span<const double> differences, double confidence) {
  ASSAY_CHECK(confidence > 0.5 && confidence < 1, "two one-sided tests need more than one half");
  PairedDifference result;
  result.confidence = confidence;
  result.canaries = static_cast<std::int64_t>(differences.size());
  const auto count = static_cast<double>(differences.size());
  result.delta = moments_of(differences).mean;
  if (differences.size() >= 2) {
    result.standard_error = standard_error_at(differences, count);
    result.deviation = result.standard_error * std::sqrt(count);
  }
  result.interval = student_interval(result, confidence);
  result.interval_tost = student_interval(result, 2 * confidence - 1);
  return result;
}

double standard_error_at(std::span<const double> differences, double canaries) {
  ASSAY_CHECK(differences.size() >= 2 && canaries >= 2, "one difference has no spread");
  const Moments moments = moments_of(differences);
  const double growth = canaries / static_cast<double>(differences.size());
  const double unequal = 1 + moments.unequal * growth;
  const double added = 3 * (1 + moments.squares * growth) / (unequal * unequal * unequal);
  const double deviations = moments.variance * (canaries - 1) + added;
  return std::sqrt(deviations / (canaries * (canaries - 1)));
}

PairedDifference paired_difference(std::span<const Pair> pairs, double confidence) {
  std::vector<double> differences;
  differences.reserve(pairs.size());
  for (const Pair& pair : pairs) differences.push_back(pair.treatment - pair.baseline);
  return paired_difference(std::span<const double>(differences), confidence);
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
