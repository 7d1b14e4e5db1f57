#include "study/runner.h"

#include "host/file_lock.h"
#include "study/run.h"

namespace assay::study {

std::filesystem::path study_folder(const base::Context& context, const std::string& id) {
  return context.home / "studies" / id;
}

std::filesystem::path journal_file(const base::Context& context) {
  return context.home / "journal.db";
}

base::Status run_study(const base::Context& context, const Plan& plan, store::Journal& journal,
                       const RunOptions& options) {
  // Two studies at once would disturb each other's times and memory.
  ASSAY_TRY(const host::FileLock lock, host::FileLock::acquire(context.home / "run" / "lock",
                                                               "another assay runs a study here"));
  return Run(context, plan, journal, options).execute();
}

}  // namespace assay::study
