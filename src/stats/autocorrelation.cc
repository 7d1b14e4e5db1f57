#include "stats/autocorrelation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "stats/lagged_sums.h"

namespace assay::stats {
namespace {

constexpr std::size_t kSizeLeast = 8;
constexpr double kRoundingNoise = 1e-20;
constexpr std::size_t kQuietLagsLeast = 5;
/// So many sums in one pass cost little more than one, each waiting for its own addition only.
constexpr std::size_t kLagsAtOnce = 8;
/// Beyond so many, transforms take less time.
constexpr std::size_t kLagsOneByOne = 64;
constexpr std::size_t kLagsGrowth = 8;
/// Bounds the work on long series that drift, whose autocorrelation never ends.
constexpr std::size_t kLagsMost = 5'000;

std::vector<double> centred(std::span<const double> series) {
  const double mean =
      std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
  std::vector<double> values(series.begin(), series.end());
  for (double& value : values) value -= mean;
  return values;
}

double sum_of_squares(std::span<const double> values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

/// ρ(k) = Σ xₜ xₜ₊ₖ / Σ xₜ², for k = 1, 2 … up to the lag after which they are noise, and that many
/// more.
class Correlations {
 public:
  explicit Correlations(std::span<const double> series)
      : values_(centred(series)),
        variance_(sum_of_squares(values_)),
        squares_(sum_of_squares(series)) {}

  /// But for what rounding the mean leaves of it.
  bool is_constant() const { return variance_ <= kRoundingNoise * squares_; }

  double at(std::size_t lag) {
    while (known_.size() < lag) know_more();
    return known_[lag - 1];
  }

 private:
  /// The first ones one by one, as most series need no more; then ever more at once.
  void know_more() {
    if (known_.size() < kLagsOneByOne) return know_next();
    const std::size_t lags = std::min(known_.size() * kLagsGrowth, values_.size());
    const std::vector<double> sums = lagged_sums(values_, lags);
    for (std::size_t lag = known_.size() + 1; lag <= lags; ++lag) {
      known_.push_back(sums[lag] / variance_);
    }
  }

  void know_next() {
    const std::size_t first = known_.size() + 1;
    const std::size_t last = first + kLagsAtOnce - 1;
    const std::size_t shared = values_.size() > last ? values_.size() - last : 0;
    std::array<double, kLagsAtOnce> sums{};
    for (std::size_t t = 0; t < shared; ++t) {
      for (std::size_t i = 0; i < kLagsAtOnce; ++i) sums[i] += values_[t + first + i] * values_[t];
    }
    for (std::size_t i = 0; i < kLagsAtOnce; ++i) {
      for (std::size_t t = shared; t + first + i < values_.size(); ++t) {
        sums[i] += values_[t + first + i] * values_[t];
      }
      known_.push_back(sums[i] / variance_);
    }
  }

  std::vector<double> values_;
  double variance_ = 0;
  double squares_ = 0;
  std::vector<double> known_;
};

/// The last lag whose correlation is more than noise.
std::size_t last_telling_lag(Correlations& correlations, std::size_t size) {
  const double digits = std::log10(static_cast<double>(size));
  const double noise = 2 * std::sqrt(digits / static_cast<double>(size));
  const std::size_t quiet_needed =
      std::max(kQuietLagsLeast, static_cast<std::size_t>(std::ceil(std::sqrt(digits))));
  const std::size_t lags_most = std::min(size / 8, kLagsMost);
  std::size_t telling = 0;
  for (std::size_t lag = 1; lag <= lags_most && lag <= telling + quiet_needed; ++lag) {
    if (std::abs(correlations.at(lag)) > noise) telling = lag;
  }
  return telling;
}

struct FlatTopSums {
  double time = 1;      ///< 1 + 2 Σ λ(k/M) ρ(k).
  double weighted = 0;  ///< 2 Σ λ(k/M) k ρ(k).
};

FlatTopSums flat_top_sums(Correlations& correlations, std::size_t size) {
  const std::size_t window = 2 * last_telling_lag(correlations, size);
  FlatTopSums sums;
  for (std::size_t lag = 1; lag < window; ++lag) {
    const double share = static_cast<double>(lag) / static_cast<double>(window);
    const double term = 2 * std::min(1.0, 2 * (1 - share)) * correlations.at(lag);
    sums.time += term;
    sums.weighted += term * static_cast<double>(lag);
  }
  return sums;
}

}  // namespace

double autocorrelation_time(std::span<const double> series) {
  if (series.size() < kSizeLeast) return 1;
  Correlations correlations(series);
  if (correlations.is_constant()) return 1;
  return std::max(1.0, flat_top_sums(correlations, series.size()).time);
}

double effective_size(std::span<const double> series) {
  return static_cast<double>(series.size()) / autocorrelation_time(series);
}

double block_length(std::span<const double> series) {
  if (series.size() < kSizeLeast) return 1;
  Correlations correlations(series);
  if (correlations.is_constant()) return 1;
  const FlatTopSums sums = flat_top_sums(correlations, series.size());
  const auto size = static_cast<double>(series.size());
  // Values that alternate can bring the sum of correlations near 0, and the formula with it to ∞.
  const double ratio = sums.weighted / std::max(sums.time, 1.0);
  const double longest = std::min(3 * std::sqrt(size), size / 3);
  return std::clamp(std::cbrt(1.5 * ratio * ratio * size), 1.0, longest);
}

double autocorrelation_time_of_blocks(std::span<const double> series, std::size_t length) {
  if (series.size() < kSizeLeast) return 1;
  Correlations correlations(series);
  if (correlations.is_constant()) return 1;
  double time = 1;
  for (std::size_t lag = 1; lag < std::min(length, series.size()); ++lag) {
    time += 2 * (1 - static_cast<double>(lag) / static_cast<double>(length)) * correlations.at(lag);
  }
  return std::max(0.0, time);
}

}  // namespace assay::stats
