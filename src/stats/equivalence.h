// Is a paired mean difference small enough not to matter? Called where "no difference found" must
// become "no difference": sequential, `finding`, `gateway`. Pure; thread-safe.
#pragma once

#include <span>

#include "stats/interval.h"

namespace assay::stats {

struct EquivalenceTest {
  double mean = 0;     ///< Of the differences; 0 without any.
  double p_below = 1;  ///< One-sided, of the mean being at or below −margin.
  double p_above = 1;  ///< One-sided, of the mean being at or above +margin.
  double p = 1;        ///< The larger of both.
  bool equivalent = false;
};

/// Two one-sided t tests of a paired mean (Schuirmann 1987): t = (mean ± margin)/(s/√n) on n − 1
/// degrees of freedom; equivalent when p ≤ alpha, which is when the t interval at 1 − 2α lies
/// within ±margin. Below two differences, or when all are the same, their spread is not known: p is
/// 1 and nothing is decided.
/// Requires margin ≥ 0 and 0 < alpha < 0.5. Differences 0.1, −0.1, 0, 0 and a margin of 0.2:
/// t = ±4.899 on 3 degrees of freedom, p = 0.0081.
EquivalenceTest equivalence_test(std::span<const double> differences, double margin,
                                 double alpha = 0.05);

/// The same with the standard error of paired_difference(), which is never 0, so that enough
/// canaries without any difference are equivalent: fifty-nine of them at a margin of 0.05, p =
/// 0.0499.
EquivalenceTest equivalence_test(const PairedDifference& difference, double margin,
                                 double alpha = 0.05);

}  // namespace assay::stats
