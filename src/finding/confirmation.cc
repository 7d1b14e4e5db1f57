#include "finding/confirmation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/check.h"
#include "finding/cell_figures.h"
#include "finding/choice.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "study/factor.h"

namespace assay::finding {
namespace {

using Status = Confirmation::Status;

std::string figures(const stats::PairedDifference& difference) {
  return fmt::format("{} points {}", points(difference.delta), points_range(difference.interval));
}

std::string joined(const std::vector<const CellFinding*>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += i + 1 == cells.size() ? " and " : ", ";
    text += cell_label(*cells[i]);
  }
  return text;
}

Confirmation of_single(const StudyPlan& plan, const CellFinding& winner) {
  const auto canaries = static_cast<std::int64_t>(plan.canaries.size());
  if (winner.planned < canaries * plan.repeats || !is_measured(winner)) {
    return {Status::NotRun, true, winner.id,
            fmt::format("{} won and was stopped; it has not been run on all {} yet.",
                        cell_label(winner), words_of(winner).canaries)};
  }
  return {
      Status::Confirmed, true, winner.id,
      fmt::format("{} is the only level that won; all {} {} bear it out: {}.", cell_label(winner),
                  canaries, words_of(winner).canaries, figures(*winner.difference))};
}

/// What speaks against a measured combination; empty: nothing.
std::string objection(const StudyPlan& plan, const std::vector<const CellFinding*>& winners,
                      const CellFinding& combination) {
  const bool gains = std::any_of(winners.begin(), winners.end(), [](const CellFinding* winner) {
    return has_verdict(*winner, stats::Verdict::Better);
  });
  const stats::PairedDifference& difference = *combination.difference;
  if (gains && !has_verdict(combination, stats::Verdict::Better)) {
    return "together they are not shown to be better than the baseline";
  }
  if (!gains && difference.interval_tost.low < -plan.margin) {
    return "together they are not shown to lose at most the margin";
  }
  const CellFinding* best = *std::max_element(
      winners.begin(), winners.end(), [](const CellFinding* left, const CellFinding* right) {
        return left->difference->delta < right->difference->delta;
      });
  const auto against_best = compare(combination, *best);
  if (against_best && against_best->interval.high < 0) {
    return fmt::format("together they are worse than {} alone ({})", cell_label(*best),
                       figures(*against_best));
  }
  return "";
}

Confirmation of_combination(const StudyPlan& plan, const std::vector<const CellFinding*>& winners,
                            const CellFinding& combination) {
  if (!is_measured(combination) || !combination.difference) {
    return {Status::NotRun, true, combination.id,
            fmt::format("The combination of {} has not been run on all {} yet.", joined(winners),
                        words_of(combination).canaries)};
  }
  const std::string against = objection(plan, winners, combination);
  const std::string shown = figures(*combination.difference);
  if (against.empty()) {
    return {
        Status::Confirmed, true, combination.id,
        fmt::format("{} were run together on all {} {}: {} against the baseline.", joined(winners),
                    plan.canaries.size(), words_of(combination).canaries, shown)};
  }
  return {Status::Interaction, true, combination.id,
          fmt::format("{} each won alone, but {}: {} against the baseline.", joined(winners),
                      against, shown)};
}

/// The levels that a combination moves, as the runner chose them.
std::vector<const CellFinding*> parts_of(const ModelFinding& model,
                                         const CellFinding& combination) {
  std::vector<const CellFinding*> parts;
  for (const CellFinding& cell : model.cells) {
    if (cell.kind != CellKind::Level || !cell.difference) continue;
    const base::Json* moved = base::find_member(combination.moves, cell.factor.value_or(""));
    if (moved == nullptr) continue;
    if (study::level_text(*moved) == cell.level) parts.push_back(&cell);
  }
  return parts;
}

}  // namespace

study::Showing showing(const CellFinding& cell) {
  study::Showing showing;
  if (cell.judgement) showing.verdict = cell.judgement->verdict;
  if (cell.difference) showing.delta = cell.difference->delta;
  showing.time = cell.wall_ms_ratio;
  showing.memory_bytes = cell.memory_bytes_peak;
  return showing;
}

std::string_view name_of(Status status) {
  switch (status) {
    case Status::NotRun:
      return "not run";
    case Status::Confirmed:
      return "confirmed";
    case Status::Interaction:
      return "not confirmed: interaction";
  }
  ASSAY_UNREACHABLE("a confirmation without a name");
}

std::vector<const CellFinding*> winners(const ModelFinding& model) {
  if (model.cells.empty()) return {};
  for (const CellFinding& cell : model.cells) {
    if (cell.kind != CellKind::Combination) continue;
    if (auto parts = parts_of(model, cell); parts.size() > 1) return parts;
  }
  const study::Showing baseline = showing(model.cells.front());
  std::map<std::string, const CellFinding*> best;
  for (const CellFinding& cell : model.cells) {
    if (cell.kind != CellKind::Level || !study::wins(showing(cell), baseline)) continue;
    const auto [known, is_new] = best.emplace(cell.factor.value_or(""), &cell);
    if (!is_new && study::wins_over(showing(cell), showing(*known->second))) known->second = &cell;
  }
  std::vector<const CellFinding*> cells;
  for (const CellFinding& cell : model.cells) {
    const auto found = best.find(cell.factor.value_or(""));
    if (found != best.end() && found->second == &cell) cells.push_back(&cell);
  }
  return cells;
}

Confirmation confirm(const StudyPlan& plan, const ModelFinding& model, const EventFacts& facts) {
  const auto combination =
      std::find_if(model.cells.begin(), model.cells.end(),
                   [](const CellFinding& cell) { return cell.kind == CellKind::Combination; });
  const std::vector<const CellFinding*> won = winners(model);
  if (won.size() >= 2 && combination != model.cells.end()) {
    return of_combination(plan, won, *combination);
  }
  if (won.empty())
    return {Status::NotRun, false, "", "No level won, so there was nothing to confirm."};
  if (won.size() == 1) return of_single(plan, *won.front());
  const auto refused = facts.not_confirmed.find(model.model);
  return {Status::NotRun, true, "",
          fmt::format("{} each won alone; together they have not been run{}.", joined(won),
                      refused == facts.not_confirmed.end() ? "" : ": " + refused->second.reason)};
}

}  // namespace assay::finding
