#include "finding/judging.h"

#include <map>
#include <set>

#include "finding/cell_figures.h"
#include "store/trial_value.h"
#include "study/evidence.h"

namespace assay::finding {
namespace {

using base::Json;

std::int64_t ended(const CellFinding& cell) { return cell.n + cell.unscored; }

/// The model's trials as the runner saw them; cells are numbered as in `finding`.
study::Evidence evidence_of(const StudyPlan& plan, const TrialsByCell& trials,
                            const ModelFinding& finding) {
  std::map<std::string_view, std::size_t> positions;
  for (std::size_t i = 0; i < plan.canaries.size(); ++i) {
    positions[plan.canaries[i].id] = plan.positions[i];
  }
  study::Evidence evidence(finding.cells.size(), plan.canaries.size(), plan.repeats);
  for (std::size_t i = 0; i < finding.cells.size(); ++i) {
    const auto own = trials.find(finding.cells[i].id);
    if (own == trials.end()) continue;
    for (const store::TrialRow* trial : own->second) {
      const auto position = positions.find(trial->canary);
      if (position != positions.end()) evidence.add(i, position->second, *trial);
    }
  }
  return evidence;
}

/// A winner that was run on after its stop: its difference is that over all canaries.
void take_all_canaries(const StudyPlan& plan, const CellFinding& baseline, CellFinding& cell) {
  cell.difference = compare(cell, baseline);
  if (!cell.difference) return;
  const stats::Verdict verdict = cell.judgement->verdict;
  const stats::PairedDifference& all = *cell.difference;
  const bool holds =
      verdict == stats::Verdict::Better ? all.interval.low > 0
      : verdict == stats::Verdict::Equivalent
          ? all.interval_tost.low > -plan.margin && all.interval_tost.high < plan.margin
          : true;
  if (!holds) {
    cell.judgement = {stats::Verdict::Undecided,
                      stats::canaries_more(all, plan.margin, plan.alpha)};
  }
}

void judge_levels(const StudyPlan& plan, const TrialsByCell& trials, ModelFinding& finding) {
  const CellFinding& baseline = finding.cells.front();
  const study::Evidence evidence = evidence_of(plan, trials, finding);
  std::vector<CellFinding*> levels;
  std::vector<stats::CellStream> streams;
  for (std::size_t i = 1; i < finding.cells.size(); ++i) {
    CellFinding& cell = finding.cells[i];
    if (cell.kind != CellKind::Level || is_void(cell)) continue;
    levels.push_back(&cell);
    streams.push_back(evidence.stream(i, 0));
    if (!plan.has_design) streams.back().positions_done = plan.canaries.size();
  }
  if (levels.empty()) return;
  stats::MatrixDesign design;
  design.looks = plan.looks;
  design.alpha = plan.alpha;
  design.margin = plan.margin;
  design.spending = plan.spending;
  design.futility = plan.futility;
  const std::vector<stats::CellJudgement> judged = stats::judge_matrix(design, streams);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    CellFinding& cell = *levels[i];
    if (!cell.difference) continue;
    cell.judgement = judged[i].judgement;
    cell.p_adjusted = judged[i].p_adjusted;
    cell.looks_taken = static_cast<std::int64_t>(judged[i].looks_taken);
    cell.stop = judged[i].stop;
    if (judged[i].looks_taken > 0) cell.difference = judged[i].difference;
    if (judged[i].stop == stats::Stop::No || judged[i].looks_taken == plan.looks.size()) continue;
    const auto planned =
        static_cast<std::int64_t>(plan.looks[judged[i].looks_taken - 1]) * plan.repeats;
    if (ended(cell) <= planned) {
      cell.planned = planned;
    } else {
      take_all_canaries(plan, baseline, cell);
    }
  }
}

/// Medians and means of both over the canaries that the cell has trials of.
void fill_ratios(const TrialPointers& own, const TrialPointers& baseline, CellFinding& cell) {
  std::set<std::string_view> canaries;
  for (const store::TrialRow* trial : own) canaries.insert(trial->canary);
  const auto figures = [&](const TrialPointers& trials) {
    std::vector<double> times;
    double tokens = 0;
    double counted = 0;
    for (const store::TrialRow* trial : trials) {
      if (!counts(*trial) || canaries.count(trial->canary) == 0) continue;
      if (trial->total_ms >= 0) times.push_back(trial->total_ms);
      if (trial->completion_tokens < 0) continue;
      tokens += static_cast<double>(trial->completion_tokens);
      counted += 1;
    }
    return std::pair(stats::quantile(std::move(times), 0.5), tokens / counted);
  };
  const auto [time, tokens] = figures(own);
  const auto [time_before, tokens_before] = figures(baseline);
  cell.wall_ms_ratio = time / time_before;
  cell.completion_tokens_ratio = tokens / tokens_before;
}

}  // namespace

bool is_void(const CellFinding& cell) {
  return base::string_member(cell.arm, "state").value_or("") == "void";
}

void judge_cells(const StudyPlan& plan, const TrialsByCell& trials, const EventFacts& facts,
                 ModelFinding& finding) {
  static const TrialPointers kNone;
  const auto trials_of = [&](const CellFinding& cell) -> const TrialPointers& {
    const auto found = trials.find(cell.id);
    return found == trials.end() ? kNone : found->second;
  };
  finding.cells.front().wall_ms_ratio = 1;
  finding.cells.front().completion_tokens_ratio = 1;
  for (std::size_t i = 1; i < finding.cells.size(); ++i) {
    CellFinding& cell = finding.cells[i];
    fill_ratios(trials_of(cell), trials_of(finding.cells.front()), cell);
    if (const auto arm = facts.arms.find(cell.id); arm != facts.arms.end()) cell.arm = arm->second;
    if (is_void(cell)) {
      cell.planned = 0;
      continue;
    }
    cell.difference = compare(cell, finding.cells.front());
    if (cell.difference && plan.verdicts && cell.kind == CellKind::Combination) {
      cell.judgement = stats::judge(*cell.difference, plan.margin);
    }
  }
  if (plan.verdicts) judge_levels(plan, trials, finding);
}

}  // namespace assay::finding
