#include "stats/mcnemar.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "base/check.h"

namespace assay::stats {

McNemar mcnemar(const Discordant& pairs) {
  ASSAY_CHECK(pairs.better >= 0 && pairs.worse >= 0, "a count is not negative");
  const std::int64_t count = pairs.better + pairs.worse;
  if (count == 0) return {};
  const boost::math::binomial fair(static_cast<double>(count), 0.5);
  const auto smaller = static_cast<double>(std::min(pairs.better, pairs.worse));
  const double exactly = boost::math::pdf(fair, smaller);
  if (pairs.better == pairs.worse) return {.p_exact = 1, .p_mid = 1 - exactly / 2};
  const double exact = std::min(1.0, 2 * boost::math::cdf(fair, smaller));
  return {.p_exact = exact, .p_mid = exact - exactly};
}

std::int64_t discordant_pairs_least(double alpha) {
  ASSAY_CHECK(alpha > 0 && alpha <= 1, "a level is a probability above 0");
  std::int64_t count = 1;
  for (double p = 1; p > alpha; p /= 2) ++count;
  return count;
}

}  // namespace assay::stats
