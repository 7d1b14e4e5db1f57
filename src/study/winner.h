// Which levels of a model are worth shipping by themselves. Used by the runner, which confirms
// their combination, and by `finding`, which chooses. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "stats/verdict.h"

namespace assay::study {

/// Two times, or two peaks of memory, closer than this share are a tie: cells of different loads
/// ran minutes apart, and machines drift by several per cent.
inline constexpr double kTie = 0.10;

/// Shorter by more than a tie. An unknown (NaN) time is never faster.
bool is_faster(double time, double other_time);

/// Less by more than a tie. An unknown (0 or less) peak is never lighter.
bool is_lighter(std::int64_t bytes, std::int64_t other_bytes);

/// What a level and its baseline showed.
struct Showing {
  std::optional<stats::Verdict> verdict;  ///< None in the baseline, and for a void arm.
  double delta = 0;                       ///< Accuracy minus the baseline's.
  /// Median inside the model, as a multiple of the baseline's on the same canaries: 1 in the
  /// baseline; NaN: unknown.
  double time = 1;
  std::int64_t memory_bytes = 0;  ///< Peak; 0: unknown.
};

/// Better than the baseline; or equivalent to it and faster, or as fast and lighter.
bool wins(const Showing& level, const Showing& baseline);

/// Whether the first winner is to be preferred to the second: better before equivalent, then the
/// larger gain among the better and the shorter time among the equivalent.
bool wins_over(const Showing& first, const Showing& second);

}  // namespace assay::study
