#include "finding/choice.h"

#include <algorithm>
#include <cmath>

#include "finding/cell_figures.h"

namespace assay::finding {
namespace {

constexpr double kUnscoredShareMax = 0.10;
/// Sums of doubles: a loss of exactly the margin qualifies.
constexpr double kRounding = 1e-9;

/// Less peak memory by more than a tie. An unknown peak is never lighter.
bool is_lighter(const CellFinding& cell, const CellFinding& other) {
  if (cell.memory_bytes_peak <= 0 || other.memory_bytes_peak <= 0) return false;
  return static_cast<double>(cell.memory_bytes_peak) <
         static_cast<double>(other.memory_bytes_peak) * (1 - kTie);
}

bool earns_candidacy(const CellFinding& level, const CellFinding& baseline) {
  if (!is_measured(level)) return false;
  if (has_verdict(level, stats::Verdict::Better)) return true;
  if (!has_verdict(level, stats::Verdict::Equivalent)) return false;
  return is_faster(level, baseline) || (is_lighter(level, baseline) && !is_faster(baseline, level));
}

/// A baseline that one of its own levels beats without costing time.
bool is_outdone(const ModelFinding& model) {
  const CellFinding& baseline = model.cells.front();
  return std::any_of(model.cells.begin(), model.cells.end(), [&](const CellFinding& cell) {
    return has_verdict(cell, stats::Verdict::Better) && is_measured(cell) &&
           !is_faster(baseline, cell);
  });
}

std::vector<Candidate> candidates_of(const StudyFinding& finding) {
  std::vector<Candidate> candidates;
  for (const ModelFinding& model : finding.models) {
    if (model.cells.empty()) continue;
    const CellFinding& baseline = model.cells.front();
    for (const CellFinding& cell : model.cells) {
      const bool eligible = cell.kind == CellKind::Baseline
                                ? is_measured(cell) && !is_outdone(model)
                                : earns_candidacy(cell, baseline);
      if (eligible)
        candidates.push_back({.model = &model,
                              .cell = &cell,
                              .against_best = {},
                              .delta_to_best = 0,
                              .qualifies = false});
    }
  }
  return candidates;
}

double time_of(const Candidate& candidate) {
  const double time = candidate.cell->wall_ms_p50;
  return std::isfinite(time) ? time : std::numeric_limits<double>::infinity();
}

/// The better of two candidates that both qualify and are equally fast: lighter, then more
/// accurate.
bool is_preferred_in_tie(const Candidate& candidate, const Candidate& other) {
  if (is_lighter(*candidate.cell, *other.cell)) return true;
  if (is_lighter(*other.cell, *candidate.cell)) return false;
  return candidate.cell->accuracy > other.cell->accuracy;
}

/// Non-inferiority: the low end of a one-sided interval at the interval's confidence (95 %), which
/// is the low end of the two-sided one at twice the error, lies above the margin's.
bool is_shown_within(const Candidate& candidate, double margin) {
  return candidate.against_best && candidate.against_best->interval_tost.low >= -margin - kRounding;
}

std::size_t fastest_qualifying(const std::vector<Candidate>& candidates) {
  double shortest = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates) {
    if (candidate.qualifies) shortest = std::min(shortest, time_of(candidate));
  }
  std::optional<std::size_t> chosen;
  for (std::size_t index = 0; index < candidates.size(); ++index) {
    const Candidate& candidate = candidates[index];
    const bool tied = time_of(candidate) <= shortest / (1 - kTie);
    if (!candidate.qualifies || !tied) continue;
    if (!chosen || is_preferred_in_tie(candidate, candidates[*chosen])) chosen = index;
  }
  return *chosen;  // The most accurate candidate qualifies always.
}

}  // namespace

bool is_measured(const CellFinding& cell) {
  const std::int64_t ended = cell.n + cell.unscored;
  return cell.n > 0 && ended >= cell.planned && share(cell.unscored, ended) <= kUnscoredShareMax;
}

bool is_faster(const CellFinding& cell, const CellFinding& other) {
  return cell.wall_ms_p50 < other.wall_ms_p50 * (1 - kTie);
}

std::optional<Choice> choose(const StudyFinding& finding) {
  Choice choice{.candidates = candidates_of(finding), .best = 0, .chosen = 0};
  std::vector<Candidate>& candidates = choice.candidates;
  if (candidates.empty()) return std::nullopt;
  const auto best = std::max_element(candidates.begin(), candidates.end(),
                                     [](const Candidate& left, const Candidate& right) {
                                       return left.cell->accuracy < right.cell->accuracy;
                                     });
  choice.best = static_cast<std::size_t>(best - candidates.begin());
  for (Candidate& candidate : candidates) {
    candidate.delta_to_best = candidate.cell->accuracy - best->cell->accuracy;
    if (candidate.cell != best->cell) {
      candidate.against_best = compare(*candidate.cell, *best->cell);
    }
    if (candidate.against_best) candidate.delta_to_best = candidate.against_best->delta;
    candidate.qualifies =
        candidate.cell == best->cell || is_shown_within(candidate, finding.margin);
  }
  choice.chosen = fastest_qualifying(candidates);
  return choice;
}

}  // namespace assay::finding
