#include "store/journal.h"

#include <fmt/core.h>

#include <utility>

#include "store/open_database.h"
#include "store/rows.h"
#include "store/schema.h"
#include "store/sqlite.h"

namespace assay::store {
namespace {

constexpr std::string_view kInsertStudy =
    "INSERT INTO study (id, hash, name, file, source, plan, state, created_unix_ms) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
constexpr std::string_view kUpdateState = "UPDATE study SET state = ?2 WHERE id = ?1";
constexpr std::string_view kSelectStudy =
    "SELECT id, hash, name, file, source, plan, state, created_unix_ms FROM study WHERE id = ?";
constexpr std::string_view kSelectStudies =
    "SELECT id, hash, name, file, source, plan, state, created_unix_ms FROM study "
    "ORDER BY created_unix_ms DESC, rowid DESC";
constexpr std::string_view kInsertTrial =
    "INSERT INTO trial (study, ordinal, model, cell, canary, repeat, seed, outcome, outcome_class, "
    "score, finish_reason, prompt_tokens, completion_tokens, ttft_ms, total_ms, wall_ms, "
    "tokens_per_s, attempts, reply, detail, started_unix_ms) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kSelectTrials =
    "SELECT ordinal, model, cell, canary, repeat, seed, outcome, outcome_class, score, "
    "finish_reason, prompt_tokens, completion_tokens, ttft_ms, total_ms, wall_ms, tokens_per_s, "
    "attempts, reply, detail, started_unix_ms FROM trial WHERE study = ? ORDER BY ordinal";
constexpr std::string_view kSelectOrdinals =
    "SELECT ordinal FROM trial WHERE study = ? ORDER BY ordinal";
constexpr std::string_view kCountTrials =
    "SELECT count(*), count(*) FILTER (WHERE outcome = 'scored'), "
    "count(*) FILTER (WHERE outcome = 'infrastructure') FROM trial WHERE study = ?";
constexpr std::string_view kInsertEvent =
    "INSERT INTO event (study, unix_ms, kind, model, detail) VALUES (?, ?, ?, ?, ?)";
constexpr std::string_view kSelectEvents =
    "SELECT unix_ms, kind, model, detail FROM event WHERE study = ? ORDER BY number";

constexpr std::string_view kReading = "read the journal";

/// Negative stands for unknown in memory, NULL in the database.
void bind_known(Statement& statement, std::int64_t value) {
  if (value < 0) {
    statement.bind_null();
  } else {
    statement.bind(value);
  }
}
void bind_known(Statement& statement, double value) {
  statement.bind(value < 0 ? std::nullopt : std::optional(value));
}

std::int64_t known_integer(const Statement& statement, int column) {
  return statement.is_null(column) ? -1 : statement.integer(column);
}

StudyRow study_of(const Statement& row) {
  StudyRow study;
  study.id = row.text(0);
  study.hash = row.text(1);
  study.name = row.text(2);
  study.file = row.text(3);
  study.source = row.text(4);
  study.plan = row.text(5);
  study.state = row.text(6);
  study.created_unix_ms = row.integer(7);
  return study;
}

TrialRow trial_of(const Statement& row) {
  TrialRow trial;
  trial.ordinal = row.integer(0);
  trial.model = row.text(1);
  trial.cell = row.text(2);
  trial.canary = row.text(3);
  trial.repeat = row.integer(4);
  trial.seed = row.integer(5);
  trial.outcome = row.text(6);
  trial.outcome_class = row.text(7);
  trial.score = row.real(8);
  trial.finish_reason = row.text(9);
  trial.prompt_tokens = known_integer(row, 10);
  trial.completion_tokens = known_integer(row, 11);
  trial.ttft_ms = row.real(12).value_or(-1);
  trial.total_ms = row.real(13).value_or(-1);
  trial.wall_ms = row.real(14).value_or(-1);
  trial.tokens_per_s = row.real(15).value_or(-1);
  trial.attempts = row.integer(16);
  trial.reply = row.text(17);
  trial.detail = row.text(18);
  trial.started_unix_ms = row.integer(19);
  return trial;
}

void bind_trial(Statement& statement, std::string_view study, const TrialRow& trial) {
  statement.bind(study).bind(trial.ordinal).bind(trial.model).bind(trial.cell).bind(trial.canary);
  statement.bind(trial.repeat).bind(trial.seed).bind(trial.outcome).bind(trial.outcome_class);
  statement.bind(trial.score).bind(trial.finish_reason);
  bind_known(statement, trial.prompt_tokens);
  bind_known(statement, trial.completion_tokens);
  bind_known(statement, trial.ttft_ms);
  bind_known(statement, trial.total_ms);
  bind_known(statement, trial.wall_ms);
  bind_known(statement, trial.tokens_per_s);
  statement.bind(trial.attempts).bind(trial.reply).bind(trial.detail).bind(trial.started_unix_ms);
}

}  // namespace

struct Journal::Database {
  Connection connection;
  Statement insert_study;
  Statement update_state;
  Statement select_study;
  Statement select_studies;
  Statement insert_trial;
  Statement select_trials;
  Statement select_ordinals;
  Statement count_trials;
  Statement insert_event;
  Statement select_events;

