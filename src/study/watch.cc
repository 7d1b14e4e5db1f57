#include "study/watch.h"

#include <algorithm>

#include "stats/interval.h"
#include "store/trial_value.h"
#include "study/design.h"

namespace assay::study {

Watch::Watch(const Plan& plan)
    : plan_(plan),
      position_(plan.canaries.size()),
      evidence_(plan.cells.size() + plan.models.size(), plan.canaries.size(), plan.spec.repeats) {
  for (std::size_t position = 0; position < plan.design.order.size(); ++position) {
    position_[plan.design.order[position]] = position;
  }
}

void Watch::add(std::int64_t ordinal, const store::TrialRow& trial) {
  const ScheduledTrial& planned = plan_.schedule[static_cast<std::size_t>(ordinal)];
  evidence_.add(planned.cell, position_[planned.canary], trial);
  looks_.erase(plan_.cells[planned.cell].model);
  if (store::counts(trial) && trial.total_ms >= 0) {
    times_[planned.cell].push_back({planned.look, trial.total_ms});
  }
}

void Watch::set_void(std::size_t cell) {
  if (void_.insert(cell).second) looks_.erase(plan_.cells[cell].model);
}

void Watch::set_peak(std::size_t cell, std::int64_t bytes) {
  std::int64_t& peak = peaks_[cell];
  peak = std::max(peak, bytes);
}

std::vector<CellLook> Watch::look(std::size_t model) {
  if (!plan_.verdicts()) return {};
  if (const auto known = looks_.find(model); known != looks_.end()) return known->second;
  std::vector<CellLook> looks;
  std::vector<stats::CellStream> streams;
  const std::size_t baseline = baseline_of(plan_, model);
  for (std::size_t i = 0; i < plan_.cells.size(); ++i) {
    const Cell& cell = plan_.cells[i];
    if (cell.model != model || cell.kind != CellKind::Level || void_.count(i) != 0) continue;
    looks.push_back({i, {}});
    streams.push_back(evidence_.stream(i, baseline));
  }
  const auto judged = stats::judge_matrix(matrix_design(plan_.design, plan_.spec.margin), streams);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    looks[i].judgement = judged[i];
    judgements_[looks[i].cell] = judged[i];
    if (judged[i].stop != stats::Stop::No) stopped_.insert(looks[i].cell);
  }
  looks_[model] = looks;
  return looks;
}

bool Watch::is_active(std::size_t cell) const {
  return void_.count(cell) == 0 && stopped_.count(cell) == 0;
}

double Watch::median_ms(std::size_t cell, std::size_t looks) const {
  std::vector<double> times_ms;
  if (const auto times = times_.find(cell); times != times_.end()) {
    for (const Time& time : times->second) {
      if (time.look < looks) times_ms.push_back(time.ms);
    }
  }
  return stats::quantile(std::move(times_ms), 0.5);
}

Showing Watch::showing(std::size_t cell) const {
  Showing showing;
  std::size_t looks = plan_.design.looks.size();
  const auto judged = judgements_.find(cell);
  if (judged != judgements_.end()) {
    showing.verdict = judged->second.judgement.verdict;
    showing.delta = judged->second.difference.delta;
    if (stopped_.count(cell) != 0) looks = judged->second.looks_taken;
  }
  showing.time =
      median_ms(cell, looks) / median_ms(baseline_of(plan_, plan_.cells[cell].model), looks);
  // A guest that several cells share is stopped once, so its peak holds for each of them.
  for (const auto& [other, bytes] : peaks_) {
    const bool same = plan_.cells[other].model == plan_.cells[cell].model &&
                      plan_.cells[other].guest == plan_.cells[cell].guest;
    if (same) showing.memory_bytes = std::max(showing.memory_bytes, bytes);
  }
  return showing;
}

std::vector<std::size_t> Watch::winners(std::size_t model) const {
  const Showing baseline = showing(baseline_of(plan_, model));
  std::map<const Factor*, std::size_t> best;
  for (const auto& [cell, judgement] : judgements_) {
    if (plan_.cells[cell].model != model || void_.count(cell) != 0) continue;
    const Showing own = showing(cell);
    if (!wins(own, baseline)) continue;
    const auto [known, is_new] = best.emplace(plan_.cells[cell].factor, cell);
    if (!is_new && wins_over(own, showing(known->second))) known->second = cell;
  }
  std::vector<std::size_t> cells;
  for (const auto& [factor, cell] : best) cells.push_back(cell);
  std::sort(cells.begin(), cells.end());
  return cells;
}

std::optional<std::size_t> Watch::best_winner(std::size_t model) const {
  std::optional<std::size_t> best;
  for (const std::size_t cell : winners(model)) {
    if (!best || wins_over(showing(cell), showing(*best))) best = cell;
  }
  return best;
}

}  // namespace assay::study
