// From when on a stage shows what the server does at its load and not how it got there. Called when
// a run is judged. Pure; thread-safe.
#pragma once

#include <span>

#include "load/analysis.h"

namespace assay::load {

/// From the end-to-end times of the requests due in the stage, in order of their due time
/// (stats/steady_state.h). A failed request counts as the longest that was measured, or as what it
/// had taken when it failed if that is longer. `seconds` is when the first request was due that
/// counts; stages of fewer than 20 requests count as settled from the start.
SteadyFrom steady_from(std::span<const RequestRecord> records, const StageRun& stage);

}  // namespace assay::load
