// From an interval to a word. Called by `finding`. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "stats/interval.h"

namespace assay::stats {

enum class Verdict { Better, Worse, Equivalent, Undecided };

/// "better", "worse", "equivalent", "undecided".
std::string_view name_of(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::Undecided;
  /// When undecided: about how many more canaries would decide it, at least 1. −1 when it is
  /// decided, and when it cannot be said: no canary yet, or more than 100,000 would be needed.
  std::int64_t canaries_more = -1;
};

/// About how many more canaries would decide a difference, at least 1; −1 when it cannot be said.
/// `alpha` is the two-sided level at which a difference would have to be shown.
std::int64_t canaries_more(const PairedDifference& difference, double margin, double alpha,
                           double power = 0.8);

/// For a single comparison, looked at once; sequential.h judges a matrix. Better or worse when the
/// interval excludes 0; else equivalent when the TOST interval lies inside ±margin; else undecided.
/// `margin` ≥ 0 is in points of accuracy, 0.05 = five points; with 0 nothing is ever equivalent.
///
/// The number of canaries takes the difference seen for the true one and the smaller of the numbers
/// that would show, with probability `power`, that it is not 0 or that it is within the margin:
/// n = (z(1 − α/2) + z(power))² σ² / δ² and
/// n = (z(1 − α) + z((1 + power) / 2))² σ² / (margin − |δ|)²
/// (Chow, Shao and Wang 2008, section 3.1), σ being `deviation`. With δ = 0.1, σ = 0.5 and a
/// margin of 0.05 it is 197 in all: 137 more than 60.
Judgement judge(const PairedDifference& difference, double margin, double power = 0.8);

}  // namespace assay::stats
