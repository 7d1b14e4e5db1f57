#include "finding/notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "finding/trial_words.h"
#include "store/trial_value.h"

namespace assay::finding {
namespace {

constexpr std::size_t kMessageCharacters = 160;

bool has_trap(const ModelFinding& model, std::string_view name, const CellFinding& cell) {
  return std::any_of(model.traps.begin(), model.traps.end(),
                     [&](const Trap& trap) { return trap.name == name && trap.cell == cell.id; });
}

/// Every trial of the cell failed in the same way, so the level itself is what was refused.
std::string refusal_note(const ModelFinding& model, const CellFinding& cell,
                         const TrialPointers& trials) {
  if (has_trap(model, "tool_choice_rejected", cell)) return "";
  if (trials.empty() || cell.scored > 0 || cell.outcomes.size() != 1) return "";
  const store::TrialRow& first = *trials.front();
  if (first.outcome == "limit" || first.outcome == "skipped") return "";
  const std::string message = words_about(first);
  return fmt::format("{}: every trial ended as {}, so nothing was measured{}", cell_label(cell),
                     outcome_name(first), message.empty() ? "." : ": “" + message + "”.");
}

std::string unscored_note(const CellFinding& cell) {
  if (cell.unscored == 0) return "";
  std::string classes;
  for (const auto& [name, count] : cell.outcomes.items()) {
    const bool is_unscored = name.rfind("infrastructure", 0) == 0 ||
                             name.rfind("skipped", 0) == 0 || name.rfind("scorer_failure", 0) == 0;
    if (!is_unscored) continue;
    if (!classes.empty()) classes += ", ";
    classes += fmt::format("{} {}", count.get<std::int64_t>(), name);
  }
  return fmt::format("{}: {} of {} could not be scored{}; they are left out, not counted as wrong.",
                     cell_label(cell), cell.unscored,
                     counted(cell.n + cell.unscored, words_of(cell).trial),
                     classes.empty() ? "" : " (" + classes + ")");
}

std::string missing_note(const CellFinding& cell) {
  const std::int64_t missing = cell.planned - cell.n - cell.unscored;
  if (missing <= 0) return "";
  return fmt::format("{}: {} of {} have not been run.", cell_label(cell), missing,
                     counted(cell.planned, fmt::format("planned {}", words_of(cell).trial)));
}

void append_loss_notes(const ModelFinding& model, const ModelFacts& facts,
                       std::vector<std::string>& notes) {
  struct Losses {
    std::int64_t count = 0;
    std::int64_t out_of_memory = 0;
    std::string message;
  };
  std::map<std::string, Losses> by_cell;
  for (const GuestLossFact& loss : facts.losses) {
    Losses& losses = by_cell[loss.cell];
    ++losses.count;
    if (loss.out_of_memory) ++losses.out_of_memory;
    losses.message = loss.message;
  }
  for (const CellFinding& cell : model.cells) {
    const auto found = by_cell.find(cell.id);
    if (found == by_cell.end()) continue;
    const Losses& losses = found->second;
    const std::string message(base::ellipsize(losses.message, kMessageCharacters));
    notes.push_back(fmt::format("{}: the model's server was lost {}{}{}", cell_label(cell),
                                counted(losses.count, "time"),
                                losses.out_of_memory > 0 ? " for want of memory" : "",
                                message.empty() ? "." : ": “" + message + "”."));
  }
}

}  // namespace

std::vector<std::string> model_notes(const ModelFinding& model, const TrialsByCell& trials,
                                     const ModelFacts& facts) {
  std::vector<std::string> notes;
  const auto append = [&notes](std::string note) {
    if (!note.empty()) notes.push_back(std::move(note));
  };
  append_loss_notes(model, facts, notes);
  for (const CellFinding& cell : model.cells) {
    const auto found = trials.find(cell.id);
    std::string refusal = found == trials.end() ? "" : refusal_note(model, cell, found->second);
    // A refusal says already that nothing could be scored.
    if (refusal.empty()) append(unscored_note(cell));
    append(std::move(refusal));
    append(missing_note(cell));
  }
  for (std::string& note : effect_notes(model, trials)) append(std::move(note));
  return notes;
}

}  // namespace assay::finding
