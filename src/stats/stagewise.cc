#include "stats/stagewise.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/check.h"

namespace assay::stats {
namespace {

constexpr std::size_t kPoints = 121;  ///< Of Simpson's rule; odd. Keeps four decimals of θ.
/// Standard deviations that count as infinitely far away.
constexpr double kFar = 8;
/// Boundaries beyond are never crossed.
constexpr double kBoundaryMost = 7;

double density(double x, double deviation) {
  const double z = x / deviation;
  return std::exp(-z * z / 2) / (deviation * std::sqrt(2 * std::numbers::pi));
}

/// A density without drift on an even grid, in Brownian motion's own scale.
struct Piece {
  double fraction = 0;
  std::vector<double> at;
  std::vector<double> mass;  ///< Density × Simpson's weight.

  /// Its probability when the motion drifts by θ: the likelihood ratio is exp(θx − θ²t/2).
  double probability(double drift) const {
    double sum = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
      sum += mass[i] * std::exp(drift * at[i] - drift * drift * fraction / 2);
    }
    return sum;
  }
};

/// The density over [low, high] after a step from the surviving paths; from 0 when there are none.
Piece step(const Piece* survivors, double fraction, double low, double high) {
  const double deviation = std::sqrt(survivors ? fraction - survivors->fraction : fraction);
  const double width = (high - low) / static_cast<double>(kPoints - 1);
  Piece piece{fraction, std::vector<double>(kPoints), std::vector<double>(kPoints)};
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double x = low + width * static_cast<double>(i);
    double value = 0;
    if (survivors == nullptr) {
      value = density(x, deviation);
    } else {
      for (std::size_t j = 0; j < survivors->at.size(); ++j) {
        value += survivors->mass[j] * density(x - survivors->at[j], deviation);
      }
    }
    const bool end = i == 0 || i + 1 == kPoints;
    piece.at[i] = x;
    piece.mass[i] = value * width / 3 * (end ? 1 : i % 2 == 1 ? 4 : 2);
  }
  return piece;
}

/// Everything at least as extreme upwards as what was seen.
class UpperRegion {
 public:
  UpperRegion(std::span<const double> fractions, std::span<const double> boundaries,
              double statistic) {
    Piece survivors;
    const Piece* before = nullptr;
    for (std::size_t look = 0; look < boundaries.size(); ++look) {
      // Far boundaries change nothing but would need a finer grid.
      if (boundaries[look] > kBoundaryMost) continue;
      const double root = std::sqrt(fractions[look]);
      const double level = boundaries[look] * root;
      pieces_.push_back(step(before, fractions[look], level, level + kFar * 1.5 * root));
      survivors = step(before, fractions[look], -level, level);
      before = &survivors;
    }
    const double root = std::sqrt(fractions.back());
    if (before == nullptr) {
      direct_ = true;
      fraction_ = fractions.back();
      statistic_ = statistic;
      return;
    }
    last_ = survivors;
    fraction_ = fractions.back();
    statistic_ = statistic;
    level_ = statistic * root;
  }

  double probability(double drift) const {
    const double root = std::sqrt(fraction_);
    if (direct_) return tail(statistic_ - drift * root);
    double sum = 0;
    for (const Piece& piece : pieces_) sum += piece.probability(drift);
    const double left = fraction_ - last_.fraction;
    for (std::size_t i = 0; i < last_.at.size(); ++i) {
      const double ratio = std::exp(drift * last_.at[i] - drift * drift * last_.fraction / 2);
      sum += last_.mass[i] * ratio * tail((level_ - last_.at[i] - drift * left) / std::sqrt(left));
    }
    return sum;
  }

 private:
  static double tail(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

  std::vector<Piece> pieces_;
  Piece last_;
  bool direct_ = false;  ///< No look before could have ended it.
  double fraction_ = 1;
  double statistic_ = 0;
  double level_ = 0;
};

double solve(const UpperRegion& region, double probability, double low, double high) {
  while (high - low > 1e-6) {
    const double middle = (low + high) / 2;
    (region.probability(middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

Interval stagewise_interval(std::span<const double> fractions, std::span<const double> boundaries,
                            double statistic, double confidence) {
  ASSAY_CHECK(!fractions.empty() && boundaries.size() + 1 == fractions.size(),
              "every look but the last has a boundary");
  ASSAY_CHECK(std::abs(statistic) <= 30, "the statistic is within reach of the grid");
  const UpperRegion region(fractions, boundaries, statistic);
  const double center = statistic / std::sqrt(fractions.back());
  const double reach = 6 / std::sqrt(fractions.front());
  const double tail = (1 - confidence) / 2;
  return {solve(region, tail, center - reach, center + reach),
          solve(region, 1 - tail, center - reach, center + reach)};
}

}  // namespace assay::stats
