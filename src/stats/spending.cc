#include "stats/spending.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace assay::stats {
namespace {

/// Points of Simpson's rule at each look; odd. 401 keep the published four decimals.
constexpr std::size_t kPoints = 401;
/// Standard deviations that count as infinitely far away.
constexpr double kFar = 8;

double upper_tail(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }

/// The density of the statistic's Brownian motion among paths that have not crossed, on a grid.
struct Surviving {
  double low = 0;
  double step = 0;
  std::vector<double> density;

  double at(std::size_t point) const { return low + step * static_cast<double>(point); }
  /// Simpson's weight of a point.
  double weight(std::size_t point) const {
    const bool end = point == 0 || point + 1 == density.size();
    return step / 3 * (end ? 1 : point % 2 == 1 ? 4 : 2);
  }
};

/// The probability that a surviving path crosses `level` after a step of that standard deviation.
double crossing(const Surviving& paths, double level, double deviation) {
  double sum = 0;
  for (std::size_t point = 0; point < paths.density.size(); ++point) {
    sum += paths.weight(point) * paths.density[point] *
           upper_tail((level - paths.at(point)) / deviation);
  }
  return sum;
}

/// After the first look; every path starts at 0.
Surviving first(double level, double deviation) {
  Surviving paths;
  paths.low = -kFar * deviation;
  paths.step = (level - paths.low) / static_cast<double>(kPoints - 1);
  paths.density.resize(kPoints);
  for (std::size_t point = 0; point < kPoints; ++point) {
    paths.density[point] = density(paths.at(point) / deviation) / deviation;
  }
  return paths;
}

Surviving advanced(const Surviving& paths, double level, double fraction, double deviation) {
  Surviving next;
  next.low = -kFar * std::sqrt(fraction);
  next.step = (level - next.low) / static_cast<double>(kPoints - 1);
  next.density.resize(kPoints);
  for (std::size_t point = 0; point < kPoints; ++point) {
    double sum = 0;
    for (std::size_t from = 0; from < paths.density.size(); ++from) {
      sum += paths.weight(from) * paths.density[from] *
             density((next.at(point) - paths.at(from)) / deviation) / deviation;
    }
    next.density[point] = sum;
  }
  return next;
}

/// The level, in Brownian motion's own scale, that exactly `budget` of the paths cross.
template <typename Crossing>
double level_of(double budget, double far, Crossing crossing_of) {
  double low = -far;
  double high = far;
  while (high - low > 1e-10) {
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
  Surviving paths;
  double before = 0;
  double spent_before = 0;
  for (const double fraction : fractions) {
    ASSAY_CHECK(fraction > before && fraction <= 1, "information grows from look to look");
    const double deviation = std::sqrt(fraction - before);
    const double now = spent(spending, alpha, fraction);
    const double budget = now - spent_before;
    const double level = level_of(budget, kFar * std::sqrt(fraction), [&](double candidate) {
      return paths.density.empty() ? upper_tail(candidate / deviation)
                                   : crossing(paths, candidate, deviation);
    });
    boundaries.push_back(level / std::sqrt(fraction));
    if (paths.density.empty()) {
      paths = first(level, deviation);
    } else {
      paths = advanced(paths, level, fraction, deviation);
    }
    before = fraction;
    spent_before = now;
  }
  return boundaries;
}

}  // namespace assay::stats
