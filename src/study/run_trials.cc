// The trials of a run: look by look, and what confirms the winners.
#include <fmt/core.h>

#include <ostream>

#include "base/text.h"
#include "study/burst.h"
#include "study/confirmation.h"
#include "study/run.h"
#include "study/schedule.h"
#include "study/trial.h"

namespace assay::study {

using base::Done;
using base::Json;
using base::Status;

namespace {

/// After so many losses or unanswered trials in a row, more of the same would only waste time.
constexpr int kFailuresInARowMost = 3;

}  // namespace

double Run::left_s() const {
  double seconds = 0;
  for (std::size_t i = 0; i < trials_left_.size(); ++i) {
    seconds += static_cast<double>(trials_left_[i]) * trial_s_mean_[i];
  }
  return seconds;
}

void Run::show_progress(const Cell& cell) {
  const auto done = static_cast<std::int64_t>(done_.size());
  progress_.update({done, done + left(), cell.id, tokens_per_s_, left_s()});
}

Status Run::append(const store::TrialRow& row) {
  ASSAY_TRY_DONE(journal_.append_trial(plan_.id, row));
  done_.insert(row.ordinal);
  watch_.add(row.ordinal, row);
  arms_.exempt(plan_.schedule[static_cast<std::size_t>(row.ordinal)].cell);
  const Cell& cell = cell_of(row.ordinal);
  --trials_left_[cell.model];
  if (row.total_ms > 0) {
    // A moving mean over about fifty trials follows cells whose answers are longer or shorter.
    double& mean_s = trial_s_mean_[cell.model];
    mean_s += (row.wall_ms / 1000.0 - mean_s) / 50.0;
    // A burst's total_ms is that of one of its requests.
    model_s_ += (plan_.spec.load ? row.wall_ms : row.total_ms) / 1000.0;
  }
  // Shown to a person: about ten trials' worth, so that it does not flicker.
  if (row.tokens_per_s > 0) {
    tokens_per_s_ += (row.tokens_per_s - tokens_per_s_) / (tokens_per_s_ > 0 ? 10 : 1);
  }
  show_progress(cell);
  return Done{};
}

Status Run::prepare_group(const Cell& cell, std::size_t group) {
  const bool new_group = group_ready_ != group;
  if (new_group) {
    group_failure_.reset();
    failures_in_a_row_ = 0;
    for (auto& target : targets_) {
      if (target.get() != &target_of(cell)) ASSAY_TRY_DONE(target->release());
    }
  }
  group_ready_ = group;
  if (group_failure_) return Done{};
  Status prepared = target_of(cell).prepare(cell);
  if (prepared.has_value()) {
    return new_group ? check_arms(cells_of_group(group), target_of(cell)) : Status(Done{});
  }
  base::Error error = std::move(prepared).error();
  const bool ends_the_run = error.kind == base::ErrorKind::Interrupted ||
                            error.kind == base::ErrorKind::BadInput ||
                            error.kind == base::ErrorKind::Internal;
  if (ends_the_run) return error;
  progress_.finish();
  context_.err << fmt::format(
      "{} cannot be loaded, its trials are recorded as infrastructure: {}\n", cell.id,
      error.to_string());
  group_failure_ = std::move(error);
  return Done{};
}

/// Gives a group up after repeated failures: a guest that dies each time, an endpoint that is gone.
Status Run::note_failures(const store::TrialRow& row, const Cell& cell) {
  if (row.outcome != name_of(OutcomeKind::Infrastructure)) {
    failures_in_a_row_ = 0;
    return Done{};
  }
  if (++failures_in_a_row_ < kFailuresInARowMost) return Done{};
  if (plan_.models[cell.model].is_guest()) {
    group_failure_ =
        base::system_error(fmt::format("given up after {} failures in a row, the last: {}",
                                       kFailuresInARowMost, row.outcome_class));
    return Done{};
  }
  const auto detail = base::parse_json(row.detail);
  return base::unreachable(
      fmt::format("`{}` failed {} trials in a row: {}", plan_.models[cell.model].name,
                  kFailuresInARowMost,
                  detail.has_value() ? base::string_member(*detail, "reason").value_or("") : ""),
      fmt::format("mend the endpoint, then go on with `assay study resume {}`", plan_.id),
      plan_.models[cell.model].url);
}

Status Run::run_one(std::int64_t ordinal) {
  const std::size_t index = plan_.schedule[static_cast<std::size_t>(ordinal)].cell;
  const Cell& cell = plan_.cells[index];
  ASSAY_TRY_DONE(prepare_group(cell, groups_[index]));
  if (arms_.state(index) == ArmState::Void) return Done{};
  if (group_failure_) {
    const std::string_view reason_class =
        group_failure_->kind == base::ErrorKind::OutOfMemory ? "out_of_memory" : "not_loaded";
    return append(untried_row(context_, plan_, ordinal, OutcomeKind::Infrastructure,
                              failures_in_a_row_ > 0 ? "given_up" : reason_class,
                              group_failure_->message));
  }
  Target& target = target_of(cell);
  ASSAY_TRY(const TrialResult result, ask_model(ordinal, cell, target));
  if (result.interrupted) return interrupted();
  ASSAY_TRY_DONE(append(result.row));
  return note_failures(result.row, cell);
}

base::Result<TrialResult> Run::ask_model(std::int64_t ordinal, const Cell& cell, Target& target) {
  if (!plan_.spec.load) {
    return run_trial(
        context_, runtime_, plan_, ordinal, target.client(),
        trial_timeout_s(plan_, cell, *smokes_[cell.model]),
        [&](const endpoint::ChatFailure& failure) { return target.loss_behind(failure); });
  }
  auto result = run_burst(context_, plan_, ordinal, target);
  if (!result.has_value() && result.error().kind == base::ErrorKind::Interrupted) {
    return interrupted();
  }
  return result;
}

Status Run::run_trials() {
  for (std::size_t model = 0; model < plan_.models.size(); ++model) {
    for (std::size_t look = 0; look < plan_.design.looks.size(); ++look) {
      ASSAY_TRY_DONE(run_look(model, look));
      ASSAY_TRY_DONE(take_look(model, look));
    }
    ASSAY_TRY_DONE(confirm(model));
  }
  return Done{};
}

Status Run::run_look(std::size_t model, std::size_t look) {
  for (std::size_t i = 0; i < plan_.schedule.size(); ++i) {
    const ScheduledTrial& trial = plan_.schedule[i];
    const Cell& cell = plan_.cells[trial.cell];
    const auto ordinal = static_cast<std::int64_t>(i);
    const bool wanted = cell.model == model && trial.look == look &&
                        cell.kind != CellKind::Combination && watch_.is_active(trial.cell);
    if (!wanted || is_done(ordinal)) continue;
    if (context_.interrupt.requested()) return interrupted();
    ASSAY_TRY_DONE(run_one(ordinal));
  }
  return Done{};
}

/// Judges the model's cells after a look and stops those that are decided.
Status Run::take_look(std::size_t model, std::size_t look) {
  const std::vector<CellLook> cells = watch_.look(model);
  count_left();
  const std::string& name = plan_.models[model].name;
  if (cells.empty() || !looks_noted_.emplace(name, static_cast<std::int64_t>(look)).second) {
    return Done{};
  }
  Json rows = Json::object();
  std::int64_t running = 0;
  for (const CellLook& row : cells) {
    const stats::CellJudgement& judged = row.judgement;
    if (judged.stop == stats::Stop::No) ++running;
    if (judged.looks_taken != look + 1) continue;
    const Cell& cell = plan_.cells[row.cell];
    rows[cell.id] = {{"verdict", std::string(stats::name_of(judged.judgement.verdict))},
                     {"stop", std::string(stats::name_of(judged.stop))},
                     {"delta", judged.difference.delta},
                     {"low", judged.difference.interval.low},
                     {"high", judged.difference.interval.high},
                     {"p_adjusted", judged.p_adjusted}};
    if (judged.stop == stats::Stop::No || plan_.design.fixed()) continue;
    progress_.finish();
    context_.err << fmt::format("look {:2} of {}  {}: {}{}\n", look + 1, plan_.design.looks.size(),
                                cell.id, stats::name_of(judged.judgement.verdict),
                                judged.stop == stats::Stop::Futile
                                    ? ", given up: more of this study would hardly decide it"
                                    : "");
  }
  if (rows.empty()) return Done{};
  return event("look", name,
               {{"look", look},
                {"canaries", plan_.design.looks[look]},
                {"running", running},
                {"cells", std::move(rows)}});
}

/// Runs what has to be known before a winning level, or several, can be recommended: the best one
/// on the canaries it was spared by stopping early, several together as one cell.
Status Run::confirm(std::size_t model) {
  if (!plan_.verdicts()) return Done{};
  if (has_several_loads(model)) {
    // Whether a load was lighter is known once it has ended.
    ASSAY_TRY_DONE(targets_[model]->release());
    group_ready_.reset();
  }
  const auto best = watch_.best_winner(model);
  if (!best) return Done{};
  ASSAY_TRY_DONE(run_cell(*best));
  if (const auto combination = combination_of(model)) return run_cell(*combination);
  const std::vector<std::size_t> winners = watch_.winners(model);
  return winners.size() > 1 ? combine(model, winners) : Status(Done{});
}

Status Run::combine(std::size_t model, const std::vector<std::size_t>& winners) {
  const std::string& name = plan_.models[model].name;
  ASSAY_TRY(Cell cell, combination_cell(plan_, winners, context_.home));
  const std::int64_t more = static_cast<std::int64_t>(plan_.canaries.size()) * plan_.spec.repeats;
  trials_left_[model] = 0;
  // What the models after this one may still take comes first.
  const std::int64_t others = static_cast<std::int64_t>(done_.size()) + left();
  const auto& budget = plan_.spec.budget.runs;
  if (budget && others + more > *budget && !options_.accept_envelope) {
    if (!unconfirmed_.insert(name).second) return Done{};
    return event(
        "confirmation", name,
        {{"status", "not_run"},
         {"cell", cell.id},
         {"reason", fmt::format("{} more runs would exceed the budget of {}", more, *budget)}});
  }
  progress_.finish();
  context_.err << fmt::format("confirm  {}: {} runs\n", cell.id, more);
  ASSAY_TRY_DONE(event("combination", name, combination_json(plan_, cell, winners)));
  const std::size_t index = append_cell(plan_, std::move(cell));
  groups_ = load_groups(plan_);
  return run_cell(index);
}

/// All trials of one cell that are not in the journal yet, whatever was decided about it.
Status Run::run_cell(std::size_t index) {
  const std::size_t model = plan_.cells[index].model;
  trials_left_[model] = undone(index);
  if (trials_left_[model] == 0) return Done{};
  if (!smokes_[model]) {
    // Nothing but confirming is left of the model, and that was not known when the study went on.
    for (auto& target : targets_) ASSAY_TRY_DONE(target->release());
    group_ready_.reset();
    ASSAY_TRY_DONE(smoke_model(model));
  }
  for (std::size_t i = 0; i < plan_.schedule.size(); ++i) {
    const auto ordinal = static_cast<std::int64_t>(i);
    if (plan_.schedule[i].cell != index || is_done(ordinal)) continue;
    if (context_.interrupt.requested()) return interrupted();
    ASSAY_TRY_DONE(run_one(ordinal));
  }
  return Done{};
}

}  // namespace assay::study
