#include "report/cost_curve.h"

#include <algorithm>

namespace assay::report {
namespace {

using catalog::BreakEvenKind;
using catalog::CloudLine;
using catalog::CostComparison;

constexpr double kAir = 8;            ///< Around what has to be seen, as a factor.
constexpr double kReach = 1000;       ///< From the volume asked for to a break-even that is shown.
constexpr double kDecadesMost = 1e7;  ///< From the highest cost down, so that free clouds fit.

}  // namespace

double local_cost(const CostComparison& comparison, double tasks) {
  return catalog::local_month(comparison.rates, tasks).total();
}

CostRange cost_range(const CostComparison& comparison) {
  const double asked = comparison.inputs.tasks_per_month;
  double low = asked;
  double high = asked;
  for (const CloudLine& cloud : comparison.clouds) {
    const double tasks = cloud.break_even.tasks;
    if (cloud.break_even.kind != BreakEvenKind::At) continue;
    if (tasks > asked * kReach || tasks < asked / kReach) continue;
    low = std::min(low, tasks);
    high = std::max(high, tasks);
  }
  CostRange range{.tasks_low = std::max(1.0, low / kAir), .tasks_high = high * kAir};
  double cost_low = local_cost(comparison, range.tasks_low);
  double cost_high = local_cost(comparison, range.tasks_high);
  for (const CloudLine& cloud : comparison.clouds) {
    cost_low = std::min(cost_low, cloud.per_task * range.tasks_low);
    cost_high = std::max(cost_high, cloud.per_task * range.tasks_high);
  }
  range.cost_high = cost_high > 0 ? cost_high * 1.5 : 1;
  range.cost_low = std::max(cost_low / 1.5, range.cost_high / kDecadesMost);
  return range;
}

bool is_shown(const catalog::BreakEven& found, const CostRange& range) {
  return found.kind == BreakEvenKind::At && found.tasks >= range.tasks_low &&
         found.tasks <= range.tasks_high;
}

}  // namespace assay::report
