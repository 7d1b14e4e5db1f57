// Renders a comparison of two studies. Pure.
#pragma once

#include <string>

#include "base/context.h"
#include "base/json.h"
#include "finding/comparison.h"

namespace assay::report {

/// docs/reference/verbs.md, `assay compare --json`: shares as in the report; `*_change` is
/// second / first − 1.
base::Json comparison_json(const finding::StudyComparison& comparison);

/// A table with one row per cell, then what else differs. Colour only where the terminal has it.
std::string comparison_text(const finding::StudyComparison& comparison,
                            const base::Terminal& terminal);

}  // namespace assay::report
