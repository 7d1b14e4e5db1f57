// The exact sign-flip test of paired differences, looked at several times. Called by sequential.
// Pure functions; thread-safe.
//
// If a cell changes nothing, swapping cell and baseline of a canary is as likely as not, so the
// sum of the canaries' differences is distributed as Σ ±|d| over all sign patterns (Fisher 1935,
// section 21). That distribution is computed whole, by convolution, for all looks together: a path
// that crossed at an early look is taken out before the next, which makes the error of looking
// repeatedly exact, given the differences' sizes, for any number of canaries.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "stats/spending.h"

namespace assay::stats {

/// One look: how many of the differences are in hand, and which share of the planned information
/// that is.
struct Look {
  std::size_t differences = 0;
  double fraction = 0;  ///< In (0, 1].
};

struct Crossing {
  std::size_t look = 0;  ///< From 0.
  bool is_positive = false;
};

/// The first look at which the sum of the differences lies outside the boundaries that spend
/// two-sided level `alpha`; none when it never does. Differences are in [−1, 1], in the order in
/// which they came; looks ascend. Differences that are not multiples of a common fraction n/120 or
/// coarser are rounded to a 64th of the largest. Under the null hypothesis a crossing happens with
/// probability at most alpha, whatever the looks.
std::optional<Crossing> sign_flip_crossing(std::span<const double> differences,
                                           std::span<const Look> looks, double alpha,
                                           Spending spending = Spending::OBrienFleming);

/// The smallest two-sided level, to three digits, at which there is a crossing; 1 when there is
/// none below 0.99. With one look at everything it is the p value of permutation.h's exact test:
/// five differences of one sign and size: 0.0625.
double sign_flip_p_value(std::span<const double> differences, std::span<const Look> looks,
                         Spending spending = Spending::OBrienFleming);

}  // namespace assay::stats
