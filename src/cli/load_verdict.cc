#include "cli/load_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace assay::cli {
namespace {

/// The expressions with that outcome, over all targets.
std::vector<std::string> thresholds_with(const load::LoadReport& report, load::Outcome outcome) {
  std::vector<std::string> expressions;
  for (const load::TargetReport& target : report.targets) {
    for (const load::JudgedThreshold& one : target.thresholds) {
      if (one.outcome == outcome) expressions.push_back(one.threshold.expression);
    }
  }
  return expressions;
}

base::Error error_of(base::ErrorKind kind, const load::TargetReport& target, std::string hint) {
  return {kind, fmt::format("{}: {}", name_of(target.verdict), fmt::join(target.reasons, "; ")),
          std::move(hint), target.target.name};
}

std::vector<std::string> figures_with(const load::LoadComparison& comparison, load::Change change) {
  std::vector<std::string> names;
  for (const load::ComparedFigure& figure : comparison.figures) {
    if (figure.change == change) names.push_back(figure.name);
  }
  return names;
}

}  // namespace

base::Status status_of(const load::LoadReport& report) {
  for (const load::Verdict verdict : {load::Verdict::ServerFailed, load::Verdict::ClientLimited}) {
    for (const load::TargetReport& target : report.targets) {
      if (target.verdict != verdict) continue;
      return verdict == load::Verdict::ServerFailed
                 ? error_of(base::ErrorKind::ServerFailed, target,
                            "look at the failures above and at the server's log")
                 : error_of(base::ErrorKind::ClientLimited, target,
                            "lower the rate, give the client a core of its own or more [client] "
                            "threads; [client] lag_budget_ms says how much lag you accept");
    }
  }
  if (const auto missed = thresholds_with(report, load::Outcome::Missed); !missed.empty()) {
    return base::Error{base::ErrorKind::GateFailed,
                       fmt::format("missed: {}", fmt::join(missed, ", ")), "", ""};
  }
  if (const auto open = thresholds_with(report, load::Outcome::Inconclusive); !open.empty()) {
    return base::Error{base::ErrorKind::Inconclusive,
                       fmt::format("this run cannot tell: {}", fmt::join(open, ", ")),
                       "run longer: an interval has to lie on one side of its bound", ""};
  }
  return base::Done{};
}

base::Status status_of(const load::LoadComparison& comparison) {
  if (comparison.overall == load::Change::Worse) {
    return base::Error{
        base::ErrorKind::GateFailed,
        fmt::format("worse: {}", fmt::join(figures_with(comparison, load::Change::Worse), ", ")),
        "", ""};
  }
  if (comparison.overall == load::Change::Inconclusive) {
    return base::Error{
        base::ErrorKind::Inconclusive,
        fmt::format("these runs cannot tell: {}",
                    fmt::join(figures_with(comparison, load::Change::Inconclusive), ", ")),
        "run both longer, or allow a larger --margin", ""};
  }
  return base::Done{};
}

}  // namespace assay::cli
