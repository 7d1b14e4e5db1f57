// Renders a load test. Pure: one value in, text out; nothing is measured or judged here. Called by
// `assay load run` and `assay load report`. Thread-safe.
#pragma once

#include <string>

#include "base/context.h"
#include "base/json.h"
#include "load/analysis.h"

namespace assay::report {

/// The contract's JSON: docs/reference/load-json.md.
base::Json load_json(const load::LoadReport& report);

/// Verdicts, figures with their intervals, thresholds and what to know about them, at most
/// `terminal.columns` wide but for names that cannot be broken; at least 72. Colour only when the
/// terminal has it.
std::string load_text(const load::LoadReport& report, const base::Terminal& terminal);

/// One test suite for each target: a test case `verdict` and one for each threshold. A verdict that
/// is not "valid" is a <failure> of that type, a threshold one of type "missed" or "inconclusive".
std::string load_junit(const load::LoadReport& report);

/// One self-contained file: no network, no script; charts as inline SVG.
std::string load_html(const load::LoadReport& report);

}  // namespace assay::report
