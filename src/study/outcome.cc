#include "study/outcome.h"

#include <fmt/core.h>

#include "base/check.h"
#include "task/scorer.h"

namespace assay::study {
namespace {

using endpoint::FailureClass;

std::string class_of(const endpoint::GuestLoss& loss) {
  if (loss.out_of_memory) return "out_of_memory";
  return loss.hung ? "guest_hung" : "guest_lost";
}

Outcome of_failure(const endpoint::ChatFailure& failure) {
  const std::string name(endpoint::name_of(failure.failure));
  switch (failure.failure) {
    case FailureClass::Deadline:
      return {OutcomeKind::Limit, "time", std::nullopt, failure.message};
    case FailureClass::ContextOverflow:
      return {OutcomeKind::Limit, "context", std::nullopt, failure.message};
    case FailureClass::Rejected:
      return {OutcomeKind::ModelFailure, name, std::nullopt, failure.message};
    case FailureClass::Interrupted:
      return {OutcomeKind::Skipped, name, std::nullopt, failure.message};
    case FailureClass::Unreachable:
    case FailureClass::CutStream:
    case FailureClass::Malformed:
    case FailureClass::RateLimited:
    case FailureClass::ServerError:
    case FailureClass::Unauthorized:
    case FailureClass::NotFound:
      return {OutcomeKind::Infrastructure, name, std::nullopt, failure.message};
  }
  ASSAY_UNREACHABLE("every failure class has an outcome");
}

}  // namespace

std::string_view name_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::Scored:
      return "scored";
    case OutcomeKind::ModelFailure:
      return "model_failure";
    case OutcomeKind::Limit:
      return "limit";
    case OutcomeKind::ScorerFailure:
      return "scorer_failure";
    case OutcomeKind::Infrastructure:
      return "infrastructure";
    case OutcomeKind::Skipped:
      return "skipped";
  }
  ASSAY_UNREACHABLE("every outcome has a name");
}

Outcome outcome_of(const endpoint::GuestLoss& loss) {
  return {OutcomeKind::Infrastructure, class_of(loss), std::nullopt, loss.message};
}

Outcome classify(const task::Case& canary, const endpoint::ChatReply& reply,
                 const std::optional<endpoint::GuestLoss>& loss) {
  if (loss && reply.failure) return outcome_of(*loss);
  if (reply.failure) return of_failure(*reply.failure);
  task::Reply answer{reply.text, {}};
  for (const endpoint::ToolCall& call : reply.tool_calls) {
    answer.tool_calls.push_back({call.name, call.arguments});
  }
  auto scored = task::score(canary, answer);
  if (!scored.has_value()) {
    return {OutcomeKind::ScorerFailure, "scorer", std::nullopt, scored.error().message};
  }
  // An answer can be complete and right with no room left for its end mark.
  if (reply.finish_reason == "length" && scored->value < 1.0) {
    return {OutcomeKind::Limit, "tokens", std::nullopt,
            fmt::format("cut at {} tokens; {}", reply.usage.completion_tokens, scored->reason)};
  }
  return {OutcomeKind::Scored, "", scored->value, scored->reason};
}

}  // namespace assay::study
