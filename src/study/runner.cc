#include "study/runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <ostream>
#include <set>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "host/file_lock.h"
#include "host/machine.h"
#include "study/arms.h"
#include "study/confirmation.h"
#include "study/progress.h"
#include "study/quantization.h"
#include "study/registration.h"
#include "study/schedule.h"
#include "study/smoke.h"
#include "study/target.h"
#include "study/trial.h"
#include "study/watch.h"

namespace assay::study {
namespace {

using base::Done;
using base::Json;
using base::Result;
using base::Status;

/// After so many losses or unanswered trials in a row, more of the same would only waste time.
constexpr int kFailuresInARowMost = 3;

/// One run of one plan. Lives for the length of run_study().
class Run {
 public:
  Run(const base::Context& context, const Plan& plan, store::Journal& journal,
      const RunOptions& options)
      : context_(context),
        plan_(plan),
        journal_(journal),
        options_(options),
        progress_(context),
        watch_(plan_),
        arms_(context, runtime_, plan_, event_sink()) {}

  Status execute();

 private:
  Status read_journal();
  Status recall(const std::vector<store::EventRow>& events);
  Status commit();
  Status open_targets();
  Status make_files(const endpoint::Engine& engine);
  Status smoke_models();
  Status smoke_model(std::size_t model);
  Status accept(const Envelope& envelope, std::string_view basis);
  Status run_trials();
  Status run_look(std::size_t model, std::size_t look);
  Status take_look(std::size_t model, std::size_t look);
  Status confirm(std::size_t model);
  Status combine(std::size_t model, const std::vector<std::size_t>& winners);
  Status run_cell(std::size_t cell);
  Status run_one(std::int64_t ordinal);
  Status prepare_group(const Cell& cell, std::size_t group);
  Status check_arms(const std::vector<std::size_t>& cells, Target& target);
  Status note_failures(const store::TrialRow& row, const Cell& cell);
  Status append(const store::TrialRow& row);
  Status event(std::string_view kind, const std::string& model, const Json& detail);
  EventSink event_sink();
  Status finish(Status status, const Json& times);
  base::Error interrupted() const;
  double load_s() const;
  void show_progress(const Cell& cell);
  void count_left();
  double left_s() const;
  std::int64_t left() const;
  std::int64_t left_to_confirm(std::size_t model) const;
  std::int64_t undone(std::size_t cell) const;
  std::optional<std::size_t> combination_of(std::size_t model) const;
  bool has_several_loads(std::size_t model) const;
  std::vector<std::size_t> cells_of_group(std::size_t group) const;
  Target& target_of(const Cell& cell) { return *targets_[cell.model]; }
  bool is_done(std::int64_t ordinal) const { return done_.count(ordinal) != 0; }
  const Cell& cell_of(std::int64_t ordinal) const {
    return plan_.cells[plan_.schedule[static_cast<std::size_t>(ordinal)].cell];
  }

