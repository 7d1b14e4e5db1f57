#include "stats/share_change.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::stats {
namespace {

Interval wilson_of(const ShareSample& sample, double confidence) {
  const double trials = sample.size_effective;
  return wilson(std::clamp(sample.share * trials, 0.0, trials), trials, confidence);
}

/// The hypotenuse of what two estimates may be off by, of which the common part cancels.
double combined(double one, double other, double correlation) {
  return std::sqrt(std::max(0.0, one * one - 2 * correlation * one * other + other * other));
}

/// Limits of after − before.
Interval square_and_add(double before, const Interval& limits_before, double after,
                        const Interval& limits_after, double correlation) {
  const double difference = after - before;
  return {
      difference - combined(after - limits_after.low, limits_before.high - before, correlation),
      difference + combined(limits_after.high - after, before - limits_before.low, correlation)};
}

}  // namespace

double correlation_of(const PairedOutcomes& outcomes) {
  const double before = outcomes.both + outcomes.only_before;
  const double after = outcomes.both + outcomes.only_after;
  const double not_before = outcomes.only_after + outcomes.neither;
  const double not_after = outcomes.only_before + outcomes.neither;
  const double product = before * after * not_before * not_after;
  if (product <= 0) return 0;
  const double excess =
      outcomes.both * outcomes.neither - outcomes.only_before * outcomes.only_after;
  const double half = (before + not_before) / 2;
  return (excess > 0 ? std::max(0.0, excess - half) : excess) / std::sqrt(product);
}

Interval share_difference(const ShareSample& before, const ShareSample& after, double correlation,
                          double confidence) {
  const Interval limits = square_and_add(before.share, wilson_of(before, confidence), after.share,
                                         wilson_of(after, confidence), correlation);
  return {std::max(-1.0, limits.low), std::min(1.0, limits.high)};
}

Interval share_ratio(const ShareSample& before, const ShareSample& after, double correlation,
                     double confidence) {
  const Interval first = wilson_of(before, confidence);
  const Interval second = wilson_of(after, confidence);
  if (before.share <= 0 || after.share <= 0) {
    const double high =
        first.low > 0 ? second.high / first.low : std::numeric_limits<double>::infinity();
    return {second.low / first.high, high};
  }
  const Interval limits = square_and_add(
      std::log(before.share), {std::log(first.low), std::log(first.high)}, std::log(after.share),
      {std::log(second.low), std::log(second.high)}, correlation);
  return {std::exp(limits.low), std::exp(limits.high)};
}

}  // namespace assay::stats
