// Intervals for proportions and for paired differences, with the clustering of repeats inside a
// canary taken into account. Called by `finding`. Pure functions; thread-safe.
// docs/design/statistics.md gives the reasons and the measured coverage.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

struct Interval {
  double low = 0;
  double high = 0;
};

/// Wilson's score interval (Wilson 1927; Brown, Cai and DasGupta 2001, equation 4), within [0, 1].
/// `successes` and `trials` may be fractions, as an effective sample size is; requires
/// 0 ≤ successes ≤ trials and 0 < confidence < 1. wilson(0, 3) = [0, 0.5615]; wilson(0, 0), of
/// which nothing is known, = [0, 1].
Interval wilson(double successes, double trials, double confidence = 0.95);

/// One canary's repeats: how many were scored, the sum of their values, each in [0, 1], and the sum
/// of the values' squares. A cluster of size 0 is as good as absent.
struct Cluster {
  double sum = 0;
  std::int64_t size = 0;
  double sum_of_squares = 0;
};

/// The share of the variance that lies between canaries rather than between the repeats of one, in
/// [0, 1]: the intra-cluster correlation by one-way analysis of variance (Donner 1986, section 2),
/// negative estimates raised to 0. When the repeats inside every canary are identical it is 1,
/// also where all canaries agree: a repeat that cannot differ tells nothing new. It is 1 too for a
/// single canary, whose repeats say nothing about other canaries; and 0 without clusters.
/// Two repeats each, (0, 1), (1, 1), (0, 0): 0.5.
double intracluster_correlation(std::span<const Cluster> clusters);

/// How many independent trials the clusters are worth: trials divided by the design effect
/// 1 + (m − 1)ρ (Kish 1965, section 5.4), m being the mean cluster size weighted by size. At most
/// the number of trials. When no canary's repeats differ and all have the same number of them, it
/// is the number of canaries.
///
/// ρ is estimated with two pseudo-canaries added, one always right and one always wrong. Where
/// nearly everything is right the plain estimate rests on one or two canaries and is often 0, which
/// makes intervals too narrow: they held the truth in 91 % instead of 95 % of simulated studies.
double effective_sample_size(std::span<const Cluster> clusters);

/// One canary's mean under the cell and under the baseline, each in [0, 1].
struct Pair {
  double treatment = 0;
  double baseline = 0;
};

struct PairedDifference {
  double delta = 0;        ///< Mean of treatment − baseline over canaries; 0 without canaries.
  Interval interval;       ///< At `confidence`; within [−1, 1], holds `delta`, never of width 0.
  Interval interval_tost;  ///< At 1 − 2(1 − confidence): two one-sided tests (Schuirmann 1987).
  double deviation = 0;    ///< Standard deviation of the differences, pseudo-canaries included.
  std::int64_t canaries = 0;
  double confidence = 0.95;
};

/// The mean difference with percentile limits of a cluster bootstrap: canaries are resampled whole,
/// so that repeats inside them never count as independent. Two pseudo-canaries with the
/// differences +h and −h are resampled along, as Bonett and Price (2012) add them to paired
/// proportions with h = 1; here h² = (1 + Σd²) / (1 + k) over the k canaries whose difference d is
/// not 0, the square of what a difference typically is, starting from 1. That is Bonett and
/// Price's h wherever differences are −1, 0 or 1, and smaller where they are averages of repeats.
/// Without pseudo-canaries, pairs that are all equal would give an interval of width 0.
///
/// Same pairs and seed, same result; swapping treatment and baseline mirrors it. Limits are rounded
/// to nine decimals, so that a sum that cancels is 0 and not 1e-17. Requires
/// 0.8 ≤ confidence < 1 and resamples ≥ 100. Forty pairs without any difference give ±0.071
/// (Bonett and Price's closed form: ±0.066).
PairedDifference paired_difference(std::span<const Pair> pairs, std::uint64_t seed,
                                   double confidence = 0.95, int resamples = 10000);

/// The q-quantile, q in [0, 1], by linear interpolation between order statistics (Hyndman and Fan
/// 1996, type 7, R's default): quantile({1, 2, 3, 4}, 0.25) = 1.75. NaN when empty.
double quantile(std::vector<double> values, double q);

}  // namespace assay::stats
