// What else is worth knowing of one model's study, one sentence each, from its trials and events
// only. The traps have a place of their own (traps.h), and what they say is not said again here.
#pragma once

#include <string>
#include <vector>

#include "finding/cell_figures.h"
#include "finding/event_facts.h"
#include "finding/finding.h"

namespace assay::finding {

/// `model.cells` must be complete, differences and judgements included, and so must `model.traps`.
std::vector<std::string> model_notes(const ModelFinding& model, const TrialsByCell& trials,
                                     const ModelFacts& facts);

/// What the levels did beyond accuracy: no effect at all, what a quantization saved, and gains that
/// were only measured one at a time.
std::vector<std::string> effect_notes(const ModelFinding& model, const TrialsByCell& trials);

}  // namespace assay::finding
