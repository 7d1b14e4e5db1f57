#include "study/arms.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "study/dialogue.h"
#include "study/probes.h"
#include "study/trial.h"

namespace assay::study {
namespace {

using base::Done;
using base::Json;
using base::Result;
using base::Status;

/// After so many canaries on which the baseline runs out of time, the rest is not asked.
constexpr int kTimedOutMost = 2;
/// Of the canaries that could show a setting, this share must have been answered before the setting
/// is called void.
constexpr double kAnsweredLeast = 0.5;
/// What llama-server tells of its prompt cache: repeats do not give it alike, so that only the
/// second of two asks is compared, and only where the cache is what a cell moves.
constexpr std::string_view kCached = "cached_tokens";
constexpr std::string_view kComputed = "computed_tokens";
/// Tokens whose probabilities are compared; llama-server's own field, harmless to others.
constexpr int kLikeliest = 5;
constexpr std::int64_t kProbeSeed = 1;
/// An answer of exactly this many tokens shows that max_tokens is obeyed.
constexpr std::int64_t kForcedTokensMost = 512;

/// What the request alone decides, whatever an endpoint that does not repeat itself answers.
constexpr std::array<std::string_view, 3> kOfTheRequest{"replies", "prompt_tokens", "failure"};

/// The name of a member that differs; empty when all are equal. Where `again` differs from `first`,
/// the same request gives different replies by itself, so that member shows nothing.
std::string changed_member(const Json& first, const Json& again, const Json& own, bool repeats) {
  for (const auto& [name, value] : first.items()) {
    if (name == kCached || name == kComputed) continue;
    const bool of_the_request =
        std::find(kOfTheRequest.begin(), kOfTheRequest.end(), name) != kOfTheRequest.end();
    if (!repeats && !of_the_request) continue;
    const Json* repeated = base::find_member(again, name);
    const bool is_steady = repeated == nullptr || *repeated == value;
    if (is_steady && own[name] != value) return name;
  }
  return "";
}

/// The same of two asks of a canary. `guest` tells in which way they were made (see ask()),
/// `repeats` whether the endpoint gives the same request the same reply.
std::string changed_member_of_asks(const Json& before, const Json& own, bool guest, bool repeats,
                                   const Factor& factor) {
  for (std::size_t way = 0; way < own.size(); ++way) {
    Json again = before[1 - way];
    // A guest's two ways of asking differ in their probabilities by design.
    if (guest) again.erase("probabilities");
    std::string member = changed_member(before[way], again, own[way], repeats);
    if (!member.empty()) return member;
  }
  if (factor.name != "cache_prompt") return "";
  for (const std::string_view name : {kCached, kComputed}) {
    if (before[1][std::string(name)] != own[1][std::string(name)]) return std::string(name);
  }
  return "";
}

bool is_steady(const Json& replies) {
  for (const char* name : {"replies", "text", "reasoning", "tool_calls", "finish_reason"}) {
    if (replies[0][name] != replies[1][name]) return false;
  }
  return true;
}

/// Whether the endpoint failed, which says nothing about the setting, rather than refused it.
bool is_unanswered(const endpoint::ChatFailure& failure) {
  return failure.failure != endpoint::FailureClass::Rejected &&
         failure.failure != endpoint::FailureClass::ContextOverflow;
}

Json observed_reply(const endpoint::ChatReply& reply) {
  Json calls = Json::array();
  for (const endpoint::ToolCall& call : reply.tool_calls) {
    calls.push_back({{"name", call.name}, {"arguments", call.arguments}});
  }
  return {{"text", reply.text},
          {"reasoning", reply.reasoning},
          {"tool_calls", std::move(calls)},
          {"finish_reason", reply.finish_reason},
          {"completion_tokens", reply.usage.completion_tokens},
          {"prompt_tokens", reply.usage.prompt_tokens},
          {"probabilities", reply.probabilities},
          {"failure", reply.failure ? std::string(endpoint::name_of(reply.failure->failure)) : ""},
          {std::string(kCached), reply.usage.cached_tokens},
          {std::string(kComputed), reply.server.prompt_tokens}};
}

/// As long as a trial of the cell may take.
base::Nanoseconds timeout_of(const Plan& plan, const Cell& cell, const SmokeResult& smoke) {
  return std::chrono::duration_cast<base::Nanoseconds>(
      std::chrono::duration<double>(trial_timeout_s(plan, cell, smoke)));
}

base::Error interrupted() {
  return {base::ErrorKind::Interrupted, "interrupted while checking that settings take effect", "",
          ""};
}

}  // namespace

std::string_view name_of(ArmState state) {
  switch (state) {
    case ArmState::Unchecked:
      return "unchecked";
    case ArmState::Effective:
      return "effective";
    case ArmState::Void:
      return "void";
    case ArmState::Untold:
      return "untold";
  }
  ASSAY_UNREACHABLE("an arm without a state");
}

Json observed(const std::vector<endpoint::ChatReply>& replies) {
  Json seen = {{"replies", replies.size()}};
  for (const endpoint::ChatReply& reply : replies) {
    const Json members = observed_reply(reply);
    for (const auto& [name, value] : members.items()) {
      if (replies.size() == 1) {
        seen[name] = value;
      } else {
        seen[name].push_back(value);
      }
    }
  }
  return seen;
}

Arms::Arms(const base::Context& context, net::Runtime& runtime, const Plan& plan, EventSink events)
    : context_(context),
      runtime_(runtime),
      plan_(plan),
      events_(std::move(events)),
      probes_(plan.spec.load ? std::vector<const task::Case*>{} : choose_probes(plan)) {}

void Arms::recall(const std::vector<store::EventRow>& events) {
  for (const store::EventRow& event : events) {
    if (event.kind != "arm") continue;
    const auto detail = base::parse_json(event.detail);
    if (!detail.has_value()) continue;
    const std::string cell = base::string_member(*detail, "cell").value_or("");
    const std::string state = base::string_member(*detail, "state").value_or("");
    for (const ArmState known : {ArmState::Effective, ArmState::Void, ArmState::Untold}) {
      if (state == name_of(known)) states_[cell] = known;
    }
  }
}

ArmState Arms::state(std::size_t cell) const {
  const auto found = states_.find(plan_.cells[cell].id);
  return found == states_.end() ? ArmState::Unchecked : found->second;
}

/// Guests are asked twice, for the probabilities before sampling (which show what the server was
/// loaded with) and after it (which show what the request asked); endpoints are asked twice alike,
/// which shows whether they repeat themselves. Null when the endpoint failed.
Result<Json> Arms::ask(const Cell& cell, const task::Case& canary, Target& target,
                       const SmokeResult& smoke) {
  Json replies = Json::array();
  const bool guest = plan_.models[cell.model].is_guest();
  for (const bool after_sampling : {false, true}) {
    Cell asked = cell;
    if (guest) {
      asked.request["n_probs"] = kLikeliest;
      asked.request["post_sampling_probs"] = after_sampling;
    }
    const Dialogue dialogue = hold_dialogue(context_.clock, runtime_, target.client(), asked,
                                            canary, kProbeSeed, timeout_of(plan_, cell, smoke));
    for (const endpoint::ChatReply& reply : dialogue.replies) {
      model_s_ += std::max(reply.times.total_ms, 0.0) / 1000;
    }
    const auto& failure = dialogue.replies.back().failure;
    if (failure && failure->failure == endpoint::FailureClass::Interrupted) return interrupted();
    if (failure && is_unanswered(*failure)) {
      static_cast<void>(target.loss_behind(*failure));
      return Json();
    }
    replies.push_back(observed(dialogue.replies));
  }
  return replies;
}

bool Arms::is_wanted(std::size_t index) const {
  return plan_.cells[index].kind == CellKind::Level && exempt_.count(index) == 0 &&
         state(index) == ArmState::Unchecked;
}

bool Arms::any_wanted(std::size_t model) const {
  for (std::size_t i = 0; i < plan_.cells.size(); ++i) {
    if (plan_.cells[i].model == model && is_wanted(i)) return true;
  }
  return false;
}

Status Arms::check(const std::vector<std::size_t>& cells, Target& target,
                   const SmokeResult& smoke) {
  for (const std::size_t index : cells) {
    const Cell& cell = plan_.cells[index];
    const bool wanted = cell.kind == CellKind::Baseline && baselines_.count(cell.model) == 0 &&
                        any_wanted(cell.model);
    if (wanted) ASSAY_TRY_DONE(check_baseline(cell, target, smoke));
  }
  for (const std::size_t index : cells) {
    const bool can_tell = baselines_.count(plan_.cells[index].model) != 0;
    if (can_tell && is_wanted(index)) ASSAY_TRY_DONE(check_cell(index, target, smoke));
  }
  return Done{};
}

Status Arms::check_baseline(const Cell& cell, Target& target, const SmokeResult& smoke) {
  Seen seen;
  seen.told = target.told();
  int timed_out = 0;
  for (const task::Case* canary : probes_) {
    const base::MonotonicTime started = context_.clock.now();
    ASSAY_TRY(Json replies, ask(cell, *canary, target, smoke));
    if (!replies.is_null()) {
      seen.replies[canary->id] = std::move(replies);
    } else if (context_.clock.now() - started >= timeout_of(plan_, cell, smoke) &&
               ++timed_out == kTimedOutMost) {
      break;
    }
  }
  baselines_[cell.model] = std::move(seen);
  return Done{};
}

std::string Arms::changed_setting(const Cell& cell, const Seen& baseline,
                                  const Target& target) const {
  // Buffer sizes follow from settings and may change by themselves.
  const Json told = target.told();
  if (cell.factor->place != FactorPlace::Guest || !baseline.told.is_object()) return "";
  for (const auto& [name, value] : told.items()) {
    if (name.find(' ') != std::string::npos) continue;
    const Json* before = base::find_member(baseline.told, name);
    if (before == nullptr || *before == value) continue;
    return fmt::format("the server says {} = {} in place of {}", name, value.get<std::string>(),
                       before->get<std::string>());
  }
  return "";
}

/// Whether an answer that would not end has exactly as many tokens as the cell permits: a limit
/// that no canary reaches shows in no other way.
Result<bool> Arms::is_cut_at_limit(const Cell& cell, Target& target, const SmokeResult& smoke) {
  const auto most = base::integer_member(cell.request, "max_tokens");
  const bool can_tell = cell.factor->name == "max_tokens" && most && *most <= kForcedTokensMost &&
                        plan_.models[cell.model].is_guest();
  if (!can_tell) return false;
  endpoint::ChatRequest request = trial_request(cell, *probes_.front(), kProbeSeed);
  request.settings["ignore_eos"] = true;
  endpoint::ChatOptions options;
  options.timeout = timeout_of(plan_, cell, smoke);
  const endpoint::ChatReply reply = runtime_.run(target.client().chat(request, options));
  model_s_ += std::max(reply.times.total_ms, 0.0) / 1000;
  if (reply.failure && reply.failure->failure == endpoint::FailureClass::Interrupted) {
    return interrupted();
  }
  return !reply.failure && reply.usage.completion_tokens == *most;
}

Status Arms::check_cell(std::size_t index, Target& target, const SmokeResult& smoke) {
  const Cell& cell = plan_.cells[index];
  const Seen& baseline = baselines_.at(cell.model);
  if (std::string setting = changed_setting(cell, baseline, target); !setting.empty()) {
    return note(index, ArmState::Effective, setting, 0);
  }
  if (plan_.spec.load) return check_under_load(index);
  const bool guest = plan_.models[cell.model].is_guest();
  const bool steady = std::all_of(baseline.replies.begin(), baseline.replies.end(),
                                  [](const auto& replies) { return is_steady(replies.second); });
  std::size_t asked = 0;
  std::size_t could_show = 0;
  for (const task::Case* canary : probes_) {
    if (!shows_on(plan_.cells[baseline_of(plan_, cell.model)], cell, *canary)) continue;
    ++could_show;
    const auto before = baseline.replies.find(canary->id);
    if (before == baseline.replies.end()) continue;
    ASSAY_TRY(const Json own, ask(cell, *canary, target, smoke));
    if (own.is_null()) return Done{};
    ++asked;
    const std::string member =
        changed_member_of_asks(before->second, own, guest, steady, *cell.factor);
    if (!member.empty()) {
      return note(index, ArmState::Effective,
                  fmt::format("{} of canary {} changed", member, canary->id), asked);
    }
  }
  const auto answered_least = kAnsweredLeast * static_cast<double>(could_show);
  if (asked == 0 || static_cast<double>(asked) < answered_least) return Done{};
  ASSAY_TRY(const bool is_cut, is_cut_at_limit(cell, target, smoke));
  if (is_cut) {
    return note(index, ArmState::Effective,
                fmt::format("an answer that would not end was cut at {} tokens",
                            base::integer_member(cell.request, "max_tokens").value_or(0)),
                asked);
  }
  if (!steady) {
    return note(index, ArmState::Untold, "replies differ from ask to ask at the same seed", asked);
  }
  return note(index, ArmState::Void, "no observable effect", asked);
}

/// What differs in its requests differs; what a server that does not tell makes of its flags shows
/// in times alone, which vary by themselves.
Status Arms::check_under_load(std::size_t index) {
  if (plan_.cells[index].factor->place == FactorPlace::Load) {
    return note(index, ArmState::Effective, "the load itself", 0);
  }
  return note(index, ArmState::Untold, "bursts are not held against each other reply by reply", 0);
}

Status Arms::note(std::size_t index, ArmState state, const std::string& evidence,
                  std::size_t asked) {
  const Cell& cell = plan_.cells[index];
  states_[cell.id] = state;
  if (state == ArmState::Void) {
    context_.err << fmt::format("void   {}: no observable effect in {} canaries; it is not run\n",
                                cell.id, asked);
  }
  return events_("arm", plan_.models[cell.model].name,
                 {{"cell", cell.id},
                  {"state", std::string(name_of(state))},
                  {"evidence", evidence},
                  {"canaries", asked}});
}

}  // namespace assay::study
