// Renders two load tests held against each other. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "load/comparison.h"

namespace assay::report {

/// What the comparison itself does not say.
struct ComparedRuns {
  std::string before;  ///< Names of the runs, as the reader knows them.
  std::string after;
  load::ComparisonPlan plan;
  std::vector<std::string> doubts{};  ///< Why not to believe one of them, one sentence each.
};

/// docs/reference/load-json.md.
base::Json load_comparison_json(const load::LoadComparison& comparison, const ComparedRuns& runs);

/// The verdict and a table of figures, at most `terminal.columns` wide; at least 72.
std::string load_comparison_text(const load::LoadComparison& comparison, const ComparedRuns& runs,
                                 const base::Terminal& terminal);

}  // namespace assay::report
