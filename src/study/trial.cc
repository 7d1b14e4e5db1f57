#include "study/trial.h"

#include <fmt/core.h>

#include "base/text.h"
#include "study/dialogue.h"
#include "study/prompt.h"

namespace assay::study {
namespace {

using base::Json;

constexpr std::size_t kReplyBytesKept = std::size_t{64} << 10U;
constexpr std::size_t kModelCharactersKept = 200;

store::TrialRow empty_row(const base::Context& context, const Plan& plan, std::int64_t ordinal) {
  const ScheduledTrial& trial = plan.schedule[static_cast<std::size_t>(ordinal)];
  const Cell& cell = plan.cells[trial.cell];
  store::TrialRow row;
  row.ordinal = ordinal;
  row.model = plan.models[cell.model].name;
  row.cell = cell.id;
  row.canary = plan.canaries[trial.canary].id;
  row.repeat = trial.repeat;
  row.seed = trial.seed;
  row.started_unix_ms = context.clock.wall_unix_ms();
  return row;
}

void set_outcome(store::TrialRow& row, const Outcome& outcome) {
  row.outcome = std::string(name_of(outcome.kind));
  row.outcome_class = outcome.outcome_class;
  row.score = outcome.score;
}

/// `asked_model` is empty when the request names none.
Json detail_of(const endpoint::ChatReply& reply, const Outcome& outcome,
               const std::string& asked_model) {
  Json detail = {{"reason", outcome.reason}};
  if (!asked_model.empty() && !reply.model.empty() && reply.model != asked_model) {
    detail["served_model"] = base::ellipsize(reply.model, kModelCharactersKept);
  }
  if (!reply.tool_calls.empty()) {
    for (const endpoint::ToolCall& call : reply.tool_calls) {
      detail["tool_calls"].push_back({{"name", call.name}, {"arguments", call.arguments}});
    }
  }
  if (!reply.reasoning.empty()) detail["reasoning_bytes"] = reply.reasoning.size();
  if (reply.usage.reasoning_tokens >= 0) detail["reasoning_tokens"] = reply.usage.reasoning_tokens;
  if (reply.server.prompt_ms >= 0) {
    detail["server"] = {{"prompt_ms", reply.server.prompt_ms},
                        {"predicted_ms", reply.server.predicted_ms}};
  }
  if (reply.failure) {
    detail["http_status"] = reply.failure->http_status;
    if (!reply.failure->body.empty()) detail["body"] = reply.failure->body;
  }
  return detail;
}

Outcome out_of_turns(const Dialogue& dialogue) {
  return {OutcomeKind::Limit, "turns", std::nullopt,
          fmt::format("out of turns: {} of the {} that the case takes", dialogue.replies.size(),
                      dialogue.turns_wanted)};
}

}  // namespace

endpoint::ChatRequest trial_request(const Cell& cell, const task::Case& canary, std::int64_t seed) {
  endpoint::ChatRequest request;
  request.messages = opening_messages(cell, canary);
  request.tools = canary.tools;
  request.settings = cell.request;
  // Without tools, servers refuse a choice among them.
  if (canary.tools.is_null()) {
    request.settings.erase("tool_choice");
    request.settings.erase("parallel_tool_calls");
  }
  request.settings["seed"] = seed;
  return request;
}

TrialResult run_trial(const base::Context& context, net::Runtime& runtime, const Plan& plan,
                      std::int64_t ordinal, endpoint::Client& client, double timeout_s,
                      const LossBehind& loss_behind) {
  const base::MonotonicTime started = context.clock.now();
  const ScheduledTrial& trial = plan.schedule[static_cast<std::size_t>(ordinal)];
  const task::Case& canary = plan.canaries[trial.canary];
  TrialResult result;
  result.row = empty_row(context, plan, ordinal);
  endpoint::ChatOptions options;
  options.timeout =
      std::chrono::duration_cast<base::Nanoseconds>(std::chrono::duration<double>(timeout_s));
  const Cell& cell = plan.cells[trial.cell];
  Dialogue dialogue;
  if (canary.follow_ups.empty()) {
    result.reply = runtime.run(client.chat(trial_request(cell, canary, trial.seed), options));
  } else {
    dialogue =
        hold_dialogue(context.clock, runtime, client, cell, canary, trial.seed, options.timeout);
    result.reply = dialogue.as_one();
  }
  const endpoint::ChatReply& reply = result.reply;
  result.interrupted =
      reply.failure && reply.failure->failure == endpoint::FailureClass::Interrupted;
  const Outcome outcome =
      !dialogue.replies.empty() && dialogue.out_of_turns()
          ? out_of_turns(dialogue)
          : classify(canary, reply, reply.failure ? loss_behind(*reply.failure) : std::nullopt);
  store::TrialRow& row = result.row;
  set_outcome(row, outcome);
  row.finish_reason = reply.finish_reason;
  row.prompt_tokens = reply.usage.prompt_tokens;
  row.completion_tokens = reply.usage.completion_tokens;
  row.ttft_ms = reply.times.ttft_ms;
  row.total_ms = reply.times.total_ms;
  row.tokens_per_s =
      dialogue.replies.empty() ? decode_rate({reply}) : decode_rate(dialogue.replies);
  row.attempts = reply.attempts;
  row.reply = reply.text.substr(0, kReplyBytesKept);
  Json detail = detail_of(reply, outcome, client.address().model);
  if (!dialogue.replies.empty()) detail["turns"] = dialogue.to_json();
  row.detail = base::dump_json(detail);
  row.wall_ms = base::to_ms(context.clock.now() - started);
  return result;
}

store::TrialRow untried_row(const base::Context& context, const Plan& plan, std::int64_t ordinal,
                            OutcomeKind kind, std::string_view outcome_class,
                            std::string_view reason) {
  store::TrialRow row = empty_row(context, plan, ordinal);
  set_outcome(row, {kind, std::string(outcome_class), std::nullopt, std::string(reason)});
  row.attempts = 0;
  row.detail = base::dump_json({{"reason", reason}});
  return row;
}

}  // namespace assay::study
