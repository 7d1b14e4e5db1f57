// From the journal's rows to findings. Pure: the same rows give the same value.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "finding/finding.h"
#include "store/journal.h"

namespace assay::finding {

/// `plan` is the JSON that study::Plan::to_json() wrote into the journal; see
/// docs/reference/plan.md. A study that is not done is analysed as far as it went.
base::Result<StudyFinding> analyse(const store::StudyRow& study,
                                   const std::vector<store::TrialRow>& trials,
                                   const std::vector<store::EventRow>& events);

/// Fills `decision`. Rule: among cells whose accuracy is not shown to be below the best one's by
/// more than the margin, the one with the shortest median time per trial inside the model; a cell
/// with a changed level is preferred over its baseline only with the verdict better, or equivalent
/// and faster. See docs/concepts/decision.md.
Decision decide(const StudyFinding& finding);

}  // namespace assay::finding
