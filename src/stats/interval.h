// Intervals for proportions and for paired differences, with the clustering of repeats inside a
// canary taken into account. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

struct Interval {
  double low = 0;
  double high = 0;
};

/// Wilson's score interval (Wilson 1927; Brown, Cai, DasGupta 2001, eq. 4). `successes` may be a
/// fraction when `trials` is an effective sample size. wilson(0, 3) = [0, 0.5615]. No trials: [0,
/// 1].
Interval wilson(double successes, double trials, double confidence = 0.95);

/// One canary's repeats: how many were scored and the sum of their values in [0, 1].
struct Cluster {
  double sum = 0;
  std::int64_t size = 0;
  double sum_of_squares = 0;
};

/// The intra-cluster correlation by one-way analysis of variance, clipped to [0, 1]; 1 when every
/// cluster is constant but they differ; 0 when all values are equal (nothing to learn) is wrong for
/// identical repeats, so that case also gives 1: identical repeats carry no information of their
/// own.
double intracluster_correlation(std::span<const Cluster> clusters);

/// Trials divided by the design effect 1 + (m − 1)ρ (Kish 1965), m the size-weighted mean cluster
/// size. Between the number of clusters and the number of trials.
double effective_sample_size(std::span<const Cluster> clusters);

/// One canary's mean under the cell and under the baseline, each in [0, 1].
struct Pair {
  double treatment = 0;
  double baseline = 0;
};

struct PairedDifference {
  double delta = 0;        ///< Mean of treatment − baseline over canaries.
  Interval interval;       ///< 95 % by default.
  Interval interval_tost;  ///< At confidence 1 − 2(1 − confidence): two one-sided tests.
  double deviation = 0;    ///< Of one canary's difference, with two pseudo-canaries (see below).
  std::int64_t canaries = 0;
};

/// Cluster bootstrap of the mean difference, canaries resampled whole. Percentile limits over the
/// observed differences and two pseudo-canaries with differences +1 and −1, as Bonett and Price
/// (2012) add them to paired proportions: without them, all-equal pairs would give an interval of
/// width 0. Same seed, same result.
PairedDifference paired_difference(std::span<const Pair> pairs, std::uint64_t seed,
                                   double confidence = 0.95, int resamples = 10000);

/// The q-quantile by linear interpolation (Hyndman–Fan type 7). NaN when empty.
double quantile(std::vector<double> values, double q);

}  // namespace assay::stats
