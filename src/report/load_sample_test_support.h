// Invented load tests for tests and for looking at layouts: every figure follows from a formula, so
// that they are the same everywhere.
#pragma once

#include "load/analysis.h"
#include "load/comparison.h"
#include "load/live_state.h"

namespace assay::test {

/// Open loop, a warm-up and four rates of which the last is more than the server takes: requests
/// time out, percentiles become infinite. Server series, calibration, a check that disagrees.
load::LoadReport sample_load_steps();

/// A breakpoint search of six steps, one of them open.
load::LoadReport sample_load_breakpoint();

/// Closed loop against two endpoints: one served by a client that could not keep up, one dead.
load::LoadReport sample_load_two_targets();

load::LiveState sample_live_state();

load::LoadComparison sample_load_comparison();

}  // namespace assay::test
