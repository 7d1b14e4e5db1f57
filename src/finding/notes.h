// The traps a study of one model ran into, one sentence each, from its trials and events only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "finding/cell_figures.h"
#include "finding/event_facts.h"
#include "finding/finding.h"

namespace assay::finding {

/// The trials of each cell, in schedule order, by cell id.
using TrialsByCell = std::map<std::string, TrialPointers, std::less<>>;

/// `model.cells` must be complete, differences and judgements included.
std::vector<std::string> model_notes(const ModelFinding& model, const TrialsByCell& trials,
                                     const ModelFacts& facts);

/// What the levels did beyond accuracy: no effect at all, cost without quality, what a quantization
/// saved, and gains that were only measured one at a time.
std::vector<std::string> effect_notes(const ModelFinding& model, const TrialsByCell& trials);

}  // namespace assay::finding
