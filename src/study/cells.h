// The cells of a plan: each model's baseline, a cell for each level and each [[cell]], and the
// check of prompt against reasoning. Called by make_plan; whoever adds cells of another kind uses
// make_cell() too.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "study/plan.h"

namespace assay::study {

/// Fills plan.cells, by model with the baseline first. Needs models, canaries and spec. What cannot
/// be moved for a model, or is its baseline's own, is left out with a note.
base::Status add_cells(Plan& plan, const std::filesystem::path& home);

/// The baseline's settings with `moves` applied; those that are the baseline's own are dropped from
/// Cell::moves. `name` is the id's part after the model. Errors: see quantized_file().
base::Result<Cell> make_cell(const Plan& plan, const Cell& baseline, CellKind kind,
                             const std::string& name, const std::vector<Setting>& moves,
                             const std::filesystem::path& home);

/// {"temperature": 0.7}: factors by name.
base::Json settings_json(const std::vector<Setting>& settings);

}  // namespace assay::study
