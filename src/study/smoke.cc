#include "study/smoke.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "study/dialogue.h"

namespace assay::study {
namespace {

using base::Json;
using base::Result;

/// Enough to average out the first request's warm-up, few enough to be quick.
constexpr std::size_t kCanariesAsked = 4;
constexpr double kTimeoutLeast_s = 30;
constexpr double kTimeoutFactor = 10;
/// A first request may have to load the model behind an endpoint.
constexpr auto kFirstTimeout = std::chrono::minutes(5);

/// The first case of as many kinds as asked for, one with tools among them when there is any.
std::vector<const task::Case*> choose(const Plan& plan) {
  std::vector<const task::Case*> chosen;
  const auto with_tools =
      std::find_if(plan.canaries.begin(), plan.canaries.end(),
                   [](const task::Case& canary) { return !canary.tools.is_null(); });
  for (const task::Case& canary : plan.canaries) {
    if (chosen.size() == kCanariesAsked) break;
    const bool new_kind = std::none_of(chosen.begin(), chosen.end(), [&](const task::Case* other) {
      return other->kind() == canary.kind();
    });
    if (canary.tools.is_null() && new_kind) chosen.push_back(&canary);
  }
  if (with_tools != plan.canaries.end()) chosen.push_back(&*with_tools);
  return chosen;
}

base::Error failed(const ModelSpec& model, const task::Case& canary,
                   const endpoint::ChatFailure& failure,
                   const std::optional<endpoint::GuestLoss>& loss) {
  if (failure.failure == endpoint::FailureClass::Interrupted) {
    return {base::ErrorKind::Interrupted, "interrupted during the smoke run", "", ""};
  }
  if (loss) {
    return {base::ErrorKind::SmokeFailed,
            fmt::format("the server of `{}` ended in the smoke run: {}", model.name, loss->message),
            loss->out_of_memory
                ? "a smaller context, a quantized KV cache or a smaller quantization "
                  "needs less; memory_limit_bytes of [[model]] sets the limit"
                : "see the guest's log in the study's folder under --home",
            ""};
  }
  const bool gone = failure.failure == endpoint::FailureClass::Unreachable;
  return {gone ? base::ErrorKind::Unreachable : base::ErrorKind::SmokeFailed,
          fmt::format("the smoke run of `{}` failed on canary {} ({}): {}", model.name, canary.id,
                      endpoint::name_of(failure.failure), failure.message),
          model.is_guest() ? "see the guest's log in the study's folder under --home"
                           : fmt::format("check that {} runs, serves `{}` and accepts the key",
                                         model.url, model.model),
          ""};
}

}  // namespace

Json SmokeResult::to_json() const {
  return {{"ok", true},     {"tokens_per_s", tokens_per_s}, {"trial_s_mean", trial_s_mean},
          {"asked", asked}, {"tools_asked", tools_asked},   {"tool_called", tool_called}};
}

Result<SmokeResult> smoke(const base::Context& context, net::Runtime& runtime, const Plan& plan,
                          const Cell& baseline, Target& target) {
  ASSAY_TRY_DONE(target.prepare(baseline));
  SmokeResult result;
  result.model = plan.models[baseline.model].name;
  double tokens = 0;
  double decoding_s = 0;
  double total_s = 0;
  for (const task::Case* canary : choose(plan)) {
    const base::MonotonicTime started = context.clock.now();
    const Dialogue dialogue =
        hold_dialogue(context.clock, runtime, target.client(), baseline, *canary, 1, kFirstTimeout);
    const endpoint::ChatReply& reply = dialogue.replies.back();
    if (reply.failure && reply.failure->failure == endpoint::FailureClass::ContextOverflow) {
      // A limit of the cell, which the trials will report; the model itself did answer.
      ++result.overflowed;
      continue;
    }
    if (reply.failure) {
      const auto loss = target.loss_behind(*reply.failure);
      return failed(plan.models[baseline.model], *canary, *reply.failure, loss);
    }
    total_s += base::to_seconds(context.clock.now() - started);
    ++result.asked;
    if (!canary->tools.is_null()) {
      result.tools_asked = true;
      result.tool_called =
          std::any_of(dialogue.replies.begin(), dialogue.replies.end(),
                      [](const endpoint::ChatReply& turn) { return !turn.tool_calls.empty(); });
    }
    for (const endpoint::ChatReply& turn : dialogue.replies) {
      const double after_first_ms = turn.times.total_ms - turn.times.ttft_ms;
      if (turn.usage.completion_tokens > 1 && turn.times.ttft_ms >= 0 && after_first_ms > 0) {
        tokens += static_cast<double>(turn.usage.completion_tokens - 1);
        decoding_s += after_first_ms / 1000.0;
      }
    }
  }
  if (result.asked == 0) {
    return base::Error{base::ErrorKind::SmokeFailed,
                       fmt::format("none of the {} canaries asked of `{}` fits its context",
                                   result.overflowed, result.model),
                       "raise `context` in [baseline], or take shorter cases", ""};
  }
  if (decoding_s > 0) result.tokens_per_s = tokens / decoding_s;
  result.trial_s_mean = total_s / static_cast<double>(result.asked);
  return result;
}

double trial_timeout_s(const Plan& plan, const Cell& cell, const SmokeResult& smoke) {
  if (plan.spec.timeout_s) return *plan.spec.timeout_s;
  double longest_s = smoke.trial_s_mean;
  const auto most = base::integer_member(cell.request, "max_tokens");
  std::int64_t turns = 1;
  for (const task::Case& canary : plan.canaries) turns = std::max(turns, turns_of(cell, canary));
  if (smoke.tokens_per_s > 0) {
    longest_s += static_cast<double>(most.value_or(4096)) / smoke.tokens_per_s;
  }
  return std::max(kTimeoutLeast_s, kTimeoutFactor * longest_s * static_cast<double>(turns));
}

}  // namespace assay::study
