// Are two cells equally often right on the same canaries, each right or wrong on each? Called where
// paired binary results are compared: `finding`. Pure functions; thread-safe.
#pragma once

#include <cstdint>

namespace assay::stats {

/// How many canaries only one of two cells got right. Those on which both agree say nothing.
struct Discordant {
  std::int64_t better = 0;  ///< Right under the treatment, wrong under the baseline.
  std::int64_t worse = 0;   ///< The other way round.
};

struct McNemar {
  double p_exact = 1;  ///< Never too often below α.
  double p_mid = 1;    ///< Less cautious; may be below α slightly too often.
};

/// McNemar's test (1947), two-sided, conditional on the discordant pairs: of n such pairs the
/// smaller count m is Binomial(n, 1/2). p_exact = min(1, 2 P(X ≤ m)); p_mid = p_exact − P(X = m),
/// or 1 − P(X = m)/2 when both counts are equal (Fagerland, Lydersen and Laake 2013). Both are 1
/// without discordant pairs. Requires counts ≥ 0. Of 7 and 1: 0.0703 and 0.0391.
McNemar mcnemar(const Discordant& pairs);

/// The smallest number of discordant pairs, all one way, whose exact p is at most `alpha`: below
/// it no result can be called significant. The least n with 2 · 2^−n ≤ alpha. Requires
/// 0 < alpha ≤ 1. discordant_pairs_least(0.05) = 6, as p = 0.03125.
std::int64_t discordant_pairs_least(double alpha);

}  // namespace assay::stats
