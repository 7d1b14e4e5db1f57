// What a study promised before its first trial, and what its file says otherwise now.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"
#include "report/card.h"

namespace assay::report {

/// The section "Pre-registration" of a report; empty when the journal has no registration and the
/// study file has not changed, as far as anybody looked. Values are not escaped yet.
std::vector<Fact> registration_facts(const finding::StudyFinding& finding);

}  // namespace assay::report
