// Two runs held against each other: by how much each figure changed, with an interval, and whether
// that is worse than the margin. Runs of one scenario and seed sent the same requests at the same
// times, so that they are compared request by request. Pure; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "load/run_record.h"
#include "load/summary.h"
#include "stats/interval.h"

namespace assay::load {

enum class Change {
  Better,        ///< By more than nothing, with the confidence asked for.
  Worse,         ///< The same, and by more than the margin may be.
  Same,          ///< The whole interval lies within the margin.
  Inconclusive,  ///< None of these can be said.
};
/// "better", "worse", "same", "inconclusive".
std::string_view name_of(Change change);

struct ComparedFigure {
  std::string name;  ///< As in figures_of(): "ttft_ms_p95", "error_rate", "goodput" …
  double before = 0;
  double after = 0;
  /// after ÷ before with its interval for times and rates; after − before for error_rate.
  double effect = 0;
  stats::Interval interval;
  bool is_ratio = true;
  Change change = Change::Inconclusive;
};

struct ComparisonPlan {
  double confidence = 0.95;         ///< Of all figures together (Bonferroni).
  double margin = 0.05;             ///< Changes smaller than this share do not matter.
  double margin_error_rate = 0.01;  ///< The same of error_rate, as a difference.
  std::uint64_t seed = 1;
};

struct LoadComparison {
  bool is_paired = false;
  std::size_t pairs = 0;           ///< Requests compared one to one; 0 unless paired.
  std::string not_paired_because;  ///< Empty when paired.
  std::vector<ComparedFigure> figures;
  Change overall = Change::Inconclusive;  ///< Worse if any is; Better or Same only if none is open.
};

}  // namespace assay::load
