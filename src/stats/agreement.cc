#include "stats/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace assay::stats {
namespace {

constexpr int kCategoriesMost = 1000;
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Rank of each value, from 1; equal values share the mean of theirs.
std::vector<double> midranks(std::span<const double> values) {
  std::vector<std::size_t> ascending(values.size());
  std::iota(ascending.begin(), ascending.end(), std::size_t{0});
  std::sort(ascending.begin(), ascending.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < ascending.size();) {
    std::size_t end = first + 1;
    while (end < ascending.size() && values[ascending[end]] == values[ascending[first]]) ++end;
    const double rank = static_cast<double>(first + 1 + end) / 2;
    for (; first < end; ++first) ranks[ascending[first]] = rank;
  }
  return ranks;
}

double disagreement(int one, int other, KappaWeights weights) {
  const double distance = std::abs(one - other);
  switch (weights) {
    case KappaWeights::Unweighted:
      return distance > 0 ? 1 : 0;
    case KappaWeights::Linear:
      return distance;
    case KappaWeights::Quadratic:
      return distance * distance;
  }
  ASSAY_UNREACHABLE("a weight without a meaning");
}

/// How often each category was given.
std::vector<double> category_counts(std::span<const int> ratings) {
  std::vector<double> counts;
  for (const int rating : ratings) {
    ASSAY_CHECK(rating >= 0 && rating < kCategoriesMost, "categories are counted from 0");
    const auto category = static_cast<std::size_t>(rating);
    if (category >= counts.size()) counts.resize(category + 1);
    counts[category] += 1;
  }
  return counts;
}

/// The different ratings of units with at least two, ascending, and how often each was given.
struct Pooled {
  std::vector<double> values;
  std::vector<double> counts;
  double total = 0;
};

Pooled pooled(std::span<const std::vector<double>> units) {
  Pooled all;
  std::vector<double> ratings;
  for (const std::vector<double>& unit : units) {
    if (unit.size() >= 2) ratings.insert(ratings.end(), unit.begin(), unit.end());
  }
  std::sort(ratings.begin(), ratings.end());
  for (const double rating : ratings) {
    ASSAY_CHECK(std::isfinite(rating), "a rating is a number");
    if (all.values.empty() || rating != all.values.back()) {
      all.values.push_back(rating);
      all.counts.push_back(0);
    }
    all.counts.back() += 1;
  }
  all.total = static_cast<double>(ratings.size());
  return all;
}

/// Where each different rating lies, so that a distance is the difference of two positions: the
/// number of ratings up to the middle of those equal to it, or the rating itself.
std::vector<double> positions(const Pooled& all, RatingLevel level) {
  if (level != RatingLevel::Ordinal) return all.values;
  std::vector<double> middles;
  double below = 0;
  for (const double count : all.counts) {
    middles.push_back(below + count / 2);
    below += count;
  }
  return middles;
}

double squared_distance(double one, double other, RatingLevel level) {
  if (level == RatingLevel::Nominal) return one == other ? 0 : 1;
  return (one - other) * (one - other);
}

}  // namespace

double spearman(std::span<const double> one, std::span<const double> other) {
  ASSAY_CHECK(one.size() == other.size(), "both rated the same cases");
  const std::vector<double> ranks_one = midranks(one);
  const std::vector<double> ranks_other = midranks(other);
  const double middle = static_cast<double>(one.size() + 1) / 2;
  double both = 0;
  double squares_one = 0;
  double squares_other = 0;
  for (std::size_t index = 0; index < one.size(); ++index) {
    const double from_one = ranks_one[index] - middle;
    const double from_other = ranks_other[index] - middle;
    both += from_one * from_other;
    squares_one += from_one * from_one;
    squares_other += from_other * from_other;
  }
  if (squares_one == 0 || squares_other == 0) return kUndefined;
  return std::clamp(both / std::sqrt(squares_one * squares_other), -1.0, 1.0);
}

double cohens_kappa(std::span<const int> one, std::span<const int> other, KappaWeights weights) {
  ASSAY_CHECK(one.size() == other.size(), "both rated the same cases");
  const std::vector<double> counts_one = category_counts(one);
  const std::vector<double> counts_other = category_counts(other);
  double observed = 0;
  for (std::size_t index = 0; index < one.size(); ++index) {
    observed += disagreement(one[index], other[index], weights);
  }
  double expected = 0;
  for (std::size_t row = 0; row < counts_one.size(); ++row) {
    for (std::size_t column = 0; column < counts_other.size(); ++column) {
      expected += counts_one[row] * counts_other[column] *
                  disagreement(static_cast<int>(row), static_cast<int>(column), weights);
    }
  }
  if (expected == 0) return kUndefined;
  return 1 - observed * static_cast<double>(one.size()) / expected;
}

double krippendorff_alpha(std::span<const std::vector<double>> units, RatingLevel level) {
  const Pooled all = pooled(units);
  if (all.values.size() < 2) return kUndefined;
  const std::vector<double> where = positions(all, level);
  const auto position_of = [&](double rating) {
    const auto found = std::lower_bound(all.values.begin(), all.values.end(), rating);
    return where[static_cast<std::size_t>(found - all.values.begin())];
  };
  double observed = 0;
  for (const std::vector<double>& unit : units) {
    if (unit.size() < 2) continue;
    double apart = 0;
    for (std::size_t one = 0; one < unit.size(); ++one) {
      for (std::size_t other = 0; other < one; ++other) {
        apart += squared_distance(position_of(unit[one]), position_of(unit[other]), level);
      }
    }
    observed += apart / static_cast<double>(unit.size() - 1);
  }
  double expected = 0;
  for (std::size_t one = 0; one < where.size(); ++one) {
    for (std::size_t other = 0; other < one; ++other) {
      expected +=
          all.counts[one] * all.counts[other] * squared_distance(where[one], where[other], level);
    }
  }
  return 1 - (all.total - 1) * observed / expected;
}

}  // namespace assay::stats
