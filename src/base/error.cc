#include "base/error.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace assay::base {
namespace {

constexpr std::array kRows{
    ErrorKindRow{ErrorKind::Internal, "internal", 1, 500,
                 "A defect of assay; the message asks for a report."},
    ErrorKindRow{ErrorKind::Usage, "usage", 2, 400,
                 "The command line was wrong: unknown option, missing argument."},
    ErrorKindRow{ErrorKind::BadInput, "bad_input", 3, 422,
                 "A file or value is malformed, missing or out of range."},
    ErrorKindRow{ErrorKind::Unreachable, "unreachable", 4, 502,
                 "An endpoint did not answer, or a guest server never became healthy."},
    ErrorKindRow{ErrorKind::SmokeFailed, "smoke_failed", 5, 424,
                 "The smoke run failed, so no trial was started."},
    ErrorKindRow{ErrorKind::BudgetRefused, "budget_refused", 6, 402,
                 "The envelope exceeds the budget, or was not accepted."},
    ErrorKindRow{ErrorKind::System, "system", 7, 507,
                 "The machine refused: disk full, permission denied, port in use."},
    ErrorKindRow{ErrorKind::OutOfMemory, "out_of_memory", 8, 507,
                 "A model needs more memory than there is, or than it may have."},
    ErrorKindRow{ErrorKind::DoesNotHold, "does_not_hold", 9, 409,
                 "`verify`: the card has a value that its journal does not give."},
    ErrorKindRow{ErrorKind::Stale, "stale", 10, 409,
                 "`verify`: every value holds, but model, engine, machine or task changed since."},
    ErrorKindRow{
        ErrorKind::GateFailed, "gate_failed", 11, 412,
        "A condition given by `--fail-on` was met, a threshold of a load run missed, or a load run "
        "is worse than the other; the results were printed all the same."},
    ErrorKindRow{
        ErrorKind::Inconclusive, "inconclusive", 12, 409,
        "`load`: the sample cannot tell whether a threshold is met, or which run is worse."},
    ErrorKindRow{ErrorKind::ClientLimited, "client_limited", 13, 503,
                 "`load`: this program's own delays exceed their budget; the figures are not the "
                 "server's."},
    ErrorKindRow{
        ErrorKind::ServerFailed, "server_failed", 14, 502,
        "`load`: the server answered less than half of the requests, or stopped answering."},
    ErrorKindRow{ErrorKind::Interrupted, "interrupted", 130, 499,
                 "Ctrl-C or a termination signal; everything journaled is kept."},
};

std::string_view hint_for_errno(int value) {
  switch (value) {
    case ENOSPC:
    case EDQUOT:
      return "free some disk space, or point --home at another disk; what was journaled is kept";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check the owner and permissions, or choose another place with --home";
    case EADDRINUSE:
      return "another program holds that port; choose another one, or 0 for any free port";
    case ENOENT:
      return "check the path";
    default:
      return "";
  }
}

}  // namespace

std::string Error::to_string() const {
  std::string text = context.empty() ? message : fmt::format("{}: {}", context, message);
  if (!hint.empty()) text += fmt::format("\nhint: {}", hint);
  return text;
}

Error Error::in(std::string_view where) && {
  context = context.empty() ? std::string(where) : fmt::format("{}: {}", where, context);
  return std::move(*this);
}

const ErrorKindRow* ErrorKindTable::begin() const { return kRows.data(); }
const ErrorKindRow* ErrorKindTable::end() const { return kRows.data() + kRows.size(); }

const ErrorKindRow& row_of(ErrorKind kind) {
  for (const ErrorKindRow& row : kRows) {
    if (row.kind == kind) return row;
  }
  ASSAY_UNREACHABLE("an error kind without a row");
}

Error usage_error(std::string message, std::string hint) {
  return {ErrorKind::Usage, std::move(message), std::move(hint), ""};
}
Error bad_input(std::string message, std::string hint, std::string context) {
  return {ErrorKind::BadInput, std::move(message), std::move(hint), std::move(context)};
}
Error unreachable(std::string message, std::string hint, std::string context) {
  return {ErrorKind::Unreachable, std::move(message), std::move(hint), std::move(context)};
}
Error system_error(std::string message, std::string hint, std::string context) {
  return {ErrorKind::System, std::move(message), std::move(hint), std::move(context)};
}
Error out_of_memory_error(std::string message, std::string hint, std::string context) {
  return {ErrorKind::OutOfMemory, std::move(message), std::move(hint), std::move(context)};
}
Error internal_error(std::string message, std::string context) {
  return {ErrorKind::Internal, std::move(message),
          "this is a defect of assay; please report it with the command you ran",
          std::move(context)};
}

Error errno_error(int errno_value, std::string_view doing, std::string context) {
  return {errno_value == ENOENT ? ErrorKind::BadInput : ErrorKind::System,
          fmt::format("cannot {}: {}", doing, std::strerror(errno_value)),
          std::string(hint_for_errno(errno_value)), std::move(context)};
}

}  // namespace assay::base
