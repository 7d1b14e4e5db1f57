#include "stats/verdict.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "base/check.h"

namespace assay::stats {
namespace {

constexpr std::int64_t kCanariesMoreMax = 100'000;

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal(), probability);
}

/// (z σ / distance)²; infinite for a distance of 0, which no number of canaries resolves.
double canaries_to_resolve(double z, double deviation, double distance) {
  const double ratio = z * deviation / distance;
  return ratio * ratio;
}

double canaries_to_decide(const PairedDifference& difference, double margin, double alpha,
                          double power) {
  const double size = std::abs(difference.delta);
  const double detected = canaries_to_resolve(
      normal_quantile(1 - alpha / 2) + normal_quantile(power), difference.deviation, size);
  if (size >= margin) return detected;
  const double equivalent =
      canaries_to_resolve(normal_quantile(difference.confidence) + normal_quantile((1 + power) / 2),
                          difference.deviation, margin - size);
  return std::min(detected, equivalent);
}

}  // namespace

std::int64_t canaries_more(const PairedDifference& difference, double margin, double alpha,
                           double power) {
  if (difference.canaries == 0) return -1;
  const double more = std::ceil(canaries_to_decide(difference, margin, alpha, power)) -
                      static_cast<double>(difference.canaries);
  if (!(more <= static_cast<double>(kCanariesMoreMax))) return -1;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(more));
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Better:
      return "better";
    case Verdict::Worse:
      return "worse";
    case Verdict::Equivalent:
      return "equivalent";
    case Verdict::Undecided:
      return "undecided";
  }
  ASSAY_UNREACHABLE("a verdict without a name");
}

Judgement judge(const PairedDifference& difference, double margin, double power) {
  ASSAY_CHECK(margin >= 0, "a margin is a distance");
  ASSAY_CHECK(power > 0 && power < 1, "a power is a probability");
  if (difference.interval.low > 0) return {Verdict::Better};
  if (difference.interval.high < 0) return {Verdict::Worse};
  const Interval& tost = difference.interval_tost;
  if (tost.low > -margin && tost.high < margin) return {Verdict::Equivalent};
  return {Verdict::Undecided, canaries_more(difference, margin, 1 - difference.confidence, power)};
}

}  // namespace assay::stats
