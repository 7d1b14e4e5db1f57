// Percentiles of raw measurements, each with an interval and none that the sample cannot support.
// Called by `load` for latencies. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <span>

#include "stats/interval.h"

namespace assay::stats {

struct Percentile {
  double value = 0;
  Interval interval;
};

/// The smallest value that at least `share` of the sample does not exceed (nearest rank: number
/// ⌈share · n⌉ in order), with a distribution-free interval between two order statistics: the ranks
/// share · n ± z √(share (1 − share) n τ), outward to whole ranks (David and Nagaraja 2003, section
/// 7.1; the normal form, with the continuity of half a rank). `series` is in the order of
/// measurement: τ is the autocorrelation time of the indicator "not above the percentile", by which
/// neighbours that wait in one queue count for less than their number. None when a rank of the
/// interval falls outside of the sample: the sample cannot say how far the percentile may lie.
/// Requires 0 < share < 1 and 0 < confidence < 1. Independent values support a median from n = 8, a
/// 95th percentile from n = 110, a 99th from n = 563.
std::optional<Percentile> percentile(std::span<const double> series, double share,
                                     double confidence = 0.95);

/// Whether both ranks of that interval lie within a sample of `size` whose percentile varies by
/// √design_effect as much as that of independent values.
bool supports_percentile(double size, double share, double design_effect, double confidence = 0.95);

}  // namespace assay::stats
