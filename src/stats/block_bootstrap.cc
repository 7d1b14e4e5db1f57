#include "stats/block_bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "stats/autocorrelation.h"

namespace assay::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The value of this rank, from 0, among the values with NaN put in place as `unknown`.
double ranked(std::vector<double>& values, std::size_t rank, double unknown) {
  std::vector<double> known = values;
  std::replace_if(
      known.begin(), known.end(), [](double value) { return std::isnan(value); }, unknown);
  const auto place = known.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(known.begin(), place, known.end());
  return *place;
}

double stretched(double limit, double estimate, double stretch) {
  if (!std::isfinite(estimate) || !std::isfinite(limit)) return limit;
  return estimate + (limit - estimate) * stretch;
}

}  // namespace

BlockChoice choose_blocks(std::span<const double> influence) {
  BlockChoice choice;
  choice.length = static_cast<std::size_t>(std::ceil(block_length(influence)));
  const double blocks = autocorrelation_time_of_blocks(influence, choice.length);
  const double whole = autocorrelation_time(influence);
  if (blocks > 0) choice.shortfall = std::sqrt(std::max(1.0, whole / blocks));
  return choice;
}

BlockResampler::BlockResampler(std::vector<std::size_t> strata, std::size_t length,
                               std::uint64_t seed)
    : strata_(std::move(strata)),
      length_(length),
      random_(seed),
      weights_(std::accumulate(strata_.begin(), strata_.end(), std::size_t{0})) {
  ASSAY_CHECK(length > 0, "a block holds some cells");
}

std::span<const std::uint32_t> BlockResampler::next() {
  std::fill(weights_.begin(), weights_.end(), 0U);
  std::uint32_t* stratum = weights_.data();
  for (const std::size_t cells : strata_) {
    for (std::size_t filled = 0; filled < cells;) {
      const std::size_t taken = std::min(length_, cells - filled);
      auto cell = static_cast<std::size_t>(random_.below(cells));
      for (std::size_t i = 0; i < taken; ++i) {
        ++stratum[cell];
        if (++cell == cells) cell = 0;
      }
      filled += taken;
    }
    stratum += cells;
  }
  return weights_;
}

Interval resampled_limits(std::vector<double> resampled, double estimate, double confidence,
                          double stretch) {
  ASSAY_CHECK(!resampled.empty(), "limits are quantiles of resamples");
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  const double tail = (1 - confidence) / 2;
  const auto rank = static_cast<std::size_t>(tail * static_cast<double>(resampled.size()));
  Interval limits;
  limits.low = stretched(ranked(resampled, rank, -kInfinity), estimate, stretch);
  limits.high =
      stretched(ranked(resampled, resampled.size() - 1 - rank, kInfinity), estimate, stretch);
  // Ties and skewness may put the estimate outside of its own resamples.
  return {std::min(limits.low, estimate), std::max(limits.high, estimate)};
}

double few_blocks_stretch(std::size_t cells, std::size_t length, double confidence) {
  const double blocks = static_cast<double>(cells) / static_cast<double>(length);
  const double freedom = std::max(1.0, 1.5 * (blocks - 1));
  const double share = (1 + confidence) / 2;
  return boost::math::quantile(boost::math::students_t(freedom), share) /
         boost::math::quantile(boost::math::normal(), share);
}

}  // namespace assay::stats
