// How much of the allowed error a group-sequential test may spend by each look, and the boundaries
// that spend it. Called by sign_flip and sequential. Pure functions; thread-safe.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace assay::stats {

/// Error-spending functions of Lan and DeMets (1983).
enum class Spending {
  OBrienFleming,  ///< Nearly nothing early: the last look tests almost at the full level.
  Pocock,         ///< About evenly.
};

/// "obrien_fleming", "pocock".
std::string_view name_of(Spending spending);

/// The one-sided error that may be spent by information fraction `fraction` of a test at one-sided
/// level `alpha`: 2 − 2Φ(Φ⁻¹(1 − α/2)/√t) for O'Brien–Fleming, α ln(1 + (e − 1)t) for Pocock (Lan
/// and DeMets 1983, section 3). Requires 0 < alpha < 1; 0 at fraction ≤ 0, alpha from 1 on.
/// OBrienFleming, 0.025, 0.5: 0.001525.
double spent(Spending spending, double alpha, double fraction);

/// Upper boundaries on the scale of a standard normal statistic, one for each look, such that the
/// probability of having crossed one by look k is spent(…, fractions[k]). By recursive numerical
/// integration (Armitage, McPherson and Rowe 1969), to about 1e-5. Requires ascending fractions in
/// (0, 1]. OBrienFleming, 0.025, looks at fifths: 4.877, 3.357, 2.680, 2.290, 2.031.
std::vector<double> normal_boundaries(Spending spending, double alpha,
                                      std::span<const double> fractions);

}  // namespace assay::stats
