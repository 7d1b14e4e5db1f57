// Renders a cost comparison. Pure.
#pragma once

#include <string>

#include "base/context.h"
#include "base/json.h"
#include "catalog/cost_comparison.h"

namespace assay::report {

/// docs/reference/cost.md: what is not finite is null.
base::Json cost_json(const catalog::CostComparison& comparison);

/// The inputs, the table of local and cloud costs, the sensitivity and a chart of characters, as
/// wide as the terminal allows. Colour only where the terminal has it.
std::string cost_text(const catalog::CostComparison& comparison, const base::Terminal& terminal);

/// A whole SVG document: monthly cost over the monthly volume, both logarithmic, with the
/// break-even of each cloud.
std::string cost_chart_svg(const catalog::CostComparison& comparison);

/// The chart of cost_text(): `columns` wide at most, at least 40. Letters are those of the table.
std::string cost_chart_text(const catalog::CostComparison& comparison, int columns);

}  // namespace assay::report
