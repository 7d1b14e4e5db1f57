// Whether what won alone still wins together. Called by analyse() and choose().
#pragma once

#include <vector>

#include "finding/event_facts.h"
#include "finding/finding.h"
#include "finding/plan_reading.h"
#include "study/winner.h"

namespace assay::finding {

/// What a cell showed against its baseline, whose own time is 1.
study::Showing showing(const CellFinding& cell);

/// The winning levels: those whose combination was run, else the best one of each factor
/// (study/winner.h).
std::vector<const CellFinding*> winners(const ModelFinding& model);

/// Several winners are confirmed when their combination, measured on all canaries, is better than
/// the baseline (where one of them is better alone; else shown to lose at most the margin) and is
/// not shown to be worse than the best of them. A single winner is confirmed by its own trials on
/// all canaries.
Confirmation confirm(const StudyPlan& plan, const ModelFinding& model, const EventFacts& facts);

}  // namespace assay::finding
