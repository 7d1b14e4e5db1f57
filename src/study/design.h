// When a study looks at its cells: the running order of the canaries and the looks. Called by
// make_plan. Pure.
#pragma once

#include "stats/sequential.h"
#include "study/plan.h"

namespace assay::study {

/// Looks when the file names none: every look of a model goes once through its loads, so that many
/// loads get fewer looks.
inline constexpr std::size_t kLooksOfOneLoad = 10;
inline constexpr std::size_t kLooksOfManyLoads = 5;
/// No look before this many canaries: less tells nothing.
inline constexpr std::size_t kCanariesFirstLook = 8;

/// The design by the file's keys, or one look at all canaries with `fixed` and where no verdicts
/// are given. Needs canaries and cells.
Design make_design(const Plan& plan, bool fixed);

/// Fills the design's share of the matrix' judgement.
stats::MatrixDesign matrix_design(const Design& design, double margin);

}  // namespace assay::study
