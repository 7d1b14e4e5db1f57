#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "finding/analysis.h"
#include "finding/caveat.h"
#include "finding/choice.h"
#include "finding/confirmation.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"

namespace assay::finding {
namespace {

std::string place(const Candidate& candidate) {
  return candidate.model->model + " " + cell_label(*candidate.cell);
}

/// As the study file says it.
std::string_view rank_word(const StudyFinding& finding) {
  if (finding.rule.rank == "accuracy" && !finding.load.empty()) return "share";
  return finding.rule.rank;
}

Decision not_made(std::string headline, std::string caveat) {
  Decision decision;
  decision.headline = std::move(headline);
  decision.caveat = std::move(caveat);
  decision.settings = base::Json::object();
  return decision;
}

Decision without_verdicts(const StudyFinding& finding) {
  return not_made(
      fmt::format("No decision: it takes three repeats, and each cell ran {}.",
                  counted(finding.repeats, "time")),
      "A single run of a model is one draw from what it might say; with `repeats = 3` or more the "
      "differences below get verdicts.");
}

/// The first model whose baseline still has trials to run, or nullptr.
const ModelFinding* first_unfinished(const StudyFinding& finding) {
  for (const ModelFinding& model : finding.models) {
    if (model.cells.empty()) return &model;
    const CellFinding& baseline = model.cells.front();
    if (baseline.n + baseline.unscored < baseline.planned) return &model;
  }
  return nullptr;
}

Decision too_early(const StudyFinding& finding, const ModelFinding& model) {
  return not_made(
      fmt::format("No decision yet: the baseline of {} has not run to its end.", model.model),
      fmt::format("{} of {} trials are done; `assay study resume {}` continues where it stopped.",
                  finding.done, finding.planned, finding.study));
}

std::string load_reason(const CellFinding& cell) {
  return fmt::format(
      "Under that load its first token takes {} (95th percentile {}), and it makes {} tokens a "
      "second; {} requests a second meet the objectives.",
      milliseconds(cell.ttft_ms_p50), milliseconds(cell.ttft_ms_p95), decimal(cell.tokens_per_s),
      decimal(cell.load->goodput_per_s));
}

std::string accuracy_reason(const Candidate& chosen) {
  if (chosen.cell->load) {
    return fmt::format("{}: {} of the requests of {} met every objective (95% interval {}).",
                       place(chosen), percent(chosen.cell->accuracy),
                       counted(chosen.cell->n, "burst"),
                       percent_range(chosen.cell->accuracy_interval));
  }
  return fmt::format("{} is right in {} of {} trials (95% interval {}).", place(chosen),
                     percent(chosen.cell->accuracy), chosen.cell->n,
                     percent_range(chosen.cell->accuracy_interval));
}

/// " [−9, +1]", or nothing where the two share no canary.
std::string range_to_best(const Candidate& candidate) {
  return candidate.against_best ? " " + points_range(candidate.against_best->interval) : "";
}

std::string margin_reason(const StudyFinding& finding, const Choice& choice) {
  const Candidate& chosen = choice.candidates[choice.chosen];
  const Candidate& best = choice.candidates[choice.best];
  if (choice.chosen == choice.best) {
    return chosen.cell->load ? "In no cell that could be shipped do more requests meet them."
                             : "No cell that could be shipped is more accurate.";
  }
  return fmt::format(
      "The {} is {} ({}); the difference of {} points{} is shown to be within "
      "the margin of {}.",
      words_of(*best.cell).best, place(best), percent(best.cell->accuracy),
      points(chosen.delta_to_best), range_to_best(chosen), point_count(finding.margin));
}

/// Empty where there is nothing to be faster than.
std::string speed_reason(const StudyFinding& finding, const Choice& choice) {
  const Candidate& chosen = choice.candidates[choice.chosen];
  const Candidate* rival = nullptr;
  for (const Candidate& candidate : choice.candidates) {
    if (!candidate.qualifies || candidate.cell == chosen.cell) continue;
    const bool closer = rival == nullptr || candidate.cell->wall_ms_p50 < rival->cell->wall_ms_p50;
    if (closer) rival = &candidate;
  }
  const std::string time = milliseconds(chosen.cell->wall_ms_p50);
  const std::string_view timed = words_of(*chosen.cell).timed;
  if (rival == nullptr) return fmt::format("Its median {} takes {}.", timed, time);
  const std::string rival_time = milliseconds(rival->cell->wall_ms_p50);
  if (finding.rule.rank != "speed") {
    return fmt::format("Its median {} takes {}; the study ranks by {}.", timed, time,
                       rank_word(finding));
  }
  if (is_faster(*chosen.cell, *rival->cell)) {
    return fmt::format(
        "Its median {} takes {}, the shortest of those within the margin; next is "
        "{} with {}.",
        timed, time, place(*rival), rival_time);
  }
  return fmt::format(
      "Its median {} takes {}, a tie with {} ({}); the tie goes to less memory, "
      "then to {}.",
      timed, time, place(*rival), rival_time,
      chosen.cell->load ? "more within the objectives" : "accuracy");
}

std::vector<std::string> reasons_of(const StudyFinding& finding, const Choice& choice) {
  const Candidate& chosen = choice.candidates[choice.chosen];
  std::vector<std::string> reasons{accuracy_reason(chosen), margin_reason(finding, choice),
                                   speed_reason(finding, choice)};
  if (chosen.cell->kind != CellKind::Baseline)
    reasons.push_back(verdict_sentence(*chosen.cell, finding.margin));
  if (chosen.cell->load) reasons.push_back(load_reason(*chosen.cell));
  if (chosen.cell->memory_bytes_peak > 0) {
    const auto bytes = static_cast<std::uint64_t>(chosen.cell->memory_bytes_peak);
    reasons.push_back(fmt::format("It needed at most {} of memory.", base::human_bytes(bytes)));
  }
  return reasons;
}

/// No cell of the model is a candidate.
std::string reason_against_excluded(const StudyFinding& finding, const ModelFinding& model) {
  const CellFinding& baseline = model.cells.front();
  const std::string gate = gate_objection(finding.rule, baseline);
  if (!gate.empty() && is_measured(baseline)) return fmt::format("{}: {}.", model.model, gate);
  return fmt::format("{}: {} of {} could not be scored.", model.model, baseline.unscored,
                     counted(baseline.n + baseline.unscored,
                             fmt::format("baseline {}", words_of(baseline).trial)));
}

/// Why a candidate that is not shown to be within the margin was passed over.
std::string reason_against_unproven(const StudyFinding& finding, const Choice& choice,
                                    const Candidate& candidate) {
  const Candidate& best = choice.candidates[choice.best];
  const std::string behind =
      fmt::format("{}: {}, {} behind {}{}", place(candidate), percent(candidate.cell->accuracy),
                  point_count(candidate.delta_to_best), place(best), range_to_best(candidate));
  const std::string margin = point_count(finding.margin);
  const CellFinding& best_cell = *best.cell;
  if (!candidate.against_best)
    return fmt::format("{}: it shares no {} with it.", behind, words_of(best_cell).canary);
  if (candidate.delta_to_best < -finding.margin) {
    return fmt::format("{}: more than the margin of {}.", behind, margin);
  }
  const std::int64_t more = stats::judge(*candidate.against_best, finding.margin).canaries_more;
  return fmt::format(
      "{}: not shown to be within the margin of {}{}.", behind, margin,
      more > 0 ? fmt::format("; about {} more {} would tell", more, words_of(best_cell).canaries)
               : "");
}

std::string reason_against(const StudyFinding& finding, const Choice& choice,
                           const Candidate& candidate) {
  const Candidate& chosen = choice.candidates[choice.chosen];
  const std::string name = place(candidate);
  if (!candidate.qualifies) return reason_against_unproven(finding, choice, candidate);
  if (finding.rule.rank == "speed" && is_faster(*chosen.cell, *candidate.cell)) {
    return fmt::format("{}: {}, and {} the time per {}.", name, percent(candidate.cell->accuracy),
                       times(candidate.cell->wall_ms_p50 / chosen.cell->wall_ms_p50),
                       words_of(*chosen.cell).timed);
  }
  if (finding.rule.rank != "speed") {
    return fmt::format("{}: {}, behind by the study's rank ({}).", name,
                       percent(candidate.cell->accuracy), rank_word(finding));
  }
  return fmt::format("{}: {}, as fast, but with more memory or less {}.", name,
                     percent(candidate.cell->accuracy),
                     candidate.cell->load ? "within the objectives" : "accuracy");
}

/// Why each other model was not chosen, by its most accurate candidate.
std::vector<std::string> reasons_against(const StudyFinding& finding, const Choice& choice) {
  std::vector<std::string> reasons;
  for (const ModelFinding& model : finding.models) {
    if (&model == choice.candidates[choice.chosen].model) continue;
    const Candidate* foremost = nullptr;
    for (const Candidate& candidate : choice.candidates) {
      if (candidate.model != &model) continue;
      const bool ahead = foremost == nullptr || candidate.cell->accuracy > foremost->cell->accuracy;
      if (ahead) foremost = &candidate;
    }
    reasons.push_back(foremost == nullptr ? reason_against_excluded(finding, model)
                                          : reason_against(finding, choice, *foremost));
  }
  return reasons;
}

Decision without_candidates(const StudyFinding& finding) {
  std::vector<std::string> against;
  for (const ModelFinding& model : finding.models) {
    for (const CellFinding& cell : model.cells) {
      const std::string gate = is_measured(cell) ? gate_objection(finding.rule, cell) : "";
      if (!gate.empty()) {
        against.push_back(fmt::format("{} {}: {}.", model.model, cell_label(cell), gate));
      }
    }
  }
  if (against.empty()) {
    return not_made(
        fmt::format("No decision: in no cell could enough {}s be scored.", words_of(finding).trial),
        "The notes of each model say what failed.");
  }
  Decision decision = not_made("No decision: nothing that was measured passes the study's gates.",
                               "The gates are those of [decision] in the study file, registered "
                               "before the first trial.");
  decision.against = std::move(against);
  return decision;
}

}  // namespace

Decision decide(const StudyFinding& finding) {
  if (!finding.verdicts) return without_verdicts(finding);
  if (const ModelFinding* model = first_unfinished(finding)) return too_early(finding, *model);
  const auto choice = choose(finding);
  if (!choice) return without_candidates(finding);
  const Candidate& chosen = choice->candidates[choice->chosen];
  Decision decision;
  decision.made = true;
  decision.headline =
      fmt::format("Ship {} {}.", chosen.model->model, settings_phrase(*chosen.cell));
  decision.caveat = largest_caveat(finding, *choice);
  decision.model = chosen.model->model;
  decision.cell = chosen.cell->id;
  decision.settings = chosen.cell->settings;
  decision.reasons = reasons_of(finding, *choice);
  decision.against = reasons_against(finding, *choice);
  decision.confirmation = chosen.model->confirmation;
  const bool something_won = !winners(*chosen.model).empty();
  if (something_won) {
    decision.reasons.push_back(fmt::format("Confirmation {}: {}",
                                           name_of(decision.confirmation.status),
                                           decision.confirmation.sentence));
  }
  return decision;
}

}  // namespace assay::finding
