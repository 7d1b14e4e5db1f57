#include "stats/fisher.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "base/check.h"

namespace assay::stats {
namespace {

double log_choose(std::int64_t n, std::int64_t k) {
  using boost::math::lgamma;  // std::lgamma writes a global, `signgam`.
  return lgamma(static_cast<double>(n + 1)) - lgamma(static_cast<double>(k + 1)) -
         lgamma(static_cast<double>(n - k + 1));
}

}  // namespace

double fisher_exact(const Group& one, const Group& other) {
  for (const Group* group : {&one, &other}) {
    ASSAY_CHECK(group->successes >= 0 && group->successes <= group->trials,
                "successes are some of the trials");
  }
  const std::int64_t successes = one.successes + other.successes;
  const std::int64_t least = std::max<std::int64_t>(0, successes - other.trials);
  const std::int64_t most = std::min(one.trials, successes);
  const auto log_weight = [&](std::int64_t in_one) {
    return log_choose(one.trials, in_one) + log_choose(other.trials, successes - in_one);
  };
  // Relative to the table seen, so that the largest factors cancel before they are rounded.
  const double seen = log_weight(one.successes);
  double all = 0;
  double no_more_probable = 0;
  for (std::int64_t in_one = least; in_one <= most; ++in_one) {
    const double weight = std::exp(log_weight(in_one) - seen);
    all += weight;
    if (weight <= 1 + 1e-7) no_more_probable += weight;
  }
  return std::min(1.0, no_more_probable / all);
}

}  // namespace assay::stats
