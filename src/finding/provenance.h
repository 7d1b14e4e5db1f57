// What a study rested on, as its journal has it: files with their digests, task packs, the study
// file and its registration. Called by analyse(); cards and `assay verify` show and check it.
#pragma once

#include <vector>

#include "finding/finding.h"
#include "store/journal.h"

namespace assay::finding {

/// Fills `finding.inputs`, `finding.registration` and, in each model's fingerprint, `file`,
/// `quantization` and `files`. Unknown members of events and of the plan are left alone; what is
/// missing becomes null.
///
/// `fingerprint.file` is the model's file as an absolute path (null for an endpoint), `files` every
/// file that was loaded for it: {"path", "sha256"}; a path that the study file does not resolve,
/// such as one relative to a former working folder, is kept as it was.
void fill_provenance(const store::StudyRow& study, const std::vector<store::EventRow>& events,
                     StudyFinding& finding);

}  // namespace assay::finding
