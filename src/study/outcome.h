// What a trial ended in: exactly one outcome, by one rule.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "endpoint/chat.h"
#include "endpoint/guest.h"
#include "task/case.h"

namespace assay::study {

enum class OutcomeKind {
  Scored,          ///< The scorer judged an answer that ended by itself, or was right though cut.
  ModelFailure,    ///< The model or its server refused the request: rejected, …
  Limit,           ///< A budget ended it: tokens, time, context. Not an incapacity.
  ScorerFailure,   ///< The scorer could not judge; says nothing about the model.
  Infrastructure,  ///< The machinery failed: out_of_memory, unreachable, cut_stream, …
  Skipped,         ///< Never tried.
};

/// As in the journal: "scored", "model_failure", "limit", …
std::string_view name_of(OutcomeKind kind);

struct Outcome {
  OutcomeKind kind = OutcomeKind::Skipped;
  std::string outcome_class;    ///< Empty when scored.
  std::optional<double> score;  ///< 0..1 when scored, else none.
  std::string reason;           ///< One line.
};

/// Of a guest that was lost: out_of_memory, guest_hung, guest_lost.
Outcome outcome_of(const endpoint::GuestLoss& loss);

/// Classifies a reply to `canary`. `loss` is what became of the guest meanwhile, when it was lost.
Outcome classify(const task::Case& canary, const endpoint::ChatReply& reply,
                 const std::optional<endpoint::GuestLoss>& loss);

}  // namespace assay::study
