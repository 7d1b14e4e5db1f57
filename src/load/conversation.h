// What a load test says: the conversations of its requests, made before the run. Most have one
// turn. Called when a run is planned.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "load/scenario.h"
#include "load/synthetic_prompt.h"
#include "load/trace.h"

namespace assay::load {

struct Conversation {
  base::Json opening = base::Json::array();  ///< Messages before the first turn's.
  std::vector<std::string> turns;  ///< What the user says; empty: `opening` is the one request.
  std::int64_t output_tokens = 0;  ///< max_tokens of each turn; 0: not sent.
  base::Json settings = base::Json::object();  ///< The whole body's, the scenario's among them.

  std::size_t requests() const { return turns.empty() ? 1 : turns.size(); }
};

/// How many different conversations a run of `planned` has: all of a file or of fixed prompts, and
/// of synthetic ones as many as are held, at most `distinct` where that is set and kDistinctMost.
/// `planned` 0 stands for a closed loop, which cannot know: 1,000.
std::size_t distinct_conversations(const Work& work, std::size_t planned);

/// Same scenario, trace and tokenizer, same conversations. `trace` is empty unless a trace is
/// replayed; conversation k is then that of its request k. `count_tokens` is called for synthetic
/// prompts only. BadInput names the line of a case file.
base::Result<std::vector<Conversation>> make_conversations(const Scenario& scenario,
                                                           std::span<const TraceRequest> trace,
                                                           std::size_t planned,
                                                           const CountTokens& count_tokens,
                                                           const OnPrompt& on_prompt = {});

/// The messages of turn number `turn`, from 0, when the model answered the turns before it with
/// `replies`; requires turn < requests() and a reply for every turn before.
base::Json messages_of(const Conversation& conversation, std::size_t turn,
                       std::span<const std::string> replies);

/// What each request's body has besides messages: the conversation's settings, max_tokens and
/// ignore_eos.
base::Json settings_of(const Conversation& conversation, const Work& work);

}  // namespace assay::load
