#include "stats/equivalence.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/check.h"

namespace assay::stats {
namespace {

/// A standard deviation below this share of the largest difference is what rounding leaves of 0.
constexpr double kRoundingNoise = 1e-12;

}  // namespace

EquivalenceTest equivalence_test(std::span<const double> differences, double margin, double alpha) {
  ASSAY_CHECK(margin >= 0, "a margin is a distance");
  ASSAY_CHECK(alpha > 0 && alpha < 0.5, "a one-sided level is below one half");
  EquivalenceTest test;
  const auto count = static_cast<double>(differences.size());
  for (const double difference : differences) test.mean += difference / count;
  if (differences.size() < 2) return test;
  double squares = 0;
  double largest = 0;
  for (const double difference : differences) {
    squares += (difference - test.mean) * (difference - test.mean);
    largest = std::max(largest, std::abs(difference));
  }
  const double deviation = std::sqrt(squares / (count - 1));
  if (deviation <= kRoundingNoise * largest) return test;
  const double standard_error = deviation / std::sqrt(count);
  const boost::math::students_t student(count - 1);
  test.p_below =
      boost::math::cdf(boost::math::complement(student, (test.mean + margin) / standard_error));
  test.p_above = boost::math::cdf(student, (test.mean - margin) / standard_error);
  test.p = std::max(test.p_below, test.p_above);
  test.equivalent = test.p <= alpha;
  return test;
}

}  // namespace assay::stats
