// What a finding card says, apart from how it looks: Markdown and HTML show the same sentences.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"

namespace assay::report {

/// A label with its value. Values hold text that others wrote and are not escaped yet.
struct Fact {
  std::string label;
  std::string value;
};

/// A claim of the report and the command that derives it again from the journal.
struct Derivation {
  std::string claim;
  std::string command;
};

/// "1.5 GiB"; "–" for nothing.
std::string bytes_text(double bytes);

/// Cells whose verdict is better or worse, the largest difference first.
std::vector<const finding::CellFinding*> cells_that_moved(const finding::ModelFinding& model);

/// Cells that are equivalent or undecided, in plan order: what did not help.
std::vector<const finding::CellFinding*> cells_that_did_not(const finding::ModelFinding& model);

/// A trap's name as words: "cost without quality".
std::string trap_title(const finding::Trap& trap);

/// Whether `cell` of `model` is what the decision recommends.
bool is_chosen(const finding::StudyFinding& finding, const finding::ModelFinding& model,
               const finding::CellFinding& cell);

/// The cell that the decision recommends; nullptr when none was made.
const finding::CellFinding* chosen_cell(const finding::StudyFinding& finding);

/// ", 31% spared" (by stopping early) of a study that is done with fewer trials than its whole
/// grid; else empty.
std::string spared_text(const finding::StudyFinding& finding);

/// Study, cases, design, machine, engine, date, time.
std::vector<Fact> scope_facts(const finding::StudyFinding& finding);

/// Context, reply limit and memory within which the model's figures hold.
std::vector<Fact> limit_facts(const finding::ModelFinding& model);

/// File, hash and endpoint.
std::vector<Fact> identity_facts(const finding::ModelFinding& model);

std::vector<Derivation> derivations(const finding::StudyFinding& finding);

/// The columns of the figures table. Those that no cell of the study could fill (memory, cost) and
/// verdicts that were not given are left out.
std::vector<std::string> figure_headings(const finding::StudyFinding& finding);
/// One cell's row of it, in the same order.
std::vector<std::string> figure_row(const finding::StudyFinding& finding,
                                    const finding::CellFinding& cell);

}  // namespace assay::report
