#include "study/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/text.h"
#include "study/confirmation.h"
#include "study/registration.h"
#include "study/schedule.h"

namespace assay::study {

using base::Done;
using base::Json;
using base::Status;

base::Error Run::interrupted() const {
  return {base::ErrorKind::Interrupted,
          fmt::format("interrupted; {} trials are in the journal", done_.size()),
          fmt::format("go on with `assay study resume {}`", plan_.id), ""};
}

Status Run::event(std::string_view kind, const std::string& model, const Json& detail) {
  return journal_.append_event(
      plan_.id, {context_.clock.wall_unix_ms(), std::string(kind), model, base::dump_json(detail)});
}

EventSink Run::event_sink() {
  return [this](std::string_view kind, const std::string& model, const Json& detail) {
    note_peak(detail);
    return event(kind, model, detail);
  };
}

/// Of an event that tells how much memory a guest held for a cell; others say nothing here.
void Run::note_peak(const Json& detail) {
  const auto peak = base::integer_member(detail, "peak_bytes");
  const std::string id = base::string_member(detail, "cell").value_or("");
  for (std::size_t i = 0; peak && i < plan_.cells.size(); ++i) {
    if (plan_.cells[i].id == id) watch_.set_peak(i, *peak);
  }
}

Status Run::read_journal() {
  ASSAY_TRY(const std::vector<store::EventRow> events, journal_.events(plan_.id));
  ASSAY_TRY_DONE(recall(events));
  groups_ = load_groups(plan_);
  arms_.recall(events);
  for (std::size_t i = 0; i < plan_.cells.size(); ++i) {
    if (arms_.state(i) == ArmState::Void) watch_.set_void(i);
  }
  ASSAY_TRY(const std::vector<store::TrialRow> trials, journal_.trials(plan_.id));
  for (const store::TrialRow& trial : trials) {
    if (trial.ordinal >= static_cast<std::int64_t>(plan_.schedule.size())) continue;
    done_.insert(trial.ordinal);
    watch_.add(trial.ordinal, trial);
    arms_.exempt(plan_.schedule[static_cast<std::size_t>(trial.ordinal)].cell);
  }
  for (std::size_t model = 0; model < plan_.models.size(); ++model) watch_.look(model);
  count_left();
  return Done{};
}

/// Takes over what an earlier run of the study noted around its trials.
Status Run::recall(const std::vector<store::EventRow>& events) {
  ASSAY_TRY_DONE(recall_combinations(plan_, events, context_.home));
  for (const store::EventRow& row : events) {
    const auto detail = base::parse_json(row.detail);
    if (!detail.has_value()) continue;
    if (row.kind == "registered") committed_ = true;
    if (row.kind == "look") {
      looks_noted_.emplace(row.model, base::integer_member(*detail, "look").value_or(0));
    }
    if (row.kind == "confirmation") unconfirmed_.insert(row.model);
    const auto file = base::string_member(*detail, "file");
    const auto digest = base::string_member(*detail, "file_sha256");
    if (file && digest) file_digests_.emplace(*file, *digest);
    note_peak(*detail);
  }
  return Done{};
}

/// Writes down, before the first trial, what will be run, judged and decided by which rule.
Status Run::commit() {
  if (committed_) return Done{};
  ASSAY_TRY(const auto row, journal_.study(plan_.id));
  ASSAY_CHECK(row.has_value(), "a study is in the journal before it runs");
  committed_ = true;
  return event("registered", "", registration_json(plan_, row->plan));
}

/// Trials that would still be run if nothing more were decided.
void Run::count_left() {
  trials_left_.assign(plan_.models.size(), 0);
  for (std::size_t i = 0; i < plan_.schedule.size(); ++i) {
    const bool wanted =
        !is_done(static_cast<std::int64_t>(i)) && watch_.is_active(plan_.schedule[i].cell);
    if (wanted) ++trials_left_[plan_.cells[plan_.schedule[i].cell].model];
  }
  for (std::size_t model = 0; model < plan_.models.size(); ++model) {
    if (trials_left_[model] == 0) trials_left_[model] = left_to_confirm(model);
  }
}

/// Once a model's cells are decided: what confirming its winners takes.
std::int64_t Run::left_to_confirm(std::size_t model) const {
  const auto best = watch_.best_winner(model);
  if (!best) return 0;
  const bool combines = watch_.winners(model).size() > 1 && !combination_of(model) &&
                        unconfirmed_.count(plan_.models[model].name) == 0;
  const std::int64_t whole = static_cast<std::int64_t>(plan_.canaries.size()) * plan_.spec.repeats;
  return undone(*best) + (combines ? whole : 0);
}

std::int64_t Run::undone(std::size_t cell) const {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < plan_.schedule.size(); ++i) {
    if (plan_.schedule[i].cell == cell && !is_done(static_cast<std::int64_t>(i))) ++count;
  }
  return count;
}

