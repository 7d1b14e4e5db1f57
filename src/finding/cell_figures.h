// One cell's trials as figures, and two cells' difference.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "finding/finding.h"
#include "finding/plan_reading.h"
#include "store/journal.h"

namespace assay::finding {

using TrialPointers = std::vector<const store::TrialRow*>;

/// The trials of each cell, in schedule order, by cell id.
using TrialsByCell = std::map<std::string, TrialPointers, std::less<>>;

/// Everything but `difference`, `judgement` and `memory_bytes_peak`. `trials` are the cell's own.
CellFinding cell_figures(const StudyPlan& plan, const PlannedCell& cell,
                         const TrialPointers& trials);

/// Treatment − reference over the canaries that both have counted trials of; none without such a
/// canary.
std::optional<stats::PairedDifference> compare(const CellFinding& treatment,
                                               const CellFinding& reference);

bool has_verdict(const CellFinding& cell, stats::Verdict verdict);

/// part / whole, and 0 of nothing.
double share(std::int64_t part, std::int64_t whole);

}  // namespace assay::finding
