// One-factor-at-a-time cells cannot show how two levels act together, so the combination of a
// model's winning levels runs as a cell of its own before anybody recommends it. Used by the
// runner.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/journal.h"
#include "study/plan.h"

namespace assay::study {

/// The cell that moves all winners' levels at once: "m/combination:top_k=1+threads=2". Requires at
/// least two winners of one model. Errors: see make_cell().
base::Result<Cell> combination_cell(const Plan& plan, const std::vector<std::size_t>& winners,
                                    const std::filesystem::path& home);

/// Adds a cell and its trials behind everything that is planned; returns its index.
std::size_t append_cell(Plan& plan, Cell cell);

/// The detail of the event `combination`: {"cell": as in the plan, "moves", "of": winners' ids}.
base::Json combination_json(const Plan& plan, const Cell& cell,
                            const std::vector<std::size_t>& winners);

/// Adds again what the journal's events say an earlier run added, in their order, so that ordinals
/// mean the same. Errors: see make_cell().
base::Status recall_combinations(Plan& plan, const std::vector<store::EventRow>& events,
                                 const std::filesystem::path& home);

}  // namespace assay::study
