// What both charts of a cost comparison show: which volumes, and what each line costs there.
#pragma once

#include "catalog/cost_comparison.h"

namespace assay::report {

/// Ends of the charts' logarithmic axes; all above 0.
struct CostRange {
  double tasks_low = 1;
  double tasks_high = 1;
  double cost_low = 1;
  double cost_high = 1;
};

/// Wide enough for the volume asked for and for every break-even within a thousand times of it.
CostRange cost_range(const catalog::CostComparison& comparison);

double local_cost(const catalog::CostComparison& comparison, double tasks);

/// Whether the break-even is one point on the chart.
bool is_shown(const catalog::BreakEven& found, const CostRange& range);

}  // namespace assay::report
