// Two studies' cells against each other: an older model with a newer, yesterday's engine with
// today's. Called by `assay compare`. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "finding/finding.h"
#include "store/journal.h"

namespace assay::finding {

/// One study, as the journal has it and as it was analysed.
struct ComparisonSide {
  store::StudyRow row;
  std::vector<store::TrialRow> trials;
  StudyFinding finding;
};

/// One cell of the first study against one of the second. Differences are second − first.
struct CellComparison {
  std::string first;  ///< Cell ids.
  std::string second;
  /// Whether the difference is of the same canaries with the same seeds. Then accuracies and
  /// difference are of the matching trials alone.
  bool paired = false;
  std::int64_t matched = 0;  ///< Trials of each side that have a partner.
  std::int64_t trials_first = 0;
  std::int64_t trials_second = 0;
  double accuracy_first = kUnknown;
  double accuracy_second = kUnknown;
  std::optional<stats::PairedDifference> difference;  ///< None without a counted trial on a side.
  std::optional<stats::Judgement> judgement;          ///< None where a study gives no verdicts.
  double tokens_per_s_first = kUnknown;               ///< Medians over all trials of the cell.
  double tokens_per_s_second = kUnknown;
  double trial_ms_first = kUnknown;
  double trial_ms_second = kUnknown;
};

struct StudyComparison {
  std::string first;  ///< Study ids.
  std::string second;
  double margin = 0.05;  ///< The narrower of the two.
  std::vector<CellComparison> cells;
  std::vector<std::string> warnings;  ///< What else differs: packs, engine, machine, model files.
  std::vector<std::string> left_out;  ///< Cells that only one study has.
};

/// Which cells; without `first`, every cell that both studies have under the same id.
struct CellChoice {
  std::string first;   ///< A cell of the first study.
  std::string second;  ///< A cell of the second; empty: the same id.
};

/// Cells are paired when at least half of the trials that count on the smaller side have a partner:
/// the same canary (id, prompt and expectation) with the same seed. Pairs are canaries: the mean
/// over matching trials on each side, compared by stats::paired_difference(). Else
/// stats::independent_difference() of all trials. BadInput when a chosen cell does not exist or the
/// studies have no cell in common; the hint lists what there is.
base::Result<StudyComparison> compare_studies(const ComparisonSide& first,
                                              const ComparisonSide& second,
                                              const CellChoice& choice);

}  // namespace assay::finding
