#include "study/dialogue.h"

#include <fmt/core.h>

#include <algorithm>

#include "study/prompt.h"
#include "study/trial.h"

namespace assay::study {
namespace {

using base::Json;

constexpr std::size_t kTurnBytesKept = std::size_t{8} << 10U;

/// -1 is unknown, and so is a sum with an unknown part.
template <typename Number>
void add_known(Number& sum, Number part) {
  sum = sum < 0 || part < 0 ? Number{-1} : sum + part;
}

endpoint::ChatReply out_of_time(base::Nanoseconds timeout) {
  endpoint::ChatReply reply;
  reply.failure =
      endpoint::ChatFailure{endpoint::FailureClass::Deadline, 0,
                            fmt::format("the conversation took longer than the trial's {:.1f} s",
                                        base::to_seconds(timeout)),
                            ""};
  return reply;
}

Json turn_json(const endpoint::ChatReply& reply) {
  Json json = {{"reply", reply.text.substr(0, kTurnBytesKept)},
               {"finish_reason", reply.finish_reason},
               {"prompt_tokens", reply.usage.prompt_tokens},
               {"completion_tokens", reply.usage.completion_tokens},
               {"ttft_ms", reply.times.ttft_ms},
               {"total_ms", reply.times.total_ms}};
  for (const endpoint::ToolCall& call : reply.tool_calls) {
    json["tool_calls"].push_back({{"name", call.name}, {"arguments", call.arguments}});
  }
  if (!reply.reasoning.empty()) json["reasoning_bytes"] = reply.reasoning.size();
  return json;
}

}  // namespace

std::int64_t turns_of(const Cell& cell, const task::Case& canary) {
  const auto wanted = static_cast<std::int64_t>(canary.follow_ups.size()) + 1;
  return cell.turns > 0 ? std::min(cell.turns, wanted) : wanted;
}

bool Dialogue::out_of_turns() const {
  return !replies.back().failure && static_cast<std::int64_t>(replies.size()) < turns_wanted;
}

endpoint::ChatReply Dialogue::as_one() const {
  endpoint::ChatReply one = replies.back();
  one.times = replies.front().times;
  one.times.token_ms.clear();
  one.usage = replies.front().usage;
  one.server = replies.front().server;
  one.attempts = replies.front().attempts;
  for (std::size_t i = 1; i < replies.size(); ++i) {
    const endpoint::ChatReply& reply = replies[i];
    add_known(one.times.total_ms, reply.times.total_ms);
    one.times.attempts_ms += reply.times.attempts_ms;
    add_known(one.usage.prompt_tokens, reply.usage.prompt_tokens);
    add_known(one.usage.completion_tokens, reply.usage.completion_tokens);
    add_known(one.usage.reasoning_tokens, reply.usage.reasoning_tokens);
    add_known(one.usage.cached_tokens, reply.usage.cached_tokens);
    add_known(one.server.prompt_ms, reply.server.prompt_ms);
    add_known(one.server.predicted_ms, reply.server.predicted_ms);
    add_known(one.server.prompt_tokens, reply.server.prompt_tokens);
    add_known(one.server.predicted_tokens, reply.server.predicted_tokens);
    one.attempts += reply.attempts;
  }
  return one;
}

Json Dialogue::to_json() const {
  Json turns = Json::array();
  for (const endpoint::ChatReply& reply : replies) turns.push_back(turn_json(reply));
  return turns;
}

Dialogue hold_dialogue(const base::Clock& clock, net::Runtime& runtime, endpoint::Client& client,
                       const Cell& cell, const task::Case& canary, std::int64_t seed,
                       base::Nanoseconds timeout) {
  const base::MonotonicTime deadline = clock.now() + timeout;
  const auto turns = static_cast<std::size_t>(turns_of(cell, canary));
  Dialogue dialogue;
  dialogue.turns_wanted = static_cast<std::int64_t>(canary.follow_ups.size()) + 1;
  endpoint::ChatRequest request = trial_request(cell, canary, seed);
  for (std::size_t turn = 0; turn < turns; ++turn) {
    if (turn > 0) {
      append_turn(cell, dialogue.replies.back(), canary.follow_ups[turn - 1], request.messages);
    }
    endpoint::ChatOptions options;
    options.timeout = deadline - clock.now();
    if (options.timeout <= base::Nanoseconds::zero()) {
      dialogue.replies.push_back(out_of_time(timeout));
      break;
    }
    dialogue.replies.push_back(runtime.run(client.chat(request, options)));
    if (dialogue.replies.back().failure) break;
  }
  return dialogue;
}

double decode_rate(const std::vector<endpoint::ChatReply>& replies) {
  double tokens = 0;
  double spent_ms = 0;
  for (const endpoint::ChatReply& reply : replies) {
    const double after_first_ms = reply.times.total_ms - reply.times.ttft_ms;
    if (reply.server.predicted_ms > 0 && reply.server.predicted_tokens > 1) {
      tokens += static_cast<double>(reply.server.predicted_tokens);
      spent_ms += reply.server.predicted_ms;
    } else if (reply.usage.completion_tokens > 1 && reply.times.ttft_ms >= 0 &&
               after_first_ms > 0) {
      tokens += static_cast<double>(reply.usage.completion_tokens - 1);
      spent_ms += after_first_ms;
    }
  }
  return spent_ms > 0 ? tokens / spent_ms * 1000.0 : -1;
}

}  // namespace assay::study
