// The validator of a matrix: each cell is held against its model's baseline by what would be sent
// and by how the server would be started, not by what the study file calls it. Called by make_plan;
// nothing is asked and nothing started.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "study/plan.h"

namespace assay::study {

/// One setting in which two cells differ. Texts are JSON, cut to a line; "not set" where a cell
/// leaves it to the server.
struct Difference {
  std::string setting;  ///< "temperature", "chat_template_kwargs.enable_thinking", "messages",
                        ///< "turns", "--ctx-size".
  std::string baseline;
  std::string cell;
};

/// What differs between two cells of one model over all canaries, by setting's name: body fields by
/// dotted path (endpoint::wire_body of each turn's request, with one seed and, for the replies in
/// between, one stand-in), `messages` as one, the number of turns, and the server's flags
/// (endpoint::command_arguments). Example: baseline temperature 0 against 0.7 gives
/// {"temperature", "0", "0.7"}.
std::vector<Difference> wire_differences(const Plan& plan, const Cell& baseline, const Cell& cell);

/// Removes, with a note, cells that no canary could tell from the baseline or from an earlier cell.
/// BadInput, naming the cell and each differing setting with both values, when a Level differs in
/// other than one setting, a Check in other than two, a Combination in more than it moves, or when
/// two cells have one id. Requires that each model's baseline comes first.
base::Status validate_matrix(Plan& plan);

}  // namespace assay::study
