#include "stats/percentile.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "stats/autocorrelation.h"

namespace assay::stats {
namespace {

struct Ranks {
  double low = 0;
  double high = 0;
};

Ranks limiting_ranks(double size, double share, double design_effect, double confidence) {
  const double z = boost::math::quantile(boost::math::normal(), (1 + confidence) / 2);
  const double reach = z * std::sqrt(share * (1 - share) * size * design_effect);
  return {std::floor(share * size - reach), std::ceil(share * size + reach) + 1};
}

}  // namespace

bool supports_percentile(double size, double share, double design_effect, double confidence) {
  ASSAY_CHECK(share > 0 && share < 1, "a percentile divides the sample");
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  const Ranks ranks = limiting_ranks(size, share, design_effect, confidence);
  return ranks.low >= 1 && ranks.high <= size;
}

std::optional<Percentile> percentile(std::span<const double> series, double share,
                                     double confidence) {
  ASSAY_CHECK(share > 0 && share < 1, "a percentile divides the sample");
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  if (series.empty()) return std::nullopt;
  std::vector<double> values(series.begin(), series.end());
  // Three ranks are wanted: finding each takes less than sorting all.
  const auto at_rank = [&values](double rank) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
    std::nth_element(values.begin(), place, values.end());
    return *place;
  };
  const auto size = static_cast<double>(values.size());
  const double value = at_rank(std::ceil(share * size));

  std::vector<double> indicators(series.size());
  std::transform(series.begin(), series.end(), indicators.begin(),
                 [value](double measured) { return measured <= value ? 1.0 : 0.0; });
  const double time = autocorrelation_time(indicators);
  if (!supports_percentile(size, share, time, confidence)) return std::nullopt;
  const auto [low, high] = limiting_ranks(size, share, time, confidence);
  return Percentile{value, {at_rank(low), at_rank(high)}};
}

}  // namespace assay::stats
