// An interval for an effect that was looked at several times and whose study might have stopped at
// each look. Called by sequential. Pure functions; thread-safe.
#pragma once

#include <span>

#include "stats/interval.h"

namespace assay::stats {

/// Limits for the drift θ of a Brownian motion, the mean of a standard normal statistic at full
/// information, by stage-wise ordering (Fairbanks and Madsen 1982; Jennison and Turnbull 2000,
/// section 8.5): the θ at which a result at least as extreme, which is any earlier crossing on that
/// side or a larger statistic at this look, has probability (1 − confidence)/2.
///
/// `fractions` are those of the looks taken, `boundaries` the two-sided boundaries of all of them
/// but the last, on the normal scale; `statistic` is the normal statistic at the last look taken.
/// With one look it is (statistic ± z)/√fraction. Requires |statistic| ≤ 30.
Interval stagewise_interval(std::span<const double> fractions, std::span<const double> boundaries,
                            double statistic, double confidence = 0.95);

}  // namespace assay::stats
