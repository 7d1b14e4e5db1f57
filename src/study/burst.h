// What a study of load runs in place of a case: a burst of requests against the model under one
// cell's settings. A canary is a burst with its own requests and times, the same in every cell, so
// that cells pair. docs/design/load-in-studies.md says why it is so. Used by planning, the smoke
// run and the trials. Blocks; not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "load/burst.h"
#include "study/plan.h"
#include "study/smoke.h"
#include "study/target.h"
#include "study/trial.h"

namespace assay::study {

/// The bursts as canaries, "burst-01" …: their text is what people read, and is never sent.
std::vector<task::Case> burst_canaries(const load::BurstSeries& series);

/// "4 at a time for 2 s (after 1 s that does not count), 64 tokens in, 16 out"; by the baseline's
/// load.
std::string describe(const load::BurstSeries& series);

/// What the cell makes of a burst: its load, its request fields. The same canary gives the same
/// requests at the same times in every cell and every repeat.
load::Scenario burst_scenario(const Plan& plan, const Cell& cell, std::size_t canary);

/// Seconds that one burst takes: warm-up, the part that counts, and the last replies, guessed at
/// `tokens_per_s` for each request.
double burst_s(const Plan& plan, const Cell& cell, double tokens_per_s);

/// Prompt and answer tokens of one burst: of an open loop what it holds when every answer is as
/// long as it may be, of a closed one what it holds at `tokens_per_s` for each request.
struct BurstTokens {
  std::int64_t prompts = 0;
  std::int64_t answers = 0;
};
BurstTokens burst_tokens(const Plan& plan, const Cell& cell, double tokens_per_s);

/// One burst on the baseline. Errors as smoke()'s.
base::Result<SmokeResult> smoke_burst(const base::Context& context, const Plan& plan,
                                      const Cell& baseline, Target& target);

/// One trial. The score is the share of requests that met every objective; times are medians of
/// its requests, tokens_per_s is that of all together. A burst that we were too slow for is
/// infrastructure; one whose server failed counts as nothing met, unless the guest was lost.
/// Requires that the target is prepared for the cell. Errors: BadInput when no burst can be made
/// (see load::run_target), Interrupted.
base::Result<TrialResult> run_burst(const base::Context& context, const Plan& plan,
                                    std::int64_t ordinal, Target& target);

/// The outcome of a burst; `loss` as for classify().
Outcome classify_burst(const load::BurstFigures& figures,
                       const std::optional<endpoint::GuestLoss>& loss);

}  // namespace assay::study
