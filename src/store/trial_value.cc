#include "store/trial_value.h"

#include <fmt/format.h>

namespace assay::store {

bool counts(const TrialRow& trial) {
  if (trial.outcome == "scored") return trial.score.has_value();
  return trial.outcome == "limit" || trial.outcome == "model_failure";
}

double value_of(const TrialRow& trial) { return trial.score.value_or(0.0); }

bool is_truncated(const TrialRow& trial) {
  return counts(trial) && (trial.finish_reason == "length" ||
                           (trial.outcome == "limit" && trial.outcome_class == "tokens"));
}

bool ended_by_itself(const TrialRow& trial) {
  return trial.outcome == "scored" && counts(trial) && !is_truncated(trial);
}

std::string outcome_name(const TrialRow& trial) {
  if (trial.outcome_class.empty()) return trial.outcome;
  return fmt::format("{}({})", trial.outcome, trial.outcome_class);
}

}  // namespace assay::store
