#include "load/judged_request.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace assay::load {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_end_to_end(Measure which) {
  return which == Measure::E2e || which == Measure::E2eScheduled;
}

std::optional<double> value_for(const RequestRecord& record, const Threshold& objective) {
  const std::optional<Measure> which = find_measure(objective.metric);
  ASSAY_CHECK(which, "an objective names a measure");
  return measure(record, *which);
}

/// `part` ÷ `whole` of two times that are not negative.
double ratio(double part, double whole) {
  if (whole > 0) return part / whole;
  return part > 0 ? kInfinity : 1;
}

}  // namespace

std::optional<double> measure_or_infinite(const RequestRecord& record, Measure which) {
  const bool has_failed = record.failure != Failure::None;
  if (has_failed && is_end_to_end(which)) return kInfinity;
  const std::optional<double> value = measure(record, which);
  if (value || !has_failed || which == Measure::Itl || which == Measure::Tpot) return value;
  return kInfinity;
}

bool meets_all(const RequestRecord& record, std::span<const Threshold> objectives) {
  if (record.failure != Failure::None) return false;
  return std::all_of(objectives.begin(), objectives.end(), [&](const Threshold& objective) {
    const std::optional<double> value = value_for(record, objective);
    return value && judge(objective, {*value, {*value, *value}}) == Outcome::Met;
  });
}

double strain_of(const RequestRecord& record, std::span<const Threshold> objectives) {
  if (record.failure != Failure::None) return kInfinity;
  double strain = 0;
  for (const Threshold& objective : objectives) {
    const std::optional<double> value = value_for(record, objective);
    if (!value) return kInfinity;
    strain = std::max(strain, objective.is_upper_bound ? ratio(*value, objective.bound)
                                                       : ratio(objective.bound, *value));
  }
  return strain;
}

}  // namespace assay::load
