// Are two independent groups equally often right? Called where unpaired binary results are
// compared: `finding`. For results on the same canaries mcnemar.h sees more. Pure; thread-safe.
#pragma once

#include <cstdint>

namespace assay::stats {

/// One group's trials. Requires 0 ≤ successes ≤ trials.
struct Group {
  std::int64_t successes = 0;
  std::int64_t trials = 0;
};

/// Fisher's exact test of two proportions, two-sided: given the margins of the two-by-two table,
/// the sum of the hypergeometric probabilities of all tables no more probable than the one seen
/// (Fisher 1935; probabilities within one part in 10⁷ count as equal, as in R's fisher.test). 1
/// when a group is empty or when all trials ended alike. Three of three against none of three:
/// 2/20 = 0.10.
double fisher_exact(const Group& one, const Group& other);

}  // namespace assay::stats
