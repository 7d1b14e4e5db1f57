// Runs a plan: smoke first, then one trial after another, each journaled before the next starts.
#pragma once

#include <functional>
#include <string>

#include "base/context.h"
#include "base/result.h"
#include "store/journal.h"
#include "study/plan.h"

namespace assay::study {

/// Asks the person whether to go on; false refuses.
using Confirm = std::function<bool(const std::string& question)>;

struct RunOptions {
  bool accept_envelope = false;  ///< --yes.
  Confirm confirm;               ///< Not set when nobody can be asked.
};

/// Runs what the journal lacks of the plan. Trials that are in the journal are never run again.
/// The study's state ends as "done" (success), "interrupted" (Interrupted error) or stays "running"
/// in the journal when the process is killed; resuming is the same call.
/// Errors: BudgetRefused, SmokeFailed, Unreachable (an endpoint that stopped answering),
/// Interrupted, System (the journal cannot be written; another study is running under the same
/// home).
base::Status run_study(const base::Context& context, const Plan& plan, store::Journal& journal,
                       const RunOptions& options);

/// Where a study keeps its logs, reports and configuration: HOME/studies/ID.
std::filesystem::path study_folder(const base::Context& context, const std::string& id);

/// HOME/journal.db.
std::filesystem::path journal_file(const base::Context& context);

}  // namespace assay::study
