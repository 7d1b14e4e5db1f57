#include "finding/analysis.h"

#include <algorithm>

#include "base/clock.h"
#include "finding/cell_figures.h"
#include "finding/confirmation.h"
#include "finding/event_facts.h"
#include "finding/examples.h"
#include "finding/judging.h"
#include "finding/notes.h"
#include "finding/plan_reading.h"
#include "finding/provenance.h"
#include "finding/traps.h"

namespace assay::finding {
namespace {

TrialsByCell group_by_cell(const std::vector<store::TrialRow>& trials) {
  TrialsByCell groups;
  for (const store::TrialRow& trial : trials) groups[trial.cell].push_back(&trial);
  return groups;
}

/// A guest that several cells share is stopped once, so its peak holds for each of them.
std::int64_t peak_memory(const StudyPlan& plan, const PlannedCell& cell, const EventFacts& facts) {
  std::int64_t peak = 0;
  for (const PlannedCell& other : plan.cells) {
    const bool same_guest = other.model == cell.model && !cell.guest.is_null() &&
                            base::json_equal(other.guest, cell.guest);
    const auto found = facts.peak_bytes.find(other.id);
    if (same_guest && found != facts.peak_bytes.end()) peak = std::max(peak, found->second);
  }
  return peak;
}

/// The model's cells with the baseline in front.
std::vector<const PlannedCell*> cells_of(const StudyPlan& plan, std::string_view model) {
  std::vector<const PlannedCell*> cells;
  for (const PlannedCell& cell : plan.cells) {
    if (cell.model == model) cells.push_back(&cell);
  }
  std::stable_partition(cells.begin(), cells.end(),
                        [](const PlannedCell* cell) { return cell->kind == CellKind::Baseline; });
  return cells;
}

ModelFinding analyse_model(const StudyPlan& plan, const PlannedModel& model,
                           const TrialsByCell& trials, const EventFacts& facts) {
  static const TrialPointers kNone;
  static const ModelFacts kNothingKnown;
  const auto trials_of = [&trials](const std::string& cell) -> const TrialPointers& {
    const auto found = trials.find(cell);
    return found == trials.end() ? kNone : found->second;
  };
  ModelFinding finding;
  finding.model = model.name;
  finding.description = model.description;
  finding.url = model.url;
  finding.served_as = model.served_as;
  for (const PlannedCell* cell : cells_of(plan, model.name)) {
    CellFinding figures = cell_figures(plan, *cell, trials_of(cell->id));
    figures.memory_bytes_peak = peak_memory(plan, *cell, facts);
    finding.cells.push_back(std::move(figures));
  }
  if (finding.cells.empty()) return finding;
  judge_cells(plan, trials, facts, finding);
  finding.confirmation = confirm(plan, finding, facts);
  const auto known = facts.models.find(model.name);
  const ModelFacts& model_facts = known == facts.models.end() ? kNothingKnown : known->second;
  finding.fingerprint = model_facts.fingerprint;
  finding.examples = failure_examples(plan, trials_of(finding.cells.front().id));
  finding.traps = find_traps({plan, finding, trials, model_facts});
  finding.notes = model_notes(finding, trials, model_facts);
  return finding;
}

void fill_times(const std::vector<store::TrialRow>& trials, const EventFacts& facts,
                StudyFinding& finding) {
  double wall_ms = 0;
  double model_ms = 0;
  for (const store::TrialRow& trial : trials) {
    wall_ms += std::max(trial.wall_ms, 0.0);
    // A burst's total_ms is that of one of its requests.
    model_ms += std::max(finding.load.empty() ? trial.total_ms : trial.wall_ms, 0.0);
  }
  finding.wall_s = wall_ms / 1000.0 + facts.load_s;
  finding.model_s = model_ms / 1000.0;
}

}  // namespace

base::Result<StudyFinding> analyse(const store::StudyRow& study,
                                   const std::vector<store::TrialRow>& trials,
                                   const std::vector<store::EventRow>& events) {
  ASSAY_TRY(StudyPlan plan, read_plan(study));
  const EventFacts facts = read_events(events);
  for (const base::Json& cell : facts.combinations) plan.cells.push_back(read_cell(cell));
  StudyFinding finding;
  finding.study = study.id;
  finding.name = plan.name;
  finding.load = plan.load;
  finding.objectives = plan.objectives;
  finding.hash = plan.hash;
  finding.state = study.state;
  finding.created = base::iso8601_utc(study.created_unix_ms);
  finding.canaries = static_cast<std::int64_t>(plan.canaries.size());
  finding.repeats = plan.repeats;
  finding.margin = plan.margin;
  finding.alpha = plan.alpha;
  finding.looks = plan.looks;
  finding.rule = plan.rule;
  finding.verdicts = plan.verdicts;
  finding.planned = plan.runs;
  finding.done = static_cast<std::int64_t>(trials.size());
  finding.machine = facts.machine;
  finding.engine = facts.engine;
  finding.packs = plan.packs;
  fill_times(trials, facts, finding);
  const TrialsByCell groups = group_by_cell(trials);
  for (const PlannedModel& model : plan.models) {
    finding.models.push_back(analyse_model(plan, model, groups, facts));
  }
  fill_provenance(study, events, finding);
  finding.decision = decide(finding);
  return finding;
}

}  // namespace assay::finding
