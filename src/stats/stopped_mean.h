// An interval for an effect whose study might have stopped at any of several looks. Called by
// sequential. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "stats/interval.h"

namespace assay::stats {

/// One look of a study: at which share of the information it is, and with which z statistics the
/// study goes on afterwards, in ascending ranges that lie apart. The last look has none.
struct LookRule {
  double fraction = 0;  ///< In (0, 1].
  std::vector<Interval> going_on;
};

/// Limits for the drift θ, the mean of a standard normal statistic at full information, when the
/// study stopped at look `look`, from 0, with statistic z. By ordering of the sample mean (Emerson
/// and Fleming 1990, section 2): results are as extreme as their mean z/√fraction, at whichever
/// look they came, so the lower limit is the θ at which P(mean at the stop ≥ the one seen) is
/// (1 − confidence)/2, and the upper one where it is (1 + confidence)/2. That probability runs over
/// the stops of all looks, those not taken included, and over stops for any reason: a study that
/// gives up what looks like nothing reports small means more often than one that does not.
///
/// With a single look it is (z ± 1.96)/√fraction. Requires |z| ≤ 30 and ascending fractions.
Interval stopped_mean_interval(std::span<const LookRule> rules, std::size_t look, double statistic,
                               double confidence = 0.95);

}  // namespace assay::stats
