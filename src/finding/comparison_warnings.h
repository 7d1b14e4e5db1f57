// What differs between two studies besides the cells that are compared.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"

namespace assay::finding {

/// One sentence each: task packs, engine, machine, model files, margin, unfinished studies. What a
/// study does not know (an older journal, an endpoint) is not held against it.
std::vector<std::string> comparison_warnings(const StudyFinding& first, const StudyFinding& second);

}  // namespace assay::finding
