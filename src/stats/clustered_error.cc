#include "stats/clustered_error.h"

#include <cmath>
#include <limits>
#include <vector>

#include "base/check.h"

namespace assay::stats {

ClusteredError clustered_error(std::span<const Cluster> clusters) {
  ClusteredError result;
  double trials = 0;
  double sum = 0;
  for (const Cluster& cluster : clusters) {
    if (cluster.size == 0) continue;
    result.clusters += 1;
    trials += static_cast<double>(cluster.size);
    sum += cluster.sum;
  }
  if (trials > 0) result.mean = sum / trials;
  if (result.clusters < 2) {
    result.standard_error = std::numeric_limits<double>::infinity();
    return result;
  }
  double squares = 0;
  for (const Cluster& cluster : clusters) {
    if (cluster.size == 0) continue;
    const double residual = cluster.sum - static_cast<double>(cluster.size) * result.mean;
    squares += residual * residual;
  }
  const auto count = static_cast<double>(result.clusters);
  result.standard_error = std::sqrt(count / (count - 1) * squares) / trials;
  return result;
}

ClusteredError clustered_error_of_difference(std::span<const Cluster> treatment,
                                             std::span<const Cluster> baseline) {
  ASSAY_CHECK(treatment.size() == baseline.size(), "clusters are paired by canary");
  std::vector<Cluster> differences;
  differences.reserve(treatment.size());
  for (std::size_t index = 0; index < treatment.size(); ++index) {
    ASSAY_CHECK(treatment[index].size == baseline[index].size, "repeats are paired by seed");
    differences.push_back({.sum = treatment[index].sum - baseline[index].sum,
                           .size = treatment[index].size,
                           .sum_of_squares = 0});
  }
  return clustered_error(differences);
}

}  // namespace assay::stats
