#include "stats/trend.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/check.h"

namespace assay::stats {
namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

Trend trend_of(std::span<const double> series, double confidence, std::size_t batches) {
  ASSAY_CHECK(batches >= 3, "a line through two points has no error");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (series.size() < batches) {
    return {series.empty() ? 0 : mean_of(series), 0, {-kInfinity, kInfinity}};
  }
  std::vector<double> means;
  for (std::size_t i = 0; i < batches; ++i) {
    const std::size_t from = series.size() * i / batches;
    const std::size_t to = series.size() * (i + 1) / batches;
    means.push_back(mean_of(series.subspan(from, to - from)));
  }
  const double middle = (static_cast<double>(batches) - 1) / 2;
  const double level = mean_of(means);
  double spread = 0;
  double product = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    const double place = static_cast<double>(i) - middle;
    spread += place * place;
    product += place * (means[i] - level);
  }
  const double slope = product / spread;
  double squares = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    const double residual = means[i] - level - slope * (static_cast<double>(i) - middle);
    squares += residual * residual;
  }
  const double freedom = static_cast<double>(batches) - 2;
  const double reach =
      boost::math::quantile(boost::math::students_t(freedom), (1 + confidence) / 2) *
      std::sqrt(squares / freedom / spread);
  const double length = static_cast<double>(series.size()) / static_cast<double>(batches);
  return {mean_of(series), slope / length, {(slope - reach) / length, (slope + reach) / length}};
}

}  // namespace assay::stats
