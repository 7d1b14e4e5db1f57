// What the bursts of a cell's trials show besides their score; see study/burst.h for what writes
// it. Called by cell_figures.
#pragma once

#include "finding/cell_figures.h"

namespace assay::finding {

/// Fills `load` from the counted trials, and `ttft_ms_p95` with that of requests: the median over
/// bursts of each one's 95th percentile.
void fill_load(const TrialPointers& trials, CellFinding& finding);

}  // namespace assay::finding
