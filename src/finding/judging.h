// Verdicts of a model's levels, judged together and look by look as the runner judged them while it
// stopped them. Called by analyse().
#pragma once

#include "finding/event_facts.h"
#include "finding/finding.h"
#include "finding/notes.h"
#include "finding/plan_reading.h"

namespace assay::finding {

/// Fills difference, judgement, p_adjusted, looks_taken, stop, arm and planned of every cell but
/// the baseline's; the cells' figures must be there. A level that was stopped early and then run on
/// all canaries, because it won, keeps its verdict only if all of them bear it out. A combination
/// is one comparison of its own.
void judge_cells(const StudyPlan& plan, const TrialsByCell& trials, const EventFacts& facts,
                 ModelFinding& finding);

}  // namespace assay::finding
