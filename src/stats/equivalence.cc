#include "stats/equivalence.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/check.h"

namespace assay::stats {
namespace {

/// A standard deviation below this share of the largest difference is what rounding leaves of 0.
constexpr double kRoundingNoise = 1e-12;

struct Question {
  double margin = 0;
  double alpha = 0;
  double standard_error = 0;
  double degrees = 0;
};

void decide(EquivalenceTest& test, const Question& question) {
  const boost::math::students_t student(question.degrees);
  const double from_below = (test.mean + question.margin) / question.standard_error;
  const double from_above = (test.mean - question.margin) / question.standard_error;
  test.p_below = boost::math::cdf(boost::math::complement(student, from_below));
  test.p_above = boost::math::cdf(student, from_above);
  test.p = std::max(test.p_below, test.p_above);
  test.equivalent = test.p <= question.alpha;
}

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
  decide(test, {margin, alpha, deviation / std::sqrt(count), count - 1});
  return test;
}

EquivalenceTest equivalence_test(const PairedDifference& difference, double margin, double alpha) {
  ASSAY_CHECK(margin >= 0, "a margin is a distance");
  ASSAY_CHECK(alpha > 0 && alpha < 0.5, "a one-sided level is below one half");
  EquivalenceTest test;
  test.mean = difference.delta;
  if (difference.canaries < 2) return test;
  decide(test,
         {margin, alpha, difference.standard_error, static_cast<double>(difference.canaries - 1)});
  return test;
}

}  // namespace assay::stats
