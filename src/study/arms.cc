#include "study/arms.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/check.h"
#include "study/trial.h"

namespace assay::study {
namespace {

using base::Done;
using base::Json;
using base::Result;
using base::Status;

constexpr auto kProbeTimeout = std::chrono::minutes(5);
/// Tokens whose probabilities are compared; llama-server's own field, harmless to others.
constexpr int kLikeliest = 5;
constexpr std::int64_t kProbeSeed = 1;
/// An answer of exactly this many tokens shows that max_tokens is obeyed.
constexpr std::int64_t kForcedTokensMost = 512;

/// Canaries likely to show an effect: one with tools, the longest expected answers, then one of
/// each kind.
std::vector<const task::Case*> choose_probes(const Plan& plan) {
  std::vector<const task::Case*> by_length;
  for (const task::Case& canary : plan.canaries) by_length.push_back(&canary);
  std::stable_sort(by_length.begin(), by_length.end(),
                   [](const task::Case* a, const task::Case* b) {
                     return base::dump_json(a->expect).size() > base::dump_json(b->expect).size();
                   });
  std::vector<const task::Case*> chosen;
  const auto take = [&](const task::Case* canary) {
    const bool known = std::find(chosen.begin(), chosen.end(), canary) != chosen.end();
    if (!known && chosen.size() < kProbesMost) chosen.push_back(canary);
  };
  const auto with_tools =
      std::find_if(by_length.begin(), by_length.end(),
                   [](const task::Case* canary) { return !canary->tools.is_null(); });
  if (with_tools != by_length.end()) take(*with_tools);
  for (std::size_t i = 0; i < std::min(by_length.size(), kProbesMost / 2); ++i) take(by_length[i]);
  std::set<std::string> kinds;
  for (const task::Case& canary : plan.canaries) {
    if (kinds.insert(canary.kind()).second) take(&canary);
  }
  for (const task::Case* canary : by_length) take(canary);
  return chosen;
}

/// The name of a member that differs; empty when all are equal. Where `steady` differs from
/// `first`, the same request gives different replies by itself, so that member shows nothing.
std::string changed_member(const Json& first, const Json& steady, const Json& own) {
  for (const auto& [name, value] : first.items()) {
    const Json* again = base::find_member(steady, name);
    const bool is_steady = again == nullptr || *again == value;
    if (is_steady && own[name] != value) return name;
  }
  return "";
}

bool is_steady(const Json& replies) {
  if (replies.size() < 2) return true;
  for (const char* name : {"text", "reasoning", "tool_calls"}) {
    if (replies[0][name] != replies[1][name]) return false;
  }
  return true;
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

Json observed(const endpoint::ChatReply& reply) {
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
          {"failure", reply.failure ? std::string(endpoint::name_of(reply.failure->failure)) : ""}};
}

Arms::Arms(const base::Context& context, net::Runtime& runtime, const Plan& plan, EventSink events)
    : context_(context),
      runtime_(runtime),
      plan_(plan),
      events_(std::move(events)),
      probes_(choose_probes(plan)) {}

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
/// which shows whether they repeat themselves.
Result<Json> Arms::ask(const Cell& cell, const task::Case& canary, Target& target) {
  Json replies = Json::array();
  const bool guest = plan_.models[cell.model].is_guest();
  for (const bool after_sampling : {false, true}) {
    endpoint::ChatRequest request = trial_request(cell, canary, kProbeSeed);
    if (guest) {
      request.settings["n_probs"] = kLikeliest;
      request.settings["post_sampling_probs"] = after_sampling;
    }
    endpoint::ChatOptions options;
    options.timeout = kProbeTimeout;
    const endpoint::ChatReply reply = runtime_.run(target.client().chat(request, options));
    if (reply.failure && reply.failure->failure == endpoint::FailureClass::Interrupted) {
      return interrupted();
    }
    replies.push_back(observed(reply));
  }
  return replies;
}

Status Arms::check(const std::vector<std::size_t>& cells, Target& target) {
  for (const std::size_t index : cells) {
    const Cell& cell = plan_.cells[index];
    if (cell.kind == CellKind::Baseline && baselines_.count(cell.model) == 0) {
      ASSAY_TRY_DONE(check_baseline(cell, target));
    }
  }
  for (const std::size_t index : cells) {
    const Cell& cell = plan_.cells[index];
    const bool wanted = cell.kind == CellKind::Level && state(index) == ArmState::Unchecked &&
                        baselines_.count(cell.model) != 0;
    if (wanted) ASSAY_TRY_DONE(check_cell(index, target));
  }
  return Done{};
}

Status Arms::check_baseline(const Cell& cell, Target& target) {
  Seen seen;
  seen.told = target.told();
  for (const task::Case* canary : probes_) {
    ASSAY_TRY(seen.replies[canary->id], ask(cell, *canary, target));
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

Status Arms::check_cell(std::size_t index, Target& target) {
  const Cell& cell = plan_.cells[index];
  const Seen& baseline = baselines_.at(cell.model);
  if (std::string setting = changed_setting(cell, baseline, target); !setting.empty()) {
    return note(index, ArmState::Effective, setting, 0);
  }
  std::size_t asked = 0;
  bool steady = true;
  for (const task::Case* canary : probes_) {
    const Json& before = baseline.replies.at(canary->id);
    ASSAY_TRY(const Json own, ask(cell, *canary, target));
    ++asked;
    for (std::size_t way = 0; way < own.size(); ++way) {
      const bool guest = plan_.models[cell.model].is_guest();
      // A guest's two ways of asking differ in their probabilities by design.
      Json again = before[1 - way];
      if (guest) again.erase("probabilities");
      const std::string member = changed_member(before[way], again, own[way]);
      if (!member.empty()) {
        return note(index, ArmState::Effective,
                    fmt::format("{} of canary {} changed", member, canary->id), asked);
      }
    }
    steady = steady && is_steady(before);
  }
  const auto most = base::integer_member(cell.request, "max_tokens");
  if (cell.factor->name == "max_tokens" && most && *most <= kForcedTokensMost &&
      plan_.models[cell.model].is_guest()) {
    endpoint::ChatRequest request = trial_request(cell, *probes_.front(), kProbeSeed);
    request.settings["ignore_eos"] = true;
    endpoint::ChatOptions options;
    options.timeout = kProbeTimeout;
    const endpoint::ChatReply reply = runtime_.run(target.client().chat(request, options));
    if (!reply.failure && reply.usage.completion_tokens == *most) {
      return note(index, ArmState::Effective,
                  fmt::format("an answer that would not end was cut at {} tokens", *most), asked);
    }
  }
  if (!steady) {
    return note(index, ArmState::Untold, "replies differ from ask to ask at the same seed", asked);
  }
  return note(index, ArmState::Void, "no observable effect", asked);
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
