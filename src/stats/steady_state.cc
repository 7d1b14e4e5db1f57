#include "stats/steady_state.h"

#include <limits>
#include <vector>

namespace assay::stats {
namespace {

constexpr std::size_t kBatch = 5;
constexpr std::size_t kSizeLeast = 20;

std::vector<double> batch_means(std::span<const double> series) {
  std::vector<double> means;
  for (std::size_t start = 0; start + kBatch <= series.size(); start += kBatch) {
    double sum = 0;
    for (const double value : series.subspan(start, kBatch)) sum += value;
    means.push_back(sum / static_cast<double>(kBatch));
  }
  return means;
}

}  // namespace

SteadyState find_steady_state(std::span<const double> series) {
  if (series.size() < kSizeLeast) return {};
  const std::vector<double> means = batch_means(series);
  // From the end towards the start, so that sums of what remains grow by one value at a time
  // (Welford's update).
  double mean = 0;
  double squares = 0;
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = means.size();
  for (std::size_t kept = 1; kept <= means.size(); ++kept) {
    const double value = means[means.size() - kept];
    const auto count = static_cast<double>(kept);
    const double difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
    // The last few batches agree by chance.
    if (kept < kBatch) continue;
    const double error = squares / (count * count);
    if (error <= least) {
      least = error;
      best = means.size() - kept;
    }
  }
  if (best > means.size() / 2) return {0, false};
  return {best * kBatch, true};
}

}  // namespace assay::stats
