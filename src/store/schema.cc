#include "store/schema.h"

#include <fmt/core.h>

#include <string>

namespace assay::store {
namespace {

constexpr std::string_view kOpening = "open the journal";

/// Far more than processes that could open one new journal at the same moment.
constexpr int kSwitchAttemptsMax = 100;

/// A little more than the log holds when SQLite writes it back into the database and starts it
/// anew: 1,000 pages of 4,096 bytes, each with a head of 24.
constexpr std::int64_t kLogBytes = std::int64_t{4'400} << 10U;

constexpr std::string_view kSchema = R"sql(CREATE TABLE study (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  source TEXT NOT NULL,
  plan TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('planned', 'running', 'interrupted', 'done', 'failed')),
  created_unix_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE trial (
  study TEXT NOT NULL REFERENCES study (id),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  model TEXT NOT NULL,
  cell TEXT NOT NULL,
  canary TEXT NOT NULL,
  repeat INTEGER NOT NULL CHECK (repeat >= 0),
  seed INTEGER NOT NULL,
  outcome TEXT NOT NULL
    CHECK (outcome IN ('scored', 'model_failure', 'limit', 'scorer_failure', 'infrastructure',
                       'skipped')),
  outcome_class TEXT NOT NULL CHECK (outcome <> 'scored' OR outcome_class = ''),
  score REAL CHECK ((outcome = 'scored') = (score IS NOT NULL) AND score BETWEEN 0 AND 1),
  finish_reason TEXT NOT NULL,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  ttft_ms REAL,
  total_ms REAL,
  wall_ms REAL,
  tokens_per_s REAL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  reply TEXT NOT NULL CHECK (length(CAST(reply AS BLOB)) <= 65536),
  detail TEXT NOT NULL CHECK (detail = '' OR json_valid(detail)),
  started_unix_ms INTEGER NOT NULL,
  PRIMARY KEY (study, ordinal)
) STRICT;

CREATE TABLE event (
  number INTEGER PRIMARY KEY,
  study TEXT NOT NULL REFERENCES study (id),
  unix_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (detail = '' OR json_valid(detail))
) STRICT;

CREATE INDEX event_of_study ON event (study, number);
)sql";

enum class Found { Nothing, Journal };

/// What the file holds, without changing it; within a transaction, so that it is one moment's
/// truth.
base::Result<Found> identify(Connection& connection) {
  ASSAY_TRY(const std::int64_t application, connection.integer("PRAGMA application_id", kOpening));
  ASSAY_TRY(const std::int64_t version, connection.integer("PRAGMA user_version", kOpening));
  ASSAY_TRY(const std::int64_t tables,
            connection.integer("SELECT count(*) FROM sqlite_schema", kOpening));
  if (application == 0 && version == 0 && tables == 0) return Found::Nothing;
  if (application != kApplicationId) {
    return base::bad_input(
        fmt::format("expected a journal, found a database of another program (application id {})",
                    application),
        "move the file away, or point --home at another folder", connection.file());
  }
  if (version != kSchemaVersion) {
    return base::bad_input(fmt::format("expected a journal of schema version {}, found version {}",
                                       kSchemaVersion, version),
                           "use the newer assay that wrote it, or point --home at another folder",
                           connection.file());
  }
  return Found::Journal;
}

/// Ends the transaction on every way out. After a COMMIT, or a failure that made SQLite roll back
/// by itself, there is none left to end, which is no error here.
struct RollbackAtExit {
  Connection& connection;
  ~RollbackAtExit() { static_cast<void>(connection.run("ROLLBACK", kOpening)); }
};

base::Result<Found> identify_in_transaction(Connection& connection) {
  ASSAY_TRY_DONE(connection.run("BEGIN", kOpening));
  const RollbackAtExit rollback{connection};
  return identify(connection);
}

base::Status create_tables(Connection& connection) {
  ASSAY_TRY_DONE(connection.run("BEGIN IMMEDIATE", kOpening));
  const RollbackAtExit rollback{connection};
  // Another process may have made them while this one waited for the lock.
  ASSAY_TRY(const Found found, identify(connection));
  if (found == Found::Journal) return base::Done{};
  return connection.run(
      fmt::format("{} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT", kSchema,
                  kApplicationId, kSchemaVersion),
      "create the journal");
}

/// The file's journal mode after asking for a write-ahead log. SQLite gives up at once when another
/// process is in its way here, so the waiting is done by a transaction that takes the same lock.
base::Result<std::string> switch_journal_mode(Connection& connection) {
  ASSAY_TRY(Statement statement, connection.prepare("PRAGMA journal_mode = WAL"));
  for (int attempt = 1;; ++attempt) {
    const base::Result<bool> row = statement.step(kOpening);
    if (row.has_value()) return statement.text(0);
    if (statement.refusal() != Refusal::Locked || attempt == kSwitchAttemptsMax) {
      return row.error();
    }
    ASSAY_TRY_DONE(connection.run("BEGIN IMMEDIATE; ROLLBACK", kOpening));
  }
}

/// One synchronisation per commit makes it durable; readers never wait for the writer.
base::Status use_write_ahead_log(Connection& connection) {
  ASSAY_TRY(const std::string mode, switch_journal_mode(connection));
  if (mode != "wal") {
    return base::system_error(
        fmt::format("cannot {}: this file system does not allow a write-ahead log", kOpening),
        "point --home at a folder on a local disk", connection.file());
  }
  connection.keep_log();
  return connection.run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;", kOpening);
}

base::Status lay_out_log(Connection& connection) {
  ASSAY_TRY_DONE(connection.run("BEGIN IMMEDIATE", kOpening));
  const RollbackAtExit rollback{connection};
  connection.lay_out_log(kLogBytes);
  return base::Done{};
}

}  // namespace

std::string_view schema_sql() { return kSchema; }

base::Status make_ready(Connection& connection) {
  ASSAY_TRY(const Found found, identify_in_transaction(connection));
  if (found == Found::Journal) return use_write_ahead_log(connection);
  ASSAY_TRY_DONE(create_tables(connection));
  ASSAY_TRY_DONE(use_write_ahead_log(connection));
  return lay_out_log(connection);
}

}  // namespace assay::store
