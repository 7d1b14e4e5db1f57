// How two shares differ, each of a series of requests that were answered or not: as a difference
// and as a ratio, with limits that do not close where nothing failed at all. Called by `load`.
// Pure functions; thread-safe.
#pragma once

#include "stats/interval.h"

namespace assay::stats {

struct ShareSample {
  double share = 0;           ///< In [0, 1].
  double size_effective = 0;  ///< Independent trials it is worth, above 0.
};

/// Outcomes of the same trials under two conditions.
struct PairedOutcomes {
  double both = 0;
  double only_before = 0;
  double only_after = 0;
  double neither = 0;
};

/// φ, the correlation of two yes-or-no outcomes, drawn towards 0 by a continuity of n/2 where
/// positive (Newcombe 1998, "Improved confidence intervals for the difference between binomial
/// proportions based on paired data", method 10). 0 where one outcome never varies.
double correlation_of(const PairedOutcomes& outcomes);

/// after − before by the square-and-add method on the two Wilson intervals, less what their
/// correlation takes away (Newcombe 1998, as above; 0 for samples that are independent).
/// Of 50 pairs, 36 both, 12 only after, 2 only before, 0.95: 0.2 [0.0569, 0.3404]. No failure
/// among 300 on either side: ±0.0126.
Interval share_difference(const ShareSample& before, const ShareSample& after, double correlation,
                          double confidence = 0.95);

/// after ÷ before by the same method on logarithms (Zou and Donner 2008, "Construction of
/// confidence limits about effect measures: a general approach"). Where a share is 0: from and to
/// the ratios of opposite limits, ∞ included. All of 300 on either side, 0.95: 0.987 to 1.013.
Interval share_ratio(const ShareSample& before, const ShareSample& after, double correlation,
                     double confidence = 0.95);

}  // namespace assay::stats
