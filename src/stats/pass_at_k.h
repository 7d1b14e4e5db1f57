// How often a case would be solved in k attempts: at least once (pass@k), or every time (pass^k).
// Called where a case is tried several times: `finding`, `agent`. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace assay::stats {

/// One case's attempts. Requires 0 ≤ passed ≤ trials.
struct Attempts {
  std::int64_t passed = 0;
  std::int64_t trials = 0;
};

/// The mean over cases of 1 − C(n − c, k)/C(n, k), of c passed among n trials: without bias the
/// probability that at least one of k attempts passes (Chen et al. 2021, arXiv 2107.03374,
/// equation 1), as a product, because the binomials overflow. Requires k ≥ 1. Bad input when there
/// is no case, or when one has fewer than k trials, which says nothing about k. Of 1 passed among
/// 3, k = 2: 2/3.
base::Result<double> pass_at_k(std::span<const Attempts> cases, std::int64_t k);

/// The mean over cases of C(c, k)/C(n, k): without bias the probability that all of k attempts
/// pass (Yao et al. 2024, arXiv 2406.12045). Otherwise as pass_at_k. Of 2 passed among
/// 3, k = 2: 1/3.
base::Result<double> pass_all_k(std::span<const Attempts> cases, std::int64_t k);

}  // namespace assay::stats
