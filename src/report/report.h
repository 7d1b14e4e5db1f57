// Renders a finding. Pure: one value in, text out; nothing is measured or decided here.
#pragma once

#include <string>

#include "base/context.h"
#include "base/json.h"
#include "finding/finding.h"

namespace assay::report {

/// The contract's JSON: docs/reference/report-json.md.
base::Json to_json(const finding::StudyFinding& finding);

/// Finding cards and decision for reading in a repository.
std::string to_markdown(const finding::StudyFinding& finding);

/// One model's finding card by itself, with the decision and the scope it belongs to.
std::string card_to_markdown(const finding::StudyFinding& finding,
                             const finding::ModelFinding& model);

/// The format that card_to_json() writes and `assay verify` reads.
inline constexpr int kCardFormat = 1;

/// The same card for programs: docs/reference/card-json.md. Only from the journal: the same rows
/// give the same card, whatever changed outside since. `model` must be one of `finding.models`.
base::Json card_to_json(const finding::StudyFinding& finding, const finding::ModelFinding& model);

/// One self-contained file: no network, no script needed to read it, charts as inline SVG.
std::string to_html(const finding::StudyFinding& finding);

/// The short form for a terminal, at most `terminal.columns` wide, colour only when it has it.
std::string to_terminal(const finding::StudyFinding& finding, const base::Terminal& terminal);

}  // namespace assay::report
