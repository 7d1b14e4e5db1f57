// What a study commits itself to before its first trial: what is run, how it is judged and by which
// rule it is decided. Its hash goes into the journal first, so that nothing can be chosen after the
// results are known. Pure.
#pragma once

#include <string>

#include "base/json.h"
#include "study/plan.h"

namespace assay::study {

/// Everything that decides what is run and how it is judged, and nothing that does not (the budget,
/// comments, where the file lies). The study's hash and id are made from it.
base::Json identity_json(const Plan& plan);

/// {"accuracy_least", "ttft_ms_most", "memory_bytes_most", "cost_usd_per_1000_most", "rank"}; null
/// for a gate that is not there.
base::Json decision_json(const DecisionRule& rule);

/// {"hash": SHA-256 of "registration", "registration": {"study", "identity", "plan_sha256"}}, the
/// detail of the journal's event `registered`. `plan_text` is the plan as the journal keeps it.
base::Json registration_json(const Plan& plan, const std::string& plan_text);

}  // namespace assay::study
