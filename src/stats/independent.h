// The difference between two samples that share no pairs: other canaries, or other seeds. Called by
// `finding` to compare two studies. Pure functions; thread-safe.
#pragma once

#include <cstdint>

#include "stats/interval.h"

namespace assay::stats {

/// One cell's trials: their mean in [0, 1], how many independent trials they are worth
/// (effective_sample_size()), and how many canaries they are of.
struct Sample {
  double mean = 0;
  double size_effective = 0;
  std::int64_t canaries = 0;
};

/// Treatment − reference with an interval put together from the two Wilson intervals (l, u):
/// δ − √((t − l_t)² + (u_r − r)²) to δ + √((u_t − t)² + (r − l_r)²): Newcombe 1998, "Interval
/// estimation for the difference between independent proportions", method 10, with effective sample
/// sizes for the clustering of repeats. Wider than paired_difference() of the same trials wherever
/// canaries are of unlike difficulty, since that difference does not cancel.
///
/// `deviation` is what a canary's difference would have to vary by to give that uncertainty, so
/// that judge() can say how many canaries are lacking; `canaries` is the smaller of the two. With
/// an empty sample the interval is [−1, 1]. Requires 0.8 ≤ confidence < 1. 56 of 70 against 48 of
/// 80: 0.2 [0.0524, 0.3339].
PairedDifference independent_difference(const Sample& treatment, const Sample& reference,
                                        double confidence = 0.95);

}  // namespace assay::stats