  base::Error no_such_study(std::string_view study) const {
    return base::bad_input(fmt::format("expected the study {} in the journal, found none", study),
                           "list the studies there are: assay study list", connection.file());
  }
};

Journal::Journal(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Journal::~Journal() = default;
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;

base::Result<Journal> Journal::open(const std::filesystem::path& file,
                                    std::chrono::milliseconds lock_wait_max) {
  ASSAY_TRY(Connection connection, open_database(file, journal_kind(), lock_wait_max));
  ASSAY_TRY(Statement insert_study, connection.prepare(kInsertStudy));
  ASSAY_TRY(Statement update_state, connection.prepare(kUpdateState));
  ASSAY_TRY(Statement select_study, connection.prepare(kSelectStudy));
  ASSAY_TRY(Statement select_studies, connection.prepare(kSelectStudies));
  ASSAY_TRY(Statement insert_trial, connection.prepare(kInsertTrial));
  ASSAY_TRY(Statement select_trials, connection.prepare(kSelectTrials));
  ASSAY_TRY(Statement select_ordinals, connection.prepare(kSelectOrdinals));
  ASSAY_TRY(Statement count_trials, connection.prepare(kCountTrials));
  ASSAY_TRY(Statement insert_event, connection.prepare(kInsertEvent));
  ASSAY_TRY(Statement select_events, connection.prepare(kSelectEvents));
  return Journal(std::unique_ptr<Database>(
      new Database{std::move(connection), std::move(insert_study), std::move(update_state),
                   std::move(select_study), std::move(select_studies), std::move(insert_trial),
                   std::move(select_trials), std::move(select_ordinals), std::move(count_trials),
                   std::move(insert_event), std::move(select_events)}));
}

base::Status Journal::add_study(const StudyRow& study) {
  Statement& statement = database_->insert_study;
  statement.bind(study.id).bind(study.hash).bind(study.name).bind(study.file).bind(study.source);
  statement.bind(study.plan).bind(study.state).bind(study.created_unix_ms);
  ASSAY_TRY_DONE(statement.run("journal the study"));
  if (database_->connection.changes() == 1) return base::Done{};
  ASSAY_TRY(const std::optional<StudyRow> there, this->study(study.id));
  if (there.has_value() && there->hash == study.hash) return base::Done{};
  return base::bad_input(
      fmt::format("expected a new study, found another one with the id {} in the journal",
                  study.id),
      "rename this study, or point --home at another folder", database_->connection.file());
}

base::Status Journal::set_state(std::string_view study, std::string_view state) {
  ASSAY_TRY_DONE(database_->update_state.bind(study).bind(state).run("journal the study's state"));
  if (database_->connection.changes() == 0) return database_->no_such_study(study);
  return base::Done{};
}

base::Result<std::optional<StudyRow>> Journal::study(std::string_view id) {
  return first_row_of(database_->select_study.bind(id), kReading, study_of);
}

base::Result<std::vector<StudyRow>> Journal::studies() {
  return rows_of(database_->select_studies, kReading, study_of);
}

base::Status Journal::append_trial(std::string_view study, const TrialRow& trial) {
  Statement& statement = database_->insert_trial;
  bind_trial(statement, study, trial);
  base::Status appended = statement.run("journal the trial");
  if (appended.has_value()) return appended;
  if (statement.refusal() == Refusal::MissingParent) return database_->no_such_study(study);
  if (statement.refusal() == Refusal::Duplicate) {
    return base::bad_input(
        fmt::format("expected trial {} of study {} to be new, found it in the journal",
                    trial.ordinal, study),
        "let the other assay that runs this study end, then resume it",
        database_->connection.file());
  }
  return appended;
}

base::Result<std::vector<TrialRow>> Journal::trials(std::string_view study) {
  return rows_of(database_->select_trials.bind(study), kReading, trial_of);
}

base::Result<std::vector<std::int64_t>> Journal::done_ordinals(std::string_view study) {
  return rows_of<std::int64_t>(database_->select_ordinals.bind(study), kReading,
                               [](const Statement& row) { return row.integer(0); });
}

base::Result<TrialCounts> Journal::counts(std::string_view study) {
  ASSAY_TRY(
      const std::vector<TrialCounts> counted,
      rows_of<TrialCounts>(database_->count_trials.bind(study), kReading, [](const Statement& row) {
        TrialCounts counts;
        counts.done = row.integer(0);
        counts.scored = row.integer(1);
        counts.infrastructure = row.integer(2);
        counts.failed = counts.done - counts.scored - counts.infrastructure;
        return counts;
      }));
  return counted.front();
}

base::Status Journal::check_pages() {
  ASSAY_TRY(Statement statement, database_->connection.prepare("PRAGMA quick_check(1)"));
  ASSAY_TRY(const bool row, statement.step("check the journal"));
  const std::string found = row ? statement.text(0) : "nothing came of the check";
  if (found == "ok") return base::Done{};
  return database_->connection.damaged("use the journal", found);
}

base::Status Journal::append_event(std::string_view study, const EventRow& event) {
  Statement& statement = database_->insert_event;
  statement.bind(study).bind(event.unix_ms).bind(event.kind).bind(event.model).bind(event.detail);
  base::Status appended = statement.run("journal the event");
  if (!appended.has_value() && statement.refusal() == Refusal::MissingParent) {
    return database_->no_such_study(study);
  }
  return appended;
}

base::Result<std::vector<EventRow>> Journal::events(std::string_view study) {
  return rows_of<EventRow>(database_->select_events.bind(study), kReading,
                           [](const Statement& row) {
                             return EventRow{row.integer(0), row.text(1), row.text(2), row.text(3)};
                           });
}

}  // namespace assay::store
