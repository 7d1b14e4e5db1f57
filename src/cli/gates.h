// --fail-on: the option, and how a failed gate ends the program. Called by the verbs that report.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "finding/gate.h"

namespace assay::cli {

void add_fail_on(CLI::App& command, std::vector<std::string>& expressions);

/// Every expression of every --fail-on, in order; none without one. To be called before anything is
/// run, so that a slip costs nothing.
base::Result<std::vector<finding::Gate>> gates_of(const std::vector<std::string>& expressions);

/// GateFailed, naming each expression with what was measured; success without a failure.
base::Status status_of(const std::vector<finding::GateFailure>& failures);

}  // namespace assay::cli
