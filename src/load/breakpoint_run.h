// The search for the highest rate within the objectives, carried out: one step after the other,
// each on a server that has come to rest. Called by run_target().
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "load/breakpoint.h"
#include "load/live_state.h"
#include "load/runner.h"
#include "load/scenario.h"
#include "load/send_plan.h"

namespace assay::load {

struct BreakpointRun {
  BreakpointResult result;
  std::vector<StageRun> stages;  ///< One a step, with what lies between as warm-up.
  SendOutcome outcome;  ///< Of all steps together: the latest lags, the start of the first.
};

/// Requires scenario.breakpoint, objectives and the plan's conversations. `records` gets every
/// request of every step, numbered on.
base::Result<BreakpointRun> run_breakpoint(const base::Context& context, const Scenario& scenario,
                                           const SendPlan& plan, const std::string& target_name,
                                           RecordSink& records, const OnLive& on_live);

}  // namespace assay::load
