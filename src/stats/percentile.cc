#include "stats/percentile.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "stats/autocorrelation.h"

namespace assay::stats {

std::optional<Percentile> percentile(std::span<const double> series, double share,
                                     double confidence) {
  ASSAY_CHECK(share > 0 && share < 1, "a percentile divides the sample");
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  if (series.empty()) return std::nullopt;
  std::vector<double> sorted(series.begin(), series.end());
  std::sort(sorted.begin(), sorted.end());
  const auto size = static_cast<double>(sorted.size());
  const double rank = std::ceil(share * size);
  const double value = sorted[static_cast<std::size_t>(rank) - 1];

  std::vector<double> indicators(series.size());
  std::transform(series.begin(), series.end(), indicators.begin(),
                 [value](double measured) { return measured <= value ? 1.0 : 0.0; });
  const double time = autocorrelation_time(indicators);
  const double z = boost::math::quantile(boost::math::normal(), (1 + confidence) / 2);
  const double reach = z * std::sqrt(share * (1 - share) * size * time);
  const double low = std::floor(share * size - reach);
  const double high = std::ceil(share * size + reach) + 1;
  if (low < 1 || high > size) return std::nullopt;
  return Percentile{
      value,
      {sorted[static_cast<std::size_t>(low) - 1], sorted[static_cast<std::size_t>(high) - 1]}};
}

}  // namespace assay::stats
