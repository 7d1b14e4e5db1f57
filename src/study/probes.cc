#include "study/probes.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "study/dialogue.h"
#include "study/trial.h"

namespace assay::study {
namespace {

/// Canaries asked for a level that not every canary shows.
constexpr std::size_t kForOneLevel = 3;

/// The longest expected answers first: with more of an answer, more can change.
std::vector<const task::Case*> by_length(const Plan& plan) {
  std::vector<const task::Case*> sorted;
  for (const task::Case& canary : plan.canaries) sorted.push_back(&canary);
  std::stable_sort(
      sorted.begin(), sorted.end(), [](const task::Case* left, const task::Case* right) {
        return base::dump_json(left->expect).size() > base::dump_json(right->expect).size();
      });
  return sorted;
}

/// For levels of tools: a call that may be forced shows where none is expected, one that is
/// forbidden where one is.
void add_with_tools(const std::vector<const task::Case*>& canaries,
                    std::vector<const task::Case*>& wanted) {
  for (const bool expects_call : {true, false}) {
    const auto found =
        std::find_if(canaries.begin(), canaries.end(), [&](const task::Case* canary) {
          return !canary->tools.is_null() && canary->expect.is_null() != expects_call;
        });
    if (found != canaries.end()) wanted.push_back(*found);
  }
}

/// For levels of the conversation: the longest ones show every level that any shows.
void add_shown_by_some(const Plan& plan, const std::vector<const task::Case*>& canaries,
                       std::vector<const task::Case*>& wanted) {
  std::vector<const task::Case*> by_turns = canaries;
  std::stable_sort(by_turns.begin(), by_turns.end(),
                   [](const task::Case* left, const task::Case* right) {
                     return left->follow_ups.size() > right->follow_ups.size();
                   });
  const Cell* baseline = nullptr;
  for (const Cell& cell : plan.cells) {
    if (cell.kind == CellKind::Baseline) baseline = &cell;
    if (cell.kind != CellKind::Level) continue;
    ASSAY_CHECK(baseline != nullptr, "a model's baseline stands before its levels");
    std::vector<const task::Case*> shown;
    for (const task::Case* canary : by_turns) {
      if (shows_on(*baseline, cell, *canary)) shown.push_back(canary);
    }
    if (shown.size() == canaries.size() && cell.factor->place != FactorPlace::Dialogue) continue;
    shown.resize(std::min(shown.size(), kForOneLevel));
    wanted.insert(wanted.end(), shown.begin(), shown.end());
  }
}

}  // namespace

bool shows_on(const Cell& baseline, const Cell& level, const task::Case& canary) {
  if (baseline.guest != level.guest) return true;
  const endpoint::ChatRequest before = trial_request(baseline, canary, 0);
  const endpoint::ChatRequest after = trial_request(level, canary, 0);
  if (before.settings != after.settings || before.messages != after.messages) return true;
  if (turns_of(baseline, canary) != turns_of(level, canary)) return true;
  const bool echoes = baseline.echo_reasoning.value_or(false);
  return turns_of(level, canary) > 1 && echoes != level.echo_reasoning.value_or(false);
}

std::vector<const task::Case*> choose_probes(const Plan& plan) {
  const std::vector<const task::Case*> canaries = by_length(plan);
  std::vector<const task::Case*> wanted;
  add_with_tools(canaries, wanted);
  add_shown_by_some(plan, canaries, wanted);
  const std::size_t needed = wanted.size();
  const std::size_t longest = std::min(canaries.size(), kProbesMost / 2);
  wanted.insert(wanted.end(), canaries.begin(),
                canaries.begin() + static_cast<std::ptrdiff_t>(longest));
  std::set<std::string> kinds;
  for (const task::Case& canary : plan.canaries) {
    if (kinds.insert(canary.kind()).second) wanted.push_back(&canary);
  }
  wanted.insert(wanted.end(), canaries.begin(), canaries.end());
  std::vector<const task::Case*> chosen;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i >= needed && chosen.size() >= kProbesMost) break;
    const bool known = std::find(chosen.begin(), chosen.end(), wanted[i]) != chosen.end();
    if (!known) chosen.push_back(wanted[i]);
  }
  return chosen;
}

}  // namespace assay::study
