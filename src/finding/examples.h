// Failures worth showing: one of each kind that failed most in the baseline.
#pragma once

#include <vector>

#include "finding/cell_figures.h"
#include "finding/finding.h"
#include "finding/plan_reading.h"

namespace assay::finding {

/// At most three, the kind with the most lost value first; of a kind, the canary that failed most
/// often. Empty when nothing failed.
std::vector<Example> failure_examples(const StudyPlan& plan, const TrialPointers& trials);

}  // namespace assay::finding
