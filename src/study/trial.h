// One trial: a canary asked under a cell, scored, as the row that goes into the journal.
#pragma once

#include <functional>
#include <optional>

#include "base/context.h"
#include "endpoint/client.h"
#include "net/runtime.h"
#include "store/journal.h"
#include "study/outcome.h"
#include "study/plan.h"

namespace assay::study {

/// The request a trial opens with: the case's messages as the cell puts them, its tools, the cell's
/// fields, the trial's seed.
endpoint::ChatRequest trial_request(const Cell& cell, const task::Case& canary, std::int64_t seed);

/// What happened when a trial was tried.
struct TrialResult {
  store::TrialRow row;
  endpoint::ChatReply reply;  ///< Of a conversation: Dialogue::as_one().
  bool interrupted = false;   ///< The row must not be journaled: the trial did not end.
};

/// Tells whether the guest is what a request failed by.
using LossBehind =
    std::function<std::optional<endpoint::GuestLoss>(const endpoint::ChatFailure& failure)>;

/// Asks, turn after turn where the case has follow-ups, and scores the last reply. `timeout_s`
/// bounds all turns together. `loss_behind` is called when the reply failed.
TrialResult run_trial(const base::Context& context, net::Runtime& runtime, const Plan& plan,
                      std::int64_t ordinal, endpoint::Client& client, double timeout_s,
                      const LossBehind& loss_behind);

/// The row of a trial that could not be tried because its target was not there.
store::TrialRow untried_row(const base::Context& context, const Plan& plan, std::int64_t ordinal,
                            OutcomeKind kind, std::string_view outcome_class,
                            std::string_view reason);

}  // namespace assay::study
