// Which cell to ship, as a choice among measured cells; decision.cc puts it into words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "finding/finding.h"
#include "study/winner.h"

namespace assay::finding {

using study::kTie;

/// A cell that could be shipped. The pointers are into the finding that choose() was given.
struct Candidate {
  const ModelFinding* model = nullptr;
  const CellFinding* cell = nullptr;
  /// This cell − the most accurate candidate, paired by canary; none for the most accurate itself,
  /// and where the two share no canary.
  std::optional<stats::PairedDifference> against_best;
  double delta_to_best = 0;  ///< `against_best`'s, or the plain difference without it.
  bool qualifies =
      false;  ///< Shown to lose at most the margin against the best, or the best itself.
};

struct Choice {
  std::vector<Candidate> candidates;  ///< In the study's order.
  std::size_t best = 0;               ///< The most accurate.
  std::size_t chosen = 0;
};

/// Every planned trial has ended and at most a tenth of them could not be scored: a cell that fails
/// to answer more often cannot be shipped however well it answers otherwise.
bool is_measured(const CellFinding& cell);

/// Shorter by more than a tie. An unknown time is never faster.
bool is_faster(const CellFinding& cell, const CellFinding& other);

/// Why the rule's gates keep a cell out, "its first token takes …"; empty: they do not.
std::string gate_objection(const Rule& rule, const CellFinding& cell);

/// None when no cell is measured and passes the gates.
std::optional<Choice> choose(const StudyFinding& finding);

}  // namespace assay::finding
