// The known ways in which a study of language models misleads, found in one model's trials and
// events. analysis.cc calls it once per model; pure.
#pragma once

#include <vector>

#include "finding/cell_figures.h"
#include "finding/event_facts.h"
#include "finding/finding.h"
#include "finding/plan_reading.h"

namespace assay::finding {

struct TrapEvidence {
  const StudyPlan& plan;
  const ModelFinding& model;  ///< Its cells must be complete, judgements included.
  const TrialsByCell& trials;
  const ModelFacts& facts;
};

/// By name in the order below, then by cell in plan order:
/// - truncation: the token limit cut at least a tenth of a cell's replies.
/// - cost_without_quality: at least 1.25 times the baseline's tokens or time, and the accuracy is
///   equivalent or undecided. A quantization's costs are weighed by its note instead.
/// - rich_prompt_harm: a level of `prompt` with a longer prompt is shown to be worse, at the
///   baseline's reasoning or, where a check cell tells, at the other one.
/// - tool_choice_rejected: the server refused requests of a cell that fixes or moves tool_choice.
/// - retries_ate_deadline: trials ran out of time after more than one request.
/// - context_overflow: requests did not fit the context.
/// - setting_changed_by_server: context, max_tokens or model are not what was asked for.
std::vector<Trap> find_traps(const TrapEvidence& evidence);

}  // namespace assay::finding
