#include "stats/fisher.h"

#include <algorithm>

#include "base/check.h"

namespace assay::stats {
double fisher_exact(const Group& one, const Group& other) {
  for (const Group* group : {&one, &other}) {
    ASSAY_CHECK(group->successes >= 0 && group->successes <= group->trials,
                "successes are some of the trials");
  }
  const std::int64_t successes = one.successes + other.successes;
  const std::int64_t least = std::max<std::int64_t>(0, successes - other.trials);
  const std::int64_t most = std::min(one.trials, successes);
  // Probabilities as multiples of that of the table seen, each from its neighbour's.
  double all = 1;
  double no_more_probable = 1;
  const auto add = [&](double weight) {
    all += weight;
    if (weight <= 1 + 1e-7) no_more_probable += weight;
  };
  const auto ratio_to_next = [&](std::int64_t in_one) {
    return static_cast<double>(one.trials - in_one) * static_cast<double>(successes - in_one) /
           (static_cast<double>(in_one + 1) *
            static_cast<double>(other.trials - successes + in_one + 1));
  };
  double weight = 1;
  for (std::int64_t in_one = one.successes; in_one < most && weight > 0; ++in_one) {
    weight *= ratio_to_next(in_one);
    add(weight);
  }
  weight = 1;
  for (std::int64_t in_one = one.successes; in_one > least && weight > 0; --in_one) {
    weight /= ratio_to_next(in_one - 1);
    add(weight);
  }
  return std::min(1.0, no_more_probable / all);
}

}  // namespace assay::stats
