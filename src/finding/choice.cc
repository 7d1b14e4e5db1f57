#include "finding/choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "finding/cell_figures.h"
#include "finding/confirmation.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"

namespace assay::finding {
namespace {

constexpr double kUnscoredShareMax = 0.10;
/// Sums of doubles: a loss of exactly the margin qualifies.
constexpr double kRounding = 1e-9;

/// A combination earns it by being confirmed, a level by winning against its baseline on the
/// canaries that both ran.
bool earns_candidacy(const StudyFinding& finding, const ModelFinding& model,
                     const CellFinding& cell) {
  // On fewer canaries it cannot be held against the others: theirs may be harder.
  const bool on_all = cell.n + cell.unscored >= finding.canaries * finding.repeats;
  if (!is_measured(cell) || !on_all) return false;
  if (cell.kind == CellKind::Combination) {
    return model.confirmation.status == Confirmation::Status::Confirmed;
  }
  const CellFinding& baseline = model.cells.front();
  return study::wins(showing(cell), showing(baseline));
}

/// Another cell than a baseline that could be shipped.
bool is_candidate(const StudyFinding& finding, const ModelFinding& model, const CellFinding& cell) {
  return cell.kind != CellKind::Baseline && earns_candidacy(finding, model, cell) &&
         gate_objection(finding.rule, cell).empty();
}

/// A baseline that a candidate of its own model beats without costing time.
bool is_outdone(const StudyFinding& finding, const ModelFinding& model) {
  return std::any_of(model.cells.begin(), model.cells.end(), [&](const CellFinding& cell) {
    return has_verdict(cell, stats::Verdict::Better) && !study::is_faster(1, cell.wall_ms_ratio) &&
           is_candidate(finding, model, cell);
  });
}

std::vector<Candidate> candidates_of(const StudyFinding& finding) {
  std::vector<Candidate> candidates;
  for (const ModelFinding& model : finding.models) {
    if (model.cells.empty()) continue;
    for (const CellFinding& cell : model.cells) {
      const bool eligible = cell.kind == CellKind::Baseline
                                ? is_measured(cell) && !is_outdone(finding, model) &&
                                      gate_objection(finding.rule, cell).empty()
                                : is_candidate(finding, model, cell);
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

/// Non-inferiority: the low end of a one-sided interval at the interval's confidence (95 %), which
/// is the low end of the two-sided one at twice the error, lies above the margin's.
bool is_shown_within(const Candidate& candidate, double margin) {
  return candidate.against_best && candidate.against_best->interval_tost.low >= -margin - kRounding;
}

enum class Criterion { Time, Memory, Cost };

/// What the rule compares, in turn; accuracy decides what is still a tie.
std::vector<Criterion> criteria_of(const Rule& rule) {
  if (rule.rank == "memory") return {Criterion::Memory, Criterion::Time};
  if (rule.rank == "cost") return {Criterion::Cost, Criterion::Time, Criterion::Memory};
  return {Criterion::Time, Criterion::Memory};
}

/// Less is better; infinite when it is not known.
double measure(const CellFinding& cell, Criterion criterion) {
  double value = kUnknown;
  switch (criterion) {
    case Criterion::Time:
      value = cell.wall_ms_p50;
      break;
    case Criterion::Memory:
      if (cell.memory_bytes_peak > 0) value = static_cast<double>(cell.memory_bytes_peak);
      break;
    case Criterion::Cost:
      value = cell.cost_usd_per_1000;
      break;
  }
  return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
}

/// Criterion after criterion keeps those that tie with the least.
std::size_t choose_by_rule(const std::vector<Candidate>& candidates, const Rule& rule) {
  std::vector<std::size_t> left;
  for (std::size_t index = 0; index < candidates.size(); ++index) {
    if (candidates[index].qualifies) left.push_back(index);
  }
  for (const Criterion criterion : criteria_of(rule)) {
    double least = std::numeric_limits<double>::infinity();
    for (const std::size_t index : left) {
      least = std::min(least, measure(*candidates[index].cell, criterion));
    }
    std::erase_if(left, [&](std::size_t index) {
      return measure(*candidates[index].cell, criterion) > least / (1 - kTie);
    });
  }
  return *std::max_element(left.begin(), left.end(), [&](std::size_t a, std::size_t b) {
    return candidates[a].cell->accuracy < candidates[b].cell->accuracy;
  });
}

}  // namespace

bool is_measured(const CellFinding& cell) {
  const std::int64_t ended = cell.n + cell.unscored;
  return cell.n > 0 && ended >= cell.planned && share(cell.unscored, ended) <= kUnscoredShareMax;
}

bool is_faster(const CellFinding& cell, const CellFinding& other) {
  return study::is_faster(cell.wall_ms_p50, other.wall_ms_p50);
}

std::string gate_objection(const Rule& rule, const CellFinding& cell) {
  // An unknown figure passes no gate.
  if (rule.accuracy_least && !(cell.accuracy_interval.low >= *rule.accuracy_least)) {
    return fmt::format("its {} is not shown to reach {} ({})", words_of(cell).share,
                       percent(*rule.accuracy_least), percent_range(cell.accuracy_interval));
  }
  if (rule.ttft_ms_most && !(cell.ttft_ms_p95 <= *rule.ttft_ms_most)) {
    return fmt::format("its first token takes {} at the 95th percentile, over {}",
                       milliseconds(cell.ttft_ms_p95), milliseconds(*rule.ttft_ms_most));
  }
  const auto memory = static_cast<double>(cell.memory_bytes_peak);
  if (rule.memory_bytes_most && !(memory > 0 && memory <= *rule.memory_bytes_most)) {
    return fmt::format(
        "it held {} of memory, over {}",
        memory > 0 ? base::human_bytes(static_cast<std::uint64_t>(memory)) : "an unknown amount",
        base::human_bytes(static_cast<std::uint64_t>(*rule.memory_bytes_most)));
  }
  if (rule.cost_usd_per_1000_most && !(cell.cost_usd_per_1000 <= *rule.cost_usd_per_1000_most)) {
    return fmt::format("a thousand {}s cost {:.3f} USD, over {:.3f}", words_of(cell).timed,
                       cell.cost_usd_per_1000, *rule.cost_usd_per_1000_most);
  }
  return "";
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
  choice.chosen =
      finding.rule.rank == "accuracy" ? choice.best : choose_by_rule(candidates, finding.rule);
  return choice;
}

}  // namespace assay::finding
