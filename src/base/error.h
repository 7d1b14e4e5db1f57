// What went wrong, in a form a person can act on. Every room returns these; `cli` turns the kind
// into the exit code and the message into the last lines on stderr.
#pragma once

#include <string>
#include <string_view>

namespace assay::base {

/// What sort of failure this is. The one table in error.cc gives each its name, exit code and HTTP
/// status; docs/reference/exit-codes.md is generated from that table.
enum class ErrorKind {
  Usage,          ///< The command line was wrong.
  BadInput,       ///< A file or value the user wrote is malformed, missing or out of range.
  Unreachable,    ///< An endpoint or guest could not be reached or never became healthy.
  SmokeFailed,    ///< The smoke run failed, so the study was not started.
  BudgetRefused,  ///< The envelope exceeds the budget, or it was not accepted.
  Interrupted,    ///< Ctrl-C or a termination signal; what was journaled is kept.
  System,         ///< The machine refused: disk full, permission, port in use.
  OutOfMemory,    ///< A model needs more memory than there is, or than it may have.
  DoesNotHold,    ///< A card says something that the journal does not.
  Stale,          ///< A card holds, but what it was measured on has changed.
  GateFailed,     ///< A condition of --fail-on was met, a threshold missed, or a run regressed.
  Inconclusive,   ///< The sample cannot tell whether a threshold is met or a run regressed.
  ClientLimited,  ///< A load run measured this program instead of the server.
  ServerFailed,   ///< The server of a load run did not answer, or stopped answering.
  Internal,       ///< A defect of assay.
};

/// One expected failure. `message` says what was expected, what was found and where; `hint` says
/// what to do next and may be empty; neither ends in a newline.
struct Error {
  ErrorKind kind = ErrorKind::Internal;
  std::string message;
  std::string hint;
  std::string context;  ///< File and line, URL or command the message is about; may be empty.

  /// "context: message" on one line and "hint: …" on a second when there is a hint.
  std::string to_string() const;

  /// The same error with `where` put in front of its context, innermost last ("a.toml: [study]").
  Error in(std::string_view where) &&;
};

struct ErrorKindRow {
  ErrorKind kind;
  std::string_view name;     ///< snake_case, as in JSON.
  int exit_code;             ///< 1..255.
  int http_status;           ///< What the page server answers.
  std::string_view meaning;  ///< One sentence for the reference.
};

/// Every kind, in exit-code order. Exit code 0, success, is not in it.
struct ErrorKindTable {
  const ErrorKindRow* begin() const;
  const ErrorKindRow* end() const;
};

const ErrorKindRow& row_of(ErrorKind kind);

Error usage_error(std::string message, std::string hint = "");
Error bad_input(std::string message, std::string hint = "", std::string context = "");
Error unreachable(std::string message, std::string hint = "", std::string context = "");
Error system_error(std::string message, std::string hint = "", std::string context = "");
Error out_of_memory_error(std::string message, std::string hint = "", std::string context = "");
Error internal_error(std::string message, std::string context = "");

/// A system error from an errno value: "cannot <doing>: No space left on device", with a hint for
/// the values a person can mend (full disk, permission, address in use).
Error errno_error(int errno_value, std::string_view doing, std::string context = "");

}  // namespace assay::base
