#include "stats/spending.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/check.h"
#include "stats/brownian.h"

namespace assay::stats {
namespace {

/// Standard deviations that count as infinitely far away.
constexpr double kFar = 8;

double upper_tail(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

/// The level, in Brownian motion's own scale, that exactly `budget` of the paths cross.
template <typename Crossing>
double level_of(double budget, double far, Crossing crossing_of) {
  double low = -far;
  double high = far;
  while (high - low > 1e-8) {
    const double middle = (low + high) / 2;
    (crossing_of(middle) > budget ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

std::string_view name_of(Spending spending) {
  switch (spending) {
    case Spending::OBrienFleming:
      return "obrien_fleming";
    case Spending::Pocock:
      return "pocock";
  }
  ASSAY_UNREACHABLE("a spending function without a name");
}

double spent(Spending spending, double alpha, double fraction) {
  ASSAY_CHECK(alpha > 0 && alpha < 1, "an error is a probability");
  if (fraction <= 0) return 0;
  if (fraction >= 1) return alpha;
  if (spending == Spending::Pocock) {
    return alpha * std::log(1 + (std::numbers::e - 1) * fraction);
  }
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), alpha / 2));
  return 2 * upper_tail(z / std::sqrt(fraction));
}

std::vector<double> normal_boundaries(Spending spending, double alpha,
                                      std::span<const double> fractions) {
  std::vector<double> boundaries;
  SurvivingPaths paths(step_least(fractions));
  double spent_before = 0;
  for (const double fraction : fractions) {
    ASSAY_CHECK(fraction <= 1, "a fraction is of all information");
    const double now = spent(spending, alpha, fraction);
    const double far = kFar * std::sqrt(fraction);
    const double level = level_of(now - spent_before, far, [&](double candidate) {
      const Interval beyond{candidate, std::numeric_limits<double>::infinity()};
      return paths.probability(fraction, {&beyond, 1});
    });
    boundaries.push_back(level / std::sqrt(fraction));
    if (level > -far) paths.go_on(fraction, std::vector<Interval>{{-far, level}});
    spent_before = now;
  }
  return boundaries;
}

}  // namespace assay::stats