std::optional<std::size_t> Run::combination_of(std::size_t model) const {
  for (std::size_t i = 0; i < plan_.cells.size(); ++i) {
    if (plan_.cells[i].model == model && plan_.cells[i].kind == CellKind::Combination) return i;
  }
  return std::nullopt;
}

bool Run::has_several_loads(std::size_t model) const {
  std::set<std::size_t> loads;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (plan_.cells[i].model == model) loads.insert(groups_[i]);
  }
  return loads.size() > 1;
}

std::int64_t Run::left() const {
  return std::accumulate(trials_left_.begin(), trials_left_.end(), std::int64_t{0});
}

std::vector<std::size_t> Run::cells_of_group(std::size_t group) const {
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i] == group) cells.push_back(i);
  }
  return cells;
}

double Run::load_s() const {
  double seconds = 0;
  for (const auto& target : targets_) seconds += target->load_s();
  return seconds;
}

/// Stops what runs and writes down how the study ended and where its time went.
Status Run::finish(Status status, const Json& times) {
  progress_.finish();
  for (auto& target : targets_) {
    if (Status released = target->release(); !released.has_value() && status.has_value()) {
      status = std::move(released);
    }
  }
  const char* state = "done";
  if (!status.has_value()) {
    state = status.error().kind == base::ErrorKind::Interrupted ? "interrupted" : "failed";
  }
  Status noted = journal_.set_state(plan_.id, state);
  if (noted.has_value()) noted = event("study_end", "", times);
  return status.has_value() ? std::move(noted) : std::move(status);
}

Status Run::execute() {
  ASSAY_TRY(const auto row, journal_.study(plan_.id));
  if (row && row->state == "done") return Done{};
  ASSAY_TRY_DONE(read_journal());
  ASSAY_TRY_DONE(accept(plan_.envelope, "by a guess at speed"));
  ASSAY_TRY_DONE(open_targets());
  ASSAY_TRY_DONE(journal_.set_state(plan_.id, "running"));
  ASSAY_TRY_DONE(commit());
  if (!done_.empty()) ASSAY_TRY_DONE(event("resume", "", {{"done", done_.size()}}));
  Status status = smoke_models();
  if (status.has_value()) {
    Envelope measured = plan_.envelope;
    measured.wall_s_estimate = left_s();
    context_.err << fmt::format("running {} trials one at a time, {}about {}\n", left(),
                                plan_.design.fixed() ? "" : "fewer where cells are decided early, ",
                                base::human_duration(measured.wall_s_estimate));
    status = accept(measured, "by the smoke run's speed");
  }
  model_s_ = 0;  // The smoke run's own questions are not part of what is timed here.
  const base::MonotonicTime started = context_.clock.now();
  const double load_before_s = load_s();
  if (status.has_value()) status = run_trials();
  const double wall_s = base::to_seconds(context_.clock.now() - started);
  return finish(std::move(status),
                {{"wall_s", wall_s}, {"model_s", model_s_}, {"load_s", load_s() - load_before_s}});
}

}  // namespace assay::study