  const base::Context& context_;
  Plan plan_;  ///< Grows by the combinations that are confirmed.
  store::Journal& journal_;
  const RunOptions& options_;
  net::Runtime runtime_;
  std::vector<std::size_t> groups_;
  Progress progress_;
  Watch watch_;
  Arms arms_;
  std::set<std::int64_t> done_;
  std::set<std::pair<std::string, std::int64_t>> looks_noted_;  ///< Model, look.
  std::set<std::string> unconfirmed_;  ///< Models whose confirmation the budget forbids.
  bool committed_ = false;
  std::map<std::string, std::string> file_digests_;
  std::vector<std::unique_ptr<Target>> targets_;
  std::vector<std::optional<SmokeResult>> smokes_;
  std::vector<std::int64_t> trials_left_;  ///< By model.
  std::vector<double> trial_s_mean_;       ///< By model: the smoke run's, then a running mean.
  std::optional<std::size_t> group_ready_;
  std::optional<base::Error> group_failure_;  ///< Why the current group cannot be tried.
  int failures_in_a_row_ = 0;
  double model_s_ = 0;
  double tokens_per_s_ = 0;
};

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
    const auto peak = base::integer_member(detail, "peak_bytes");
    const std::string id = base::string_member(detail, "cell").value_or("");
    for (std::size_t i = 0; peak && i < plan_.cells.size(); ++i) {
      if (plan_.cells[i].id == id) watch_.set_peak(i, *peak);
    }
    return event(kind, model, detail);
  };
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
    const auto peak = base::integer_member(*detail, "peak_bytes");
    const std::string id = base::string_member(*detail, "cell").value_or("");
    for (std::size_t i = 0; peak && i < plan_.cells.size(); ++i) {
      if (plan_.cells[i].id == id) watch_.set_peak(i, *peak);
    }
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

Status Run::open_targets() {
  const std::filesystem::path folder = study_folder(context_, plan_.id);
  const TargetFolders folders{context_.home, context_.home / "run", folder / "logs"};
  std::error_code failure;
  std::filesystem::create_directories(folders.logs, failure);
  if (failure)
    return base::errno_error(failure.value(), "create the folder", folders.logs.string());
  for (const endpoint::StaleGuest& stale : endpoint::find_stale_guests(folders.run)) {
    context_.err << fmt::format(
        "warning: a llama-server that an earlier assay left behind still runs (pid {}); it takes "
        "memory and time from this study\n         end it with `kill {}`\n",
        stale.pid, stale.pid);
  }
  std::optional<endpoint::Engine> engine;
  const bool any_guest = std::any_of(plan_.models.begin(), plan_.models.end(),
                                     [](const ModelSpec& model) { return model.is_guest(); });
  if (any_guest) {
    ASSAY_TRY(engine, endpoint::find_engine(context_));
    ASSAY_TRY_DONE(event("engine", "", {{"version", engine->version}, {"source", engine->source}}));
    ASSAY_TRY_DONE(make_files(*engine));
  }
  ASSAY_TRY_DONE(event("machine", "", host::read_machine(context_.home).to_json()));
  for (const ModelSpec& model : plan_.models) {
    targets_.push_back(
        std::make_unique<Target>(context_, model, engine, folders, event_sink(), file_digests_));
  }
  return Done{};
}

/// Makes every quantization the trials still ahead need, so that a level that cannot be made ends
/// the study before it has cost time.
Status Run::make_files(const endpoint::Engine& engine) {
  for (const Cell& cell : plan_.cells) {
    const ModelSpec& model = plan_.models[cell.model];
    if (cell.quantization.empty() || cell.guest.model == model.gguf) continue;
    if (trials_left_[cell.model] == 0) continue;
    ASSAY_TRY_DONE(
        make_quantized(context_, engine, model.gguf, cell.quantization, cell.guest.model));
  }
  return Done{};
}

Status Run::accept(const Envelope& envelope, std::string_view basis) {
  const std::string broken = exceeded_bound(envelope, plan_.spec.budget);
  if (broken.empty() && plan_.spec.budget.any()) return Done{};
  const std::string why =
      broken.empty() ? "the study file names no budget" : fmt::format("{} ({})", broken, basis);
  if (options_.accept_envelope) {
    if (!broken.empty()) context_.err << fmt::format("note: {}; accepted by --yes\n", why);
    return Done{};
  }
  if (options_.confirm && options_.confirm(fmt::format("{}. Run it?", why))) return Done{};
  return base::Error{base::ErrorKind::BudgetRefused, fmt::format("not started: {}", why),
                     broken.empty() ? "name a budget in [study], or accept the envelope with --yes"
                                    : "raise the budget in [study], ask for less, or accept the "
                                      "envelope with --yes",
                     ""};
}

Status Run::smoke_models() {
  smokes_.resize(plan_.models.size());
  trial_s_mean_.assign(plan_.models.size(), 0);
  for (std::size_t model = 0; model < plan_.models.size(); ++model) {
    if (trials_left_[model] > 0) ASSAY_TRY_DONE(smoke_model(model));
  }
  return Done{};
}

Status Run::smoke_model(std::size_t model) {
  Target& target = *targets_[model];
  const auto baseline = std::find_if(plan_.cells.begin(), plan_.cells.end(),
                                     [&](const Cell& cell) { return cell.model == model; });
  context_.err << fmt::format("smoke  {:<24} ", plan_.models[model].name) << std::flush;
  auto result = smoke(context_, runtime_, plan_, *baseline, target);
  if (!result.has_value()) {
    context_.err << "failed\n";
    static_cast<void>(event("smoke", plan_.models[model].name,
                            {{"ok", false}, {"message", result.error().message}}));
    return std::move(result).error();
  }
  ASSAY_TRY_DONE(event("smoke", result->model, result->to_json()));
  context_.err << fmt::format("ok  {:5.0f} tok/s  {:>7} a trial{}\n", result->tokens_per_s,
                              base::human_duration(result->trial_s_mean),
                              result->tools_asked && !result->tool_called
                                  ? "  (no tool call on the canary with tools)"
                                  : "");
  trial_s_mean_[model] = result->trial_s_mean;
  smokes_[model] = std::move(*result);
  const auto index = static_cast<std::size_t>(baseline - plan_.cells.begin());
  ASSAY_TRY_DONE(check_arms(cells_of_group(groups_[index]), target));
  return target.release();
}

/// Cells that turn out void are not run.
Status Run::check_arms(const std::vector<std::size_t>& cells, Target& target) {
  if (cells.empty()) return Done{};
  ASSAY_TRY_DONE(arms_.check(cells, target, *smokes_[plan_.cells[cells.front()].model]));
  for (const std::size_t cell : cells) {
    if (arms_.state(cell) == ArmState::Void) watch_.set_void(cell);
  }
  count_left();
  return Done{};
}

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
    model_s_ += row.total_ms / 1000.0;
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
  const TrialResult result =
      run_trial(context_, runtime_, plan_, ordinal, target.client(),
                trial_timeout_s(plan_, cell, *smokes_[cell.model]),
                [&](const endpoint::ChatFailure& failure) { return target.loss_behind(failure); });
  if (result.interrupted) return interrupted();
  ASSAY_TRY_DONE(append(result.row));
  return note_failures(result.row, cell);
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
  const base::MonotonicTime started = context_.clock.now();
  const double load_before_s = load_s();
  if (status.has_value()) status = run_trials();
  const double wall_s = base::to_seconds(context_.clock.now() - started);
  return finish(std::move(status),
                {{"wall_s", wall_s}, {"model_s", model_s_}, {"load_s", load_s() - load_before_s}});
}

}  // namespace

std::filesystem::path study_folder(const base::Context& context, const std::string& id) {
  return context.home / "studies" / id;
}

std::filesystem::path journal_file(const base::Context& context) {
  return context.home / "journal.db";
}

Status run_study(const base::Context& context, const Plan& plan, store::Journal& journal,
                 const RunOptions& options) {
  // Two studies at once would disturb each other's times and memory.
  ASSAY_TRY(const host::FileLock lock, host::FileLock::acquire(context.home / "run" / "lock",
                                                               "another assay runs a study here"));
  return Run(context, plan, journal, options).execute();
}

}  // namespace assay::study
