// Whether a series grows with time. Called by `load`, which asks it of a queue that may never
// settle. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>

#include "stats/interval.h"

namespace assay::stats {

struct Trend {
  double mean = 0;
  double slope = 0;   ///< Per value of the series.
  Interval interval;  ///< Of the slope.
};

/// A straight line through the means of `batches` batches of neighbours, with Student's t limits on
/// batches − 2 degrees of freedom: batches longer than the series' memory are independent even
/// where its values are not. Requires batches ≥ 3; of a series shorter than `batches` the slope is
/// 0 with an interval from −∞ to ∞. Batch means 1, 2, 2, 3: slope 0.6 a batch, ± 0.608 at 0.95.
Trend trend_of(std::span<const double> series, double confidence = 0.95, std::size_t batches = 8);

}  // namespace assay::stats
