// A trial of several turns: each reply is put into the conversation before the next question is
// asked; the last reply is the one that is scored. Called by run_trial for cases with `follow_ups`,
// on the runtime's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "endpoint/client.h"
#include "net/runtime.h"
#include "study/plan.h"
#include "task/case.h"

namespace assay::study {

/// Replies that a case takes in a cell: one, and one for each follow-up, at most the cell's turns.
std::int64_t turns_of(const Cell& cell, const task::Case& canary);

/// What came of a conversation.
struct Dialogue {
  /// Every turn that was asked, in order; only the last may have failed. Never empty.
  std::vector<endpoint::ChatReply> replies;
  std::int64_t turns_wanted = 1;  ///< By the case, whatever the cell allows.

  /// Whether the cell's turns ended it before the case did.
  bool out_of_turns() const;

  /// The last reply as one trial's: tokens, times and attempts of all turns added up (-1 where some
  /// turn's is unknown), the time to the first token that of the first turn, and no arrival times
  /// of single tokens.
  endpoint::ChatReply as_one() const;

  /// For the journal: each turn's reply (cut to 8 KiB), finish_reason, tokens and times.
  base::Json to_json() const;
};

/// Asks turn after turn, with one seed, until the case or the cell's turns end or a request fails.
/// `timeout` bounds all turns together; when it runs out between two of them, the last reply is a
/// Deadline failure.
Dialogue hold_dialogue(const base::Clock& clock, net::Runtime& runtime, endpoint::Client& client,
                       const Cell& cell, const task::Case& canary, std::int64_t seed,
                       base::Nanoseconds timeout);

/// Tokens after each reply's first, over the time after it, over all replies; by the server's own
/// account when it gives one. Tokens a second, -1 when nothing was measured. Example: replies of 11
/// tokens in 1.1 s and 21 in 2.1 s, each with its first token at 0.1 s: (10 + 20) / (1 + 2) = 10.
double decode_rate(const std::vector<endpoint::ChatReply>& replies);

}  // namespace assay::study
