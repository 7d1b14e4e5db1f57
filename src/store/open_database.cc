#include "store/open_database.h"

#include <fmt/core.h>

#include <string>
#include <system_error>

namespace assay::store {
namespace {

/// Far more than processes that could open one new database at the same moment.
constexpr int kSwitchAttemptsMax = 100;

/// Takes a file through the steps; each is a transaction of its own.
class Opening {
 public:
  Opening(Connection& connection, const DatabaseKind& kind)
      : connection_(connection), kind_(kind), doing_(fmt::format("open the {}", kind.name)) {}

  base::Status make_ready() {
    ASSAY_TRY(const bool made, is_made_in_transaction());
    if (made) return use_write_ahead_log();
    ASSAY_TRY_DONE(create_tables());
    ASSAY_TRY_DONE(use_write_ahead_log());
    return kind_.log_bytes > 0 ? lay_out_log() : base::Done{};
  }

 private:
  /// Ends the transaction on every way out. After a COMMIT, or a failure that made SQLite roll back
  /// by itself, there is none left to end, which is no error here.
  struct RollbackAtExit {
    Opening& opening;
    ~RollbackAtExit() { static_cast<void>(opening.connection_.run("ROLLBACK", opening.doing_)); }
  };

  base::Result<bool> is_made();
  base::Result<bool> is_made_in_transaction();
  base::Status create_tables();
  base::Result<std::string> switch_journal_mode();
  base::Status use_write_ahead_log();
  base::Status lay_out_log();

  Connection& connection_;
  const DatabaseKind& kind_;
  std::string doing_;
};

/// Whether the file is of this kind, or holds nothing yet, without changing it; within a
/// transaction, so that it is one moment's truth.
base::Result<bool> Opening::is_made() {
  ASSAY_TRY(const std::int64_t application, connection_.integer("PRAGMA application_id", doing_));
  ASSAY_TRY(const std::int64_t version, connection_.integer("PRAGMA user_version", doing_));
  ASSAY_TRY(const std::int64_t tables,
            connection_.integer("SELECT count(*) FROM sqlite_schema", doing_));
  if (application == 0 && version == 0 && tables == 0) return false;
  if (application != kind_.application_id) {
    return base::bad_input(
        fmt::format("expected a {}, found a database of another program (application id {})",
                    kind_.name, application),
        fmt::format("move the file away, or {} another folder", kind_.move_by), connection_.file());
  }
  if (version != kind_.schema_version) {
    return base::bad_input(
        fmt::format("expected a {} of schema version {}, found version {}", kind_.name,
                    kind_.schema_version, version),
        fmt::format("use the newer assay that wrote it, or {} another folder", kind_.move_by),
        connection_.file());
  }
  return true;
}

base::Result<bool> Opening::is_made_in_transaction() {
  ASSAY_TRY_DONE(connection_.run("BEGIN", doing_));
  const RollbackAtExit rollback{*this};
  return is_made();
}

base::Status Opening::create_tables() {
  ASSAY_TRY_DONE(connection_.run("BEGIN IMMEDIATE", doing_));
  const RollbackAtExit rollback{*this};
  // Another process may have made them while this one waited for the lock.
  ASSAY_TRY(const bool made, is_made());
  if (made) return base::Done{};
  return connection_.run(
      fmt::format("{} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT", kind_.schema,
                  kind_.application_id, kind_.schema_version),
      fmt::format("create the {}", kind_.name));
}

/// The file's journal mode after asking for a write-ahead log. SQLite gives up at once when another
/// process is in its way here, so the waiting is done by a transaction that takes the same lock.
base::Result<std::string> Opening::switch_journal_mode() {
  ASSAY_TRY(Statement statement, connection_.prepare("PRAGMA journal_mode = WAL"));
  for (int attempt = 1;; ++attempt) {
    const base::Result<bool> row = statement.step(doing_);
    if (row.has_value()) return statement.text(0);
    if (statement.refusal() != Refusal::Locked || attempt == kSwitchAttemptsMax) {
      return row.error();
    }
    ASSAY_TRY_DONE(connection_.run("BEGIN IMMEDIATE; ROLLBACK", doing_));
  }
}

/// One synchronisation per commit makes it durable; readers never wait for the writer.
base::Status Opening::use_write_ahead_log() {
  ASSAY_TRY(const std::string mode, switch_journal_mode());
  if (mode != "wal") {
    return base::system_error(
        fmt::format("cannot {}: this file system does not allow a write-ahead log", doing_),
        fmt::format("{} a folder on a local disk", kind_.move_by), connection_.file());
  }
  if (kind_.log_bytes > 0) connection_.keep_log();
  return connection_.run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;", doing_);
}

base::Status Opening::lay_out_log() {
  ASSAY_TRY_DONE(connection_.run("BEGIN IMMEDIATE", doing_));
  const RollbackAtExit rollback{*this};
  connection_.lay_out_log(kind_.log_bytes);
  return base::Done{};
}

base::Status make_folder_of(const std::filesystem::path& file, const DatabaseKind& kind) {
  if (!file.has_parent_path()) return base::Done{};
  std::error_code failure;
  std::filesystem::create_directories(file.parent_path(), failure);
  if (!failure) return base::Done{};
  base::Error error =
      base::errno_error(failure.value(), fmt::format("create the {}'s folder", kind.name),
                        file.parent_path().string());
  error.hint =
      fmt::format("check the path and its permissions, or {} another folder", kind.move_by);
  return error;
}

}  // namespace

base::Result<Connection> open_database(const std::filesystem::path& file, const DatabaseKind& kind,
                                       std::chrono::milliseconds lock_wait_max) {
  ASSAY_TRY_DONE(make_folder_of(file, kind));
  ASSAY_TRY(Connection connection, Connection::open(file, kind, lock_wait_max));
  ASSAY_TRY_DONE(Opening(connection, kind).make_ready());
  return connection;
}

}  // namespace assay::store
