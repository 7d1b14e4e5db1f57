// The single traps behind find_traps(), each appending what it finds. Used by traps.cc only.
#pragma once

#include <vector>

#include "finding/traps.h"

namespace assay::finding {

void append_prompt_traps(const TrapEvidence& evidence, std::vector<Trap>& traps);
void append_tool_choice_traps(const TrapEvidence& evidence, std::vector<Trap>& traps);
void append_changed_setting_traps(const TrapEvidence& evidence, std::vector<Trap>& traps);

/// The cell's own trials; none when it has not begun.
const TrialPointers& trials_of(const TrapEvidence& evidence, const CellFinding& cell);

/// Null when it is not known.
base::Json known_or_null(double value);

}  // namespace assay::finding
