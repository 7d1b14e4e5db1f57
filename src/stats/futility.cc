#include "stats/futility.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace assay::stats {
namespace {

constexpr double kTolerance = 1e-6;

/// Of a normal mean being below; a spread of 0 leaves no doubt.
double below(double limit, double mean, double spread) {
  if (spread <= 0) return mean < limit ? 1 : 0;
  return std::erfc((mean - limit) / (spread * std::numbers::sqrt2)) / 2;
}

double sample_deviation(std::span<const double> differences) {
  const auto count = static_cast<double>(differences.size());
  double mean = 0;
  for (const double difference : differences) mean += difference / count;
  double squares = 0;
  for (const double difference : differences) squares += (difference - mean) * (difference - mean);
  return std::sqrt(squares / (count - 1));
}

}  // namespace

Outlook::Outlook(std::span<const double> differences, const LastLook& last)
    : canaries_last_(last.canaries) {
  ASSAY_CHECK(differences.size() >= 2, "one difference has no spread");
  const auto now = static_cast<double>(differences.size());
  deviation_ = sample_deviation(differences);
  deviation_cautious_ = standard_error_at(differences, now) * std::sqrt(now);
  const double error = standard_error_at(differences, last.canaries);
  shown_ = last.boundary * error;
  const boost::math::students_t student(std::max(last.canaries - 1, 1.0));
  const double level = std::clamp(last.level_equivalent, 1e-12, 0.5);
  within_ = last.margin - boost::math::quantile(boost::math::complement(student, level)) * error;
}

double Outlook::chance(double delta, double canaries) const {
  const double left = std::sqrt(std::max(0.0, 1 / canaries - 1 / canaries_last_));
  const double cautious = deviation_cautious_ * left;
  double chance = below(-shown_, delta, cautious) + 1 - below(shown_, delta, cautious);
  if (within_ > 0) {
    const double spread = deviation_ * left;
    chance += below(within_, delta, spread) - below(-within_, delta, spread);
  }
  return std::min(chance, 1.0);
}

std::optional<Interval> Outlook::futile_means(double canaries, double least) const {
  // The chance falls from 0 as equivalence recedes and rises where a difference comes near: it is
  // lowest somewhere between.
  const double far = std::max(shown_, within_) + 8 * deviation_cautious_ / std::sqrt(canaries);
  double low = 0;
  double high = far;
  while (high - low > kTolerance) {
    const double first = low + (high - low) / 3;
    const double second = high - (high - low) / 3;
    (chance(first, canaries) > chance(second, canaries) ? low : high) =
        chance(first, canaries) > chance(second, canaries) ? first : second;
  }
  const double lowest = (low + high) / 2;
  if (chance(lowest, canaries) >= least) return std::nullopt;
  const auto edge = [&](double inside, double outside) {
    while (std::abs(outside - inside) > kTolerance) {
      const double middle = (inside + outside) / 2;
      (chance(middle, canaries) < least ? inside : outside) = middle;
    }
    return inside;
  };
  return Interval{chance(0, canaries) < least ? 0 : edge(lowest, 0), edge(lowest, far)};
}

}  // namespace assay::stats
