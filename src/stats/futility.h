// Whether a cell is still worth asking: the probability, predicted from what was seen, that its
// study will say anything of it but "undecided". Called by sequential. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <span>

#include "stats/interval.h"

namespace assay::stats {

/// How a cell will be judged at its last look.
struct LastLook {
  double canaries = 0;
  double boundary = 0;          ///< Of the z statistic, for a difference.
  double margin = 0;            ///< For equivalence.
  double level_equivalent = 0;  ///< Of each of the two one-sided t tests.
};

/// What can be said, from the differences so far, of the mean at the last look.
///
/// Under a flat prior the mean of all N canaries, n of which gave mean d, is normal around d with
/// variance s²(1/n − 1/N) (Spiegelhalter, Freedman and Blackburn 1986). Its standard error will be
/// what paired_difference() makes of N such differences. A verdict of equivalence is predicted with
/// the s seen, so that a cell without any difference so far is not given up as long as N of them
/// would show equivalence; a difference is predicted with the standard error's s, which is never 0,
/// so that few equal canaries do not pass for proof that none will differ.
class Outlook {
 public:
  /// Requires at least two differences, and at least as many canaries at the last look.
  Outlook(std::span<const double> differences, const LastLook& last);

  /// The probability of any verdict but "undecided" if after `canaries` of them, fewer than at the
  /// last look, the mean were `delta`.
  double chance(double delta, double canaries) const;

  /// The means, from 0 up and mirrored below, for which the chance falls below `least`; none
  /// when it never does.
  std::optional<Interval> futile_means(double canaries, double least) const;

 private:
  double canaries_last_;
  double deviation_ = 0;           ///< s.
  double deviation_cautious_ = 0;  ///< Never 0.
  double shown_ = 0;               ///< Means beyond differ.
  double within_ = 0;              ///< Means nearer to 0 are equivalent; below 0: none is.
};

}  // namespace assay::stats
