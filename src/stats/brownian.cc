#include "stats/brownian.h"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace assay::stats {
namespace {

using Rule = boost::math::quadrature::gauss<double, 10>;

/// A piece of four standard deviations of the shortest step keeps the rule's error below 1e-7.
constexpr double kPieceDeviations = 4;
/// Farther in standard deviations no step goes.
constexpr double kStepMost = 12;
/// Paths this unlikely add nothing to a probability.
constexpr double kNothing = 1e-10;
/// Standard deviations that count as infinitely far away in a probability.
constexpr double kFar = 10;

double tail_above(double z) {
  if (z > kFar) return 0;
  return z < -kFar ? 1 : std::erfc(z / std::numbers::sqrt2) / 2;
}

}  // namespace

SurvivingPaths::SurvivingPaths(double step_least)
    : piece_(kPieceDeviations * std::sqrt(step_least)) {
  ASSAY_CHECK(step_least > 0 && step_least <= 1, "information grows from look to look");
}

double SurvivingPaths::probability(double fraction, std::span<const Interval> regions,
                                   double drift) const {
  const double step = fraction - fraction_;
  const double deviation = std::sqrt(step);
  double sum = 0;
  for (std::size_t i = 0; i < at_.size(); ++i) {
    const double weight = mass_[i] * std::exp(drift * (at_[i] - drift * fraction_ / 2));
    if (weight < kNothing) continue;
    const double from = at_[i] + drift * step;
    double reached = 0;
    for (const Interval& region : regions) {
      reached += tail_above((region.low - from) / deviation) -
                 tail_above((region.high - from) / deviation);
    }
    sum += weight * reached;
  }
  return sum;
}

void SurvivingPaths::go_on(double fraction, std::span<const Interval> regions) {
  const double deviation = std::sqrt(fraction - fraction_);
  const double scale = 1 / (deviation * std::sqrt(2 * std::numbers::pi));
  std::vector<double> at;
  std::vector<double> mass;
  const auto add = [&](double x, double weight) {
    double value = 0;
    for (std::size_t i = 0; i < at_.size(); ++i) {
      const double z = std::abs(x - at_[i]) / deviation;
      if (z < kStepMost) value += mass_[i] * std::exp(-z * z / 2);
    }
    value *= scale;
    if (value <= 0) return;
    at.push_back(x);
    mass.push_back(value * weight);
  };
  for (const Interval& region : regions) {
    const double width = region.high - region.low;
    const double pieces = std::ceil(width / piece_);
    for (double piece = 0; piece < pieces; ++piece) {
      const double half = width / pieces / 2;
      const double middle = region.low + (2 * piece + 1) * half;
      for (std::size_t i = 0; i < Rule::abscissa().size(); ++i) {
        add(middle - half * Rule::abscissa()[i], half * Rule::weights()[i]);
        add(middle + half * Rule::abscissa()[i], half * Rule::weights()[i]);
      }
    }
  }
  fraction_ = fraction;
  at_ = std::move(at);
  mass_ = std::move(mass);
}

double step_least(std::span<const double> fractions) {
  double least = 1;
  double before = 0;
  for (const double fraction : fractions) {
    least = std::min(least, fraction - before);
    before = fraction;
  }
  return least;
}

}  // namespace assay::stats
