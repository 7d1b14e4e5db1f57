#include "store/sqlite.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>

#include "base/check.h"

namespace assay::store {
namespace {

/// An extended result code holds the primary one in its low byte.
constexpr int kPrimaryCodeMask = 0xff;

base::Error corrupt_error(std::string_view doing, std::string_view what, const DatabaseFile& file) {
  return base::bad_input(
      fmt::format("cannot {}: the {} is damaged ({})", doing, file.kind->name, what),
      fmt::format("copy it away with its -wal file, then save what can be read: "
                  "sqlite3 '{}' .recover | sqlite3 recovered.db",
                  file.path),
      file.path);
}

/// `mend` is what to do where the file is; having it elsewhere is the other way out.
base::Error refused_error(int reason, std::string_view doing, std::string_view mend,
                          const DatabaseFile& file) {
  base::Error error = base::errno_error(reason, doing, file.path);
  error.hint = fmt::format("{}, or {} another folder; what was stored before is kept", mend,
                           file.kind->move_by);
  return error;
}

base::Error write_error(sqlite3* handle, std::string_view doing, std::string_view what,
                        const DatabaseFile& file) {
  const int reason = sqlite3_system_errno(handle);
  base::Error error = reason == 0 ? base::system_error(fmt::format("cannot {}: {}", doing, what))
                                  : base::errno_error(reason, doing);
  error.kind = base::ErrorKind::System;
  error.context = file.path;
  if (error.hint.empty()) {
    error.hint =
        "check the disk, its quota and the file size limit; what was stored before is kept";
  }
  return error;
}

base::Error error_of(sqlite3* handle, int code, std::string_view doing, const DatabaseFile& file) {
  const std::string what = sqlite3_errmsg(handle);
  switch (code & kPrimaryCodeMask) {
    case SQLITE_FULL:
      return refused_error(ENOSPC, doing, "free some disk space", file);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
      return write_error(handle, doing, what, file);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::system_error(
          fmt::format("cannot {}: another program holds the {}'s lock", doing, file.kind->name),
          fmt::format("wait until the other assay has ended, or {} another folder",
                      file.kind->move_by),
          file.path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return refused_error(EACCES, doing, "check the owner and permissions", file);
    case SQLITE_CORRUPT:
      return corrupt_error(doing, what, file);
    case SQLITE_NOTADB:
      return base::bad_input(
          fmt::format("expected a {}, found a file that is not an SQLite database",
                      file.kind->name),
          fmt::format("move the file away, or {} another folder", file.kind->move_by), file.path);
    default:
      return base::internal_error(fmt::format("cannot {}: {}", doing, what), file.path);
  }
}

Refusal refusal_of(int extended_code) {
  if ((extended_code & kPrimaryCodeMask) == SQLITE_BUSY) return Refusal::Locked;
  switch (extended_code) {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_UNIQUE:
      return Refusal::Duplicate;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Refusal::MissingParent;
    default:
      return Refusal::Other;
  }
}

}  // namespace

void Connection::Closer::operator()(sqlite3* handle) const { sqlite3_close(handle); }
void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Connection::Connection(std::unique_ptr<sqlite3, Closer> handle, DatabaseFile file)
    : handle_(std::move(handle)), file_(std::move(file)) {}

base::Result<Connection> Connection::open(const std::filesystem::path& file,
                                          const DatabaseKind& kind,
                                          std::chrono::milliseconds lock_wait_max) {
  sqlite3* opened = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  std::unique_ptr<sqlite3, Closer> handle(opened);
  ASSAY_CHECK(handle != nullptr, "out of memory for a database handle");
  DatabaseFile named{&kind, file.string()};
  if (code != SQLITE_OK) {
    return error_of(opened, code, fmt::format("open the {}", kind.name), named);
  }
  sqlite3_busy_timeout(opened, static_cast<int>(lock_wait_max.count()));
  return Connection(std::move(handle), std::move(named));
}

base::Status Connection::run(const std::string& sql, std::string_view doing) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code, doing);
  return base::Done{};
}

base::Result<std::int64_t> Connection::integer(const std::string& sql, std::string_view doing) {
  ASSAY_TRY(Statement statement, prepare(sql));
  ASSAY_TRY(const bool row, statement.step(doing));
  return row ? statement.integer(0) : 0;
}

base::Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return error(code, fmt::format("read the {}", file_.kind->name));
  return Statement(std::unique_ptr<sqlite3_stmt, Statement::Finalizer>(prepared), file_);
}

void Connection::keep_log() {
  int keep = 1;
  sqlite3_file_control(handle_.get(), nullptr, SQLITE_FCNTL_PERSIST_WAL, &keep);
}

void Connection::lay_out_log(std::int64_t bytes) {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log == nullptr || log->pMethods == nullptr) return;
  sqlite3_int64 size = 0;
  if (log->pMethods->xFileSize(log, &size) != SQLITE_OK) return;
  static constexpr std::array<char, 65536> kZeros{};
  int code = SQLITE_OK;
  for (sqlite3_int64 at = size; at < bytes && code == SQLITE_OK; at += kZeros.size()) {
    code = log->pMethods->xWrite(log, kZeros.data(), static_cast<int>(kZeros.size()), at);
  }
  if (code != SQLITE_OK) log->pMethods->xTruncate(log, size);
  log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle_.get()); }

base::Error Connection::error(int code, std::string_view doing) const {
  return error_of(handle_.get(), code, doing, file_);
}

base::Error Connection::damaged(std::string_view doing, std::string_view what) const {
  return corrupt_error(doing, what, file_);
}

Statement::Statement(std::unique_ptr<sqlite3_stmt, Finalizer> statement, DatabaseFile file)
    : statement_(std::move(statement)), file_(std::move(file)) {}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // A null pointer would bind NULL, not the empty text.
  const char* data = value.empty() ? "" : value.data();
  sqlite3_bind_text64(statement_.get(), ++bound_, data, value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(std::optional<double> value) {
  if (!value.has_value()) return bind_null();
  sqlite3_bind_double(statement_.get(), ++bound_, *value);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_.get(), ++bound_);
  return *this;
}

base::Result<bool> Statement::step(std::string_view doing) {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  refusal_ = refusal_of(code);
  base::Error error = error_of(sqlite3_db_handle(statement_.get()), code, doing, file_);
  reset();
  return error;
}

base::Status Statement::run(std::string_view doing) {
  refusal_ = Refusal::None;
  ASSAY_TRY(const bool row, step(doing));
  ASSAY_CHECK(!row, "a statement that only writes gave a row");
  reset();
  return base::Done{};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (data == nullptr) return "";
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::optional<double> Statement::real(int column) const {
  if (is_null(column)) return std::nullopt;
  return sqlite3_column_double(statement_.get(), column);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
}

}  // namespace assay::store
