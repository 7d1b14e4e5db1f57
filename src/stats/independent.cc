#include "stats/independent.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace assay::stats {
namespace {

bool is_empty(const Sample& sample) { return sample.canaries == 0 || sample.size_effective <= 0; }

Interval wilson_of(const Sample& sample, double confidence) {
  const double successes = std::min(sample.mean, 1.0) * sample.size_effective;
  return wilson(successes, sample.size_effective, confidence);
}

Interval combined(const Sample& treatment, const Sample& reference, double confidence) {
  const Interval upper = wilson_of(treatment, confidence);
  const Interval lower = wilson_of(reference, confidence);
  const double delta = treatment.mean - reference.mean;
  return {delta - std::hypot(treatment.mean - upper.low, lower.high - reference.mean),
          delta + std::hypot(upper.high - treatment.mean, reference.mean - lower.low)};
}

double variance_of_mean(const Sample& sample) {
  return sample.mean * (1 - sample.mean) / sample.size_effective;
}

}  // namespace

PairedDifference independent_difference(const Sample& treatment, const Sample& reference,
                                        double confidence) {
  ASSAY_CHECK(confidence >= 0.8 && confidence < 1, "a confidence as paired_difference() takes it");
  PairedDifference result;
  result.confidence = confidence;
  if (is_empty(treatment) || is_empty(reference)) {
    result.interval = {-1, 1};
    result.interval_tost = {-1, 1};
    return result;
  }
  result.delta = treatment.mean - reference.mean;
  result.interval = combined(treatment, reference, confidence);
  result.interval_tost = combined(treatment, reference, 2 * confidence - 1);
  result.canaries = std::min(treatment.canaries, reference.canaries);
  result.deviation = std::sqrt((variance_of_mean(treatment) + variance_of_mean(reference)) *
                               static_cast<double>(result.canaries));
  result.standard_error = result.deviation / std::sqrt(static_cast<double>(result.canaries));
  return result;
}

}  // namespace assay::stats
