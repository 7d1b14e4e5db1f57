// The standard error of a mean whose trials come in clusters: the repeats of a canary, or the
// questions about one text. Called where a mean is shown with its error: `finding`. Pure functions;
// thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "stats/interval.h"

namespace assay::stats {

struct ClusteredError {
  double mean = 0;            ///< Over trials, so that large clusters weigh more; 0 without trials.
  double standard_error = 0;  ///< Infinite below two clusters, which say nothing about others.
  std::int64_t clusters = 0;  ///< Those that are not empty.
};

/// The mean over all trials and its standard error, within which trials of one cluster may depend
/// on each other in any way: SE² = G/(G − 1) · Σ(sum − size · mean)² / N² over the G clusters of N
/// trials (Liang and Zeger 1986; as Miller 2024, arXiv 2411.00640, on clustered questions, with the
/// factor G/(G − 1) for few clusters). With one trial per cluster it is the plain standard error
/// s/√N. `sum_of_squares` is not looked at. Clusters (0, 1), (1, 1), (0, 0): mean 1/2, error
/// √(1/12).
ClusteredError clustered_error(std::span<const Cluster> clusters);

/// The same of treatment − baseline, paired by canary and repeat: the i-th cluster of both holds
/// the same canary's repeats with the same seeds. What makes a canary hard for both cancels (Miller
/// 2024, on paired differences). Requires as many clusters in both, and of the same sizes.
ClusteredError clustered_error_of_difference(std::span<const Cluster> treatment,
                                             std::span<const Cluster> baseline);

}  // namespace assay::stats
