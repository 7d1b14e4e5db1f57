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

/// Wilson's score interval for the share of right answers when they come in clusters; within [0,
/// 1].
///
/// The number of trials is divided by the design effect v N / (p(1 − p)), v being the squared
/// standard error of clustered_error.h: what the clusters show is used as it is, also where it is
/// below 1 (Dean and Pagano 2015; Franco, Little, Louis and Slud 2019). One pseudo-canary whose
/// repeats agree weighs in against the 4p(1 − p)G that can tell something, G being the number of
/// canaries, so that nothing rests on one canary where nearly everything is right. The quantile is
/// Student's on 2(G − 1) degrees, between the normal one and that for an estimated variance: only
/// its ratio to p(1 − p) is.
///
/// All of G canaries right or wrong: G trials. One canary: one trial; none: [0, 1]. Sixty canaries
/// of one repeat, 30 right: [0.377, 0.623].
Interval clustered_wilson(std::span<const Cluster> clusters, double confidence = 0.95);

/// One canary's mean under the cell and under the baseline, each in [0, 1].
struct Pair {
  double treatment = 0;
  double baseline = 0;
};

struct PairedDifference {
  double delta = 0;        ///< Mean of treatment − baseline over canaries; 0 without canaries.
  Interval interval;       ///< At `confidence`; within [−1, 1], holds `delta`, never of width 0.
  Interval interval_tost;  ///< At 1 − 2(1 − confidence): two one-sided tests (Schuirmann 1987).
  double standard_error = 1;  ///< Of delta.
  double deviation = 1;       ///< Of one canary's difference: standard error × √canaries.
  std::int64_t canaries = 0;
  double confidence = 0.95;
};

/// The mean difference with Student's t limits over canaries: the canary is the unit, so that
/// repeats inside it never count as independent. The squared standard error is
/// (Σ(d − d̄)² + 3h² / (1 + k)²) / (n(n − 1)), k being the number of canaries whose difference d is
/// not 0 and h² = (1 + Σd²) / (1 + k). Where no canary differs the added term gives one-sided
/// limits of ±3/n, the rule of three (Hanley and Lippman-Hand 1983), in place of a width of 0; it
/// fades as soon as there are differences to estimate from.
///
/// With fewer than two canaries the limits are −1 and 1. Limits are rounded to nine decimals, so
/// that a sum that cancels is 0 and not 1e-17. Requires 0.5 < confidence < 1. Forty pairs without
/// any difference give ±0.089, and ±0.074 at one-sided 95 %.
PairedDifference paired_difference(std::span<const Pair> pairs, double confidence = 0.95);

/// The same from the differences themselves, each in [−1, 1].
PairedDifference paired_difference(std::span<const double> differences, double confidence = 0.95);

/// The standard error that paired_difference() would give after `canaries` of them, which may be
/// more than there are, if they went on as they began: the same deviation and the same share of
/// canaries that differ. Requires two differences and two canaries; at their own number it is their
/// standard error. Twelve canaries without any difference, at 60: 0.0291.
double standard_error_at(std::span<const double> differences, double canaries);

/// The q-quantile, q in [0, 1], by linear interpolation between order statistics (Hyndman and Fan
/// 1996, type 7, R's default): quantile({1, 2, 3, 4}, 0.25) = 1.75. NaN when empty.
double quantile(std::vector<double> values, double q);

}  // namespace assay::stats
