#include "stats/sign_flip.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/check.h"

namespace assay::stats {
namespace {

constexpr double kSame = 1e-9;
constexpr int kDenominatorMost = 120;
constexpr double kStepsOfLargest = 128;
/// Probabilities closer than this to the budget spend it: what rounding leaves of equal sums.
constexpr double kRounding = 1e-13;

/// The differences as whole multiples of a common step, which does not matter.
std::vector<std::int64_t> in_steps(std::span<const double> differences) {
  double largest = 0;
  for (const double difference : differences) largest = std::max(largest, std::abs(difference));
  double steps = largest > 0 ? kStepsOfLargest / largest : 1;
  for (int denominator = 1; denominator <= kDenominatorMost; ++denominator) {
    const bool whole = std::all_of(differences.begin(), differences.end(), [&](double difference) {
      const double scaled = difference * denominator;
      return std::abs(scaled - std::round(scaled)) < kSame;
    });
    if (!whole) continue;
    steps = denominator;
    break;
  }
  std::vector<std::int64_t> whole;
  whole.reserve(differences.size());
  for (const double difference : differences) whole.push_back(std::llround(difference * steps));
  return whole;
}

/// The distribution of the sum among sign patterns that have not crossed yet.
class Paths {
 public:
  explicit Paths(std::span<const std::int64_t> differences) {
    for (const std::int64_t difference : differences) reach_ += std::abs(difference);
    mass_.assign(static_cast<std::size_t>(2 * reach_ + 1), 0);
    next_ = mass_;
    at(mass_, 0) = 1;
  }

  void add(std::int64_t difference) {
    const std::int64_t size = std::abs(difference);
    if (size == 0) return;
    const std::int64_t wide = width_ + size;
    std::fill(next_.begin() + (reach_ - wide), next_.begin() + (reach_ + wide + 1), 0.0);
    for (std::int64_t sum = -width_; sum <= width_; ++sum) {
      const double half = at(mass_, sum) / 2;
      at(next_, sum + size) += half;
      at(next_, sum - size) += half;
    }
    mass_.swap(next_);
    width_ = wide;
  }

  /// Takes out the outermost sums as long as all that was taken out so far stays within `budget`,
  /// and returns the smallest size of a sum that was; one more than any when none was.
  std::int64_t cut(double budget) {
    std::int64_t boundary = width_ + 1;
    while (boundary > 1) {
      const double both = at(mass_, boundary - 1) + at(mass_, 1 - boundary);
      if (taken_ + both > budget + kRounding) break;
      taken_ += both;
      --boundary;
      at(mass_, boundary) = 0;
      at(mass_, -boundary) = 0;
    }
    return boundary;
  }

 private:
  double& at(std::vector<double>& mass, std::int64_t sum) const {
    return mass[static_cast<std::size_t>(sum + reach_)];
  }

  std::int64_t reach_ = 0;
  std::int64_t width_ = 0;  ///< No sum is larger.
  std::vector<double> mass_;
  std::vector<double> next_;
  double taken_ = 0;
};

std::optional<Crossing> crossing_of(std::span<const std::int64_t> differences,
                                    std::span<const Look> looks, double alpha, Spending spending) {
  Paths paths(differences);
  std::int64_t sum = 0;
  std::size_t added = 0;
  for (std::size_t look = 0; look < looks.size(); ++look) {
    ASSAY_CHECK(looks[look].differences >= added && looks[look].differences <= differences.size(),
                "looks ascend within the differences");
    for (; added < looks[look].differences; ++added) {
      paths.add(differences[added]);
      sum += differences[added];
    }
    // Half of the level for each side, both of which are taken out together.
    const std::int64_t boundary = paths.cut(2 * spent(spending, alpha / 2, looks[look].fraction));
    if (std::abs(sum) >= boundary) return Crossing{look, sum > 0};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Crossing> sign_flip_crossing(std::span<const double> differences,
                                           std::span<const Look> looks, double alpha,
                                           Spending spending) {
  ASSAY_CHECK(alpha > 0 && alpha < 1, "a level is a probability");
  return crossing_of(in_steps(differences), looks, alpha, spending);
}

double sign_flip_p_value(std::span<const double> differences, std::span<const Look> looks,
                         Spending spending) {
  const std::vector<std::int64_t> whole = in_steps(differences);
  double low = 0;
  double high = 1;
  // In logarithms below 0.1, so that small levels keep their digits.
  while (high - low > 1e-4 * high && high > 1e-12) {
    const double middle = low > 0 && high < 0.1 ? std::sqrt(low * high)
                          : high < 0.1          ? high / 4
                                                : (low + high) / 2;
    (crossing_of(whole, looks, middle, spending) ? high : low) = middle;
  }
  return high > 1 - 1e-3 ? 1 : high;
}

}  // namespace assay::stats
