// What a trial says about the model. Unscored is not wrong: a trial that could not be judged keeps
// its place in the report and stays out of the accuracy.
#pragma once

#include <string>

#include "store/journal.h"

namespace assay::store {

/// Whether the trial is in the accuracy's denominator: scored, limit and model_failure are;
/// infrastructure, scorer_failure and skipped are not.
bool counts(const TrialRow& trial);

/// The score, or 0 for a counted trial without one (a limit or a failure of the model).
double value_of(const TrialRow& trial);

/// The reply was cut by the token limit.
bool is_truncated(const TrialRow& trial);

/// The model ended its reply by itself.
bool ended_by_itself(const TrialRow& trial);

/// "scored", "limit(tokens)", "infrastructure(out_of_memory)".
std::string outcome_name(const TrialRow& trial);

}  // namespace assay::store
