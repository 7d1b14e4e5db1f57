// A study as JUnit XML, which GitHub, GitLab and Jenkins show beside a build's other tests. Pure.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"
#include "finding/gate.h"

namespace assay::report {

/// One test suite per model with one test case per cell, and a suite `decision` for what concerns
/// the whole study. A gate that failed is a <failure> of its cell; a cell of which no trial could
/// be scored an <error>; one that was not run <skipped>. Times are the cell's median trial, in
/// seconds. Well-formed XML 1.0 whatever models wrote.
std::string to_junit(const finding::StudyFinding& finding,
                     const std::vector<finding::GateFailure>& failures);

}  // namespace assay::report
