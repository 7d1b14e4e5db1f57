#include "stats/sign_flip.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "stats/permutation.h"

namespace assay::stats {
namespace {

constexpr double kSame = 1e-9;
constexpr int kDenominatorMost = 120;
constexpr double kStepsOfLargest = 64;
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
    std::int64_t largest = 0;
    std::int64_t total = 0;
    for (const std::int64_t difference : differences) {
      largest = std::max(largest, std::abs(difference));
      total += std::abs(difference);
    }
    middle_ = total + largest;
    mass_.assign(static_cast<std::size_t>(2 * middle_ + 1), 0);
    next_ = mass_;
    at(0) = 1;
  }

  void add(std::int64_t difference) {
    const std::int64_t size = std::abs(difference);
    if (size == 0) return;
    // Beyond the width both hold zeros, as far as one difference reaches.
    width_ += size;
    const auto count = static_cast<std::size_t>(2 * width_ + 1);
    double* to = next_.data() + (middle_ - width_);
    const double* lower = mass_.data() + (middle_ - width_ - size);
    const double* upper = mass_.data() + (middle_ - width_ + size);
    for (std::size_t i = 0; i < count; ++i) to[i] = (lower[i] + upper[i]) / 2;
    mass_.swap(next_);
  }

  /// Takes out the outermost sums as long as all that was taken out so far stays within `budget`,
  /// and returns the smallest size of a sum that was; one more than any when none was.
  std::int64_t cut(double budget) {
    std::int64_t boundary = width_ + 1;
    while (boundary > 1) {
      const double both = at(boundary - 1) + at(1 - boundary);
      if (taken_ + both > budget + kRounding) break;
      taken_ += both;
      --boundary;
      at(boundary) = 0;
      at(-boundary) = 0;
    }
    return boundary;
  }

 private:
  double& at(std::int64_t sum) { return mass_[static_cast<std::size_t>(middle_ + sum)]; }

  std::int64_t middle_ = 0;  ///< Where the sum 0 is.
  std::int64_t width_ = 0;   ///< No sum is larger.
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
  if (looks.size() == 1 && looks.front().fraction >= 1) {
    const std::vector<double> steps(whole.begin(), whole.end());
    const SignFlipTest test = sign_flip_test(steps, 0, 100);
    if (test.exact) return test.p;
  }
  double low = 0;
  double high = 1;
  // In logarithms below 0.1, so that small levels keep their digits.
  while (high - low > 1e-3 * high && high > 1e-12) {
    const double middle = low > 0 && high < 0.1 ? std::sqrt(low * high)
                          : high < 0.1          ? high / 4
                                                : (low + high) / 2;
    (crossing_of(whole, looks, middle, spending) ? high : low) = middle;
  }
  return high > 1 - 1e-2 ? 1 : high;
}

}  // namespace assay::stats
