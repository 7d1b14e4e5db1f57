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

/// What to ship. Candidates are the baselines and those single levels that are better than their
/// baseline, or equivalent to it and faster (or as fast and lighter in memory). Of the candidates
/// whose estimated loss against the most accurate one, paired by canary, is at most the margin, the
/// one with the shortest median time inside the model is chosen; times within 5 % of each other go
/// by peak memory, then by accuracy. Not made without verdicts, before every baseline has run, and
/// when no candidate could be scored. See docs/concepts/decision.md.
Decision decide(const StudyFinding& finding);

}  // namespace assay::finding
