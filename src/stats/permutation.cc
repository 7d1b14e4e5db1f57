#include "stats/permutation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "base/check.h"
#include "base/random.h"

namespace assay::stats {
namespace {

/// Distinct sums passed through, over all steps together.
constexpr std::size_t kSumsMost = std::size_t{1} << 22U;

/// Sums this close, relative to the largest possible, are one: 2/3 − 1/3 is not quite 1/3.
constexpr double kRounding = 1e-11;

struct WeightedSum {
  double sum = 0;
  double probability = 1;
};

/// Both lists are sorted, as is what comes out; sums that are one are put together.
std::vector<WeightedSum> merged(const std::vector<WeightedSum>& before, double size,
                                double tolerance) {
  std::vector<WeightedSum> sums;
  sums.reserve(2 * before.size());
  const auto add = [&](double sum, double probability) {
    if (!sums.empty() && sum - sums.back().sum <= tolerance) {
      sums.back().probability += probability / 2;
    } else {
      sums.push_back({sum, probability / 2});
    }
  };
  auto raised = before.begin();
  for (const WeightedSum& lowered : before) {
    while (raised->sum + size < lowered.sum - size) {
      add(raised->sum + size, raised->probability);
      ++raised;
    }
    add(lowered.sum - size, lowered.probability);
  }
  for (; raised != before.end(); ++raised) add(raised->sum + size, raised->probability);
  return sums;
}

std::optional<double> exact_p(const std::vector<double>& sizes, double seen, double tolerance) {
  std::vector<WeightedSum> sums{{}};
  std::size_t passed = 0;
  for (const double size : sizes) {
    sums = merged(sums, size, tolerance);
    passed += sums.size();
    if (passed > kSumsMost) return std::nullopt;
  }
  double p = 0;
  for (const WeightedSum& one : sums) {
    if (std::abs(one.sum) >= seen) p += one.probability;
  }
  // Above a thousand canaries the outermost probabilities are below what a double can hold.
  return std::clamp(p, std::numeric_limits<double>::min(), 1.0);
}

/// The sums of a few differences under each assignment of signs, one bit for each.
using SignedSums = std::array<double, 256>;

std::vector<SignedSums> signed_sums(const std::vector<double>& sizes) {
  std::vector<SignedSums> groups((sizes.size() + 7) / 8);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const std::size_t end = std::min(sizes.size(), 8 * (group + 1));
    for (std::size_t signs = 0; signs < groups[group].size(); ++signs) {
      double sum = 0;
      for (std::size_t index = 8 * group; index < end; ++index) {
        sum += (signs >> (index % 8) & 1U) != 0 ? sizes[index] : -sizes[index];
      }
      groups[group][signs] = sum;
    }
  }
  return groups;
}

double drawn_p(const std::vector<double>& sizes, double seen, std::uint64_t seed, int rounds) {
  const std::vector<SignedSums> groups = signed_sums(sizes);
  base::Random random(seed);
  std::int64_t as_far = 0;
  for (int round = 0; round < rounds; ++round) {
    double sum = 0;
    std::uint64_t signs = 0;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      if (group % 8 == 0) signs = random.next();
      sum += groups[group][signs & 0xffU];
      signs >>= 8U;
    }
    if (std::abs(sum) >= seen) ++as_far;
  }
  return static_cast<double>(as_far + 1) / static_cast<double>(rounds + 1);
}

}  // namespace

SignFlipTest sign_flip_test(std::span<const double> differences, std::uint64_t seed, int rounds) {
  ASSAY_CHECK(rounds >= 100, "a p value is a share of many rounds");
  double sum = 0;
  double farthest = 0;
  std::vector<double> sizes;  // A difference of 0 is the same under either sign.
  for (const double difference : differences) {
    ASSAY_CHECK(std::isfinite(difference), "a difference is a number");
    sum += difference;
    farthest += std::abs(difference);
    if (difference != 0) sizes.push_back(std::abs(difference));
  }
  if (sizes.empty()) return {};
  // Equal sizes side by side keep the distinct sums few for as long as possible.
  std::sort(sizes.begin(), sizes.end());
  SignFlipTest result;
  result.mean = sum / static_cast<double>(differences.size());
  const double tolerance = kRounding * farthest;
  // Somewhat less than the sum seen, so that the assignment seen is among those as far.
  const double seen = std::abs(sum) - static_cast<double>(sizes.size()) * tolerance;
  if (const std::optional<double> p = exact_p(sizes, seen, tolerance)) {
    result.p = *p;
    return result;
  }
  result.exact = false;
  result.p = drawn_p(sizes, seen, seed, rounds);
  return result;
}

}  // namespace assay::stats
