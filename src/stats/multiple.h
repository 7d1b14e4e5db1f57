// What p values are worth when many cells are compared with one baseline. Called per matrix by
// `finding`. Pure; thread-safe.
#pragma once

#include <span>
#include <vector>

namespace assay::stats {

/// Holm's (1979) step-down adjusted p values, in the order given: for the i-th smallest of m,
/// the largest of (m − j + 1) p(j) over j ≤ i, at most 1. Calling everything with an adjusted p of
/// at most α a difference is wrong anywhere in the family with probability at most α, however the
/// tests depend on each other. Requires every p in [0, 1]; none gives none.
/// holm({0.01, 0.04, 0.03}) = {0.03, 0.06, 0.06}.
std::vector<double> holm(std::span<const double> p_values);

}  // namespace assay::stats
