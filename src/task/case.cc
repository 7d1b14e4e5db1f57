#include "task/case.h"

#include "task/case_reader.h"

namespace assay::task {

std::string Case::kind() const { return tags.empty() ? "untagged" : tags.front(); }

base::Result<std::vector<Case>> parse_cases(std::string_view jsonl, std::string_view source) {
  ASSAY_TRY(std::vector<Case> cases, read_cases(jsonl, source, CaseDefaults{}));
  ASSAY_TRY_DONE(reject_duplicate_ids(cases));
  return cases;
}

}  // namespace assay::task
