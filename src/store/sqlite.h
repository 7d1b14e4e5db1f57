// SQLite behind values and Results: connections, prepared statements, and errors for people. Used
// by this room only. Not thread-safe. A Statement must not outlive its Connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/database_kind.h"

struct sqlite3;
struct sqlite3_stmt;

namespace assay::store {

/// What a failed step was refused for, as far as callers answer it differently.
enum class Refusal { None, Duplicate, MissingParent, Locked, Other };

class Statement;

/// What errors say about the file.
struct DatabaseFile {
  const DatabaseKind* kind = nullptr;
  std::string path;
};

/// One open database file.
class Connection {
 public:
  /// Opens the file, creating it when missing, and waits at most `lock_wait_max` for locks. SQLite
  /// reads nothing yet, so that a file which is no database is noticed by the first query.
  static base::Result<Connection> open(const std::filesystem::path& file, const DatabaseKind& kind,
                                       std::chrono::milliseconds lock_wait_max);

  /// Runs statements that return nothing of interest. `doing` completes "cannot …" in the error.
  base::Status run(const std::string& sql, std::string_view doing);
  /// The first column of the first row; 0 without rows.
  base::Result<std::int64_t> integer(const std::string& sql, std::string_view doing);
  base::Result<Statement> prepare(std::string_view sql);

  /// Keeps the write-ahead log's file, with its size, when the last connection closes.
  void keep_log();
  /// Writes zeros behind the log's end until it is `bytes` long. A commit then overwrites blocks
  /// the file has already; one that makes the file longer has to make the file's new length durable
  /// too, which takes several times as long. Requires an open write transaction, so that nobody
  /// else adds to the log. Does nothing when the disk has no room: the log then grows as it is
  /// written.
  void lay_out_log(std::int64_t bytes);

  /// Rows changed by the last INSERT or UPDATE.
  std::int64_t changes() const;
  /// The error for the last failure on this connection.
  base::Error error(int code, std::string_view doing) const;
  /// The error for pages that are damaged; `what` is SQLite's finding.
  base::Error damaged(std::string_view doing, std::string_view what) const;
  const std::string& file() const { return file_.path; }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  Connection(std::unique_ptr<sqlite3, Closer> handle, DatabaseFile file);

  std::unique_ptr<sqlite3, Closer> handle_;
  DatabaseFile file_;
};

/// A prepared statement, for one use after another: bind in order, step, read columns, reset.
class Statement {
 public:
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(std::optional<double> value);  ///< None and NaN become NULL.
  Statement& bind_null();

  /// True while there is a row. `doing` completes "cannot …" in the error.
  base::Result<bool> step(std::string_view doing);
  /// Steps a statement without rows to its end and resets it.
  base::Status run(std::string_view doing);
  /// Why the last step failed.
  Refusal refusal() const { return refusal_; }

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::optional<double> real(int column) const;  ///< None for NULL.
  bool is_null(int column) const;

  /// Ends the use: gives the read lock back, so that the log can be checkpointed, and the values.
  void reset();

 private:
  friend class Connection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(std::unique_ptr<sqlite3_stmt, Finalizer> statement, DatabaseFile file);

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  DatabaseFile file_;
  int bound_ = 0;
  Refusal refusal_ = Refusal::None;
};

}  // namespace assay::store
