#include "study/burst.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "base/text.h"
#include "load/runner.h"

namespace assay::study {
namespace {

using base::Json;
using base::Result;
using endpoint::FailureClass;
using load::BurstFigures;
using load::Failure;

/// What a reply takes when no limit is known.
constexpr std::int64_t kAnswerTokensUnknown = 512;
constexpr std::int64_t kPromptTokensUnknown = 256;
/// Before the first request, and between a burst's end and what is written of it.
constexpr double kBesides_s = 0.3;
/// Apart from every canary's, so that no trial asks what the smoke run has asked.
constexpr const char* kSmoke = "smoke";

std::string range_text(const load::TokenRange& range) {
  return range.low == range.high ? fmt::format("{}", range.low)
                                 : fmt::format("{} to {}", range.low, range.high);
}

/// A part of a burst is no burst: Interrupted when Ctrl-C came.
Result<load::TargetRun> whole_run(const base::Context& context, const load::Scenario& scenario,
                                  const load::Target& target) {
  ASSAY_TRY(load::RunOutcome outcome, load::run_target(context, scenario, target, {}));
  if (!outcome.run.was_interrupted) return std::move(outcome.run);
  return base::Error{base::ErrorKind::Interrupted, "interrupted in a burst of load",
                     "the burst is run again from its start on resume", ""};
}

std::string work_text(const load::Work& work) {
  std::string text;
  if (work.input_tokens.low > 0) {
    text = range_text(work.input_tokens) + " tokens in";
  } else if (!work.cases.empty()) {
    text = "prompts of " + work.cases.filename().string();
  } else {
    text = work.prompts.size() == 1 ? "one prompt" : fmt::format("{} prompts", work.prompts.size());
  }
  if (work.turns > 1) text += fmt::format(", {} turns", work.turns);
  if (work.output_tokens.low > 0) {
    text += fmt::format(", {}{} out", work.ignores_end ? "" : "at most ",
                        range_text(work.output_tokens));
  }
  return text;
}

std::string objectives_text(const load::Scenario& scenario) {
  std::string text;
  for (const load::Threshold& objective : scenario.objectives) {
    text += (text.empty() ? "" : ", ") + objective.expression;
  }
  return text;
}

std::int64_t answer_tokens(const Plan& plan, const Cell& cell) {
  const load::TokenRange& range = plan.spec.load->scenario.work.output_tokens;
  if (range.high > 0) return range.high;
  return base::integer_member(cell.request, "max_tokens").value_or(kAnswerTokensUnknown);
}

load::Scenario scenario_of(const Plan& plan, const Cell& cell, const std::string& canary) {
  load::Scenario scenario = plan.spec.load->scenario;
  scenario.name = plan.spec.name;
  scenario.seed = base::sha256_seed(fmt::format("burst {} {}", plan.spec.seed, canary));
  if (cell.load_rate > 0) load::set_rate(scenario, cell.load_rate);
  if (cell.load_concurrency > 0) load::set_concurrency(scenario, cell.load_concurrency);
  scenario.work.settings.update(cell.request);
  return scenario;
}

load::Target load_target(const ModelSpec& model, Target& target) {
  const endpoint::Address& address = target.client().address();
  // No history of the server's own figures: bursts are short, and guests offer none.
  return {model.name, address.base_url, address.model, model.key_env, "off"};
}

/// A failed request's class in the words of a single one.
FailureClass class_of(Failure failure) {
  switch (failure) {
    case Failure::Connect:
    case Failure::Tls:
      return FailureClass::Unreachable;
    case Failure::Cut:
      return FailureClass::CutStream;
    case Failure::Timeout:
      return FailureClass::Deadline;
    case Failure::RateLimited:
      return FailureClass::RateLimited;
    case Failure::Http4xx:
      return FailureClass::Rejected;
    case Failure::Http5xx:
      return FailureClass::ServerError;
    case Failure::None:
    case Failure::Malformed:
    case Failure::ClientLimited:
      break;
  }
  return FailureClass::Malformed;
}

std::size_t count_of(const BurstFigures& figures, Failure failure) {
  return figures.failed[static_cast<std::size_t>(failure)];
}

/// The kind of failure that a lost guest would explain, the most telling first.
std::optional<endpoint::ChatFailure> failure_of(const BurstFigures& figures) {
  for (const Failure failure : {Failure::Connect, Failure::Cut, Failure::Timeout}) {
    if (count_of(figures, failure) == 0) continue;
    endpoint::ChatFailure found;
    found.failure = class_of(failure);
    found.message = fmt::format("{} of {} requests ended as `{}`", count_of(figures, failure),
                                figures.requests, load::name_of(failure));
    return found;
  }
  return std::nullopt;
}

std::string share_text(const BurstFigures& figures) {
  return fmt::format("{} of {} requests within the objectives", figures.met, figures.requests);
}

std::string reply_text(const BurstFigures& figures) {
  const auto ms = [](double value) {
    return value < 0 ? std::string("–") : fmt::format("{:.0f} ms", value);
  };
  std::string text = fmt::format(
      "{}; first token {} (95%: {}), request {} (95%: {}), {:.1f} tokens/s, {:.2f} requests/s",
      share_text(figures), ms(figures.ttft_ms_p50), ms(figures.ttft_ms_p95), ms(figures.e2e_ms_p50),
      ms(figures.e2e_ms_p95), figures.output_tps, figures.rate_achieved);
  if (figures.failures() > 0) text += fmt::format(", {} failed", figures.failures());
  return text;
}

void fill_figures(const BurstFigures& figures, store::TrialRow& row) {
  const auto rounded = [](double mean) { return static_cast<std::int64_t>(std::llround(mean)); };
  row.prompt_tokens = rounded(figures.prompt_tokens_mean);
  row.completion_tokens = rounded(figures.output_tokens_mean);
  row.ttft_ms = figures.ttft_ms_p50;
  row.total_ms = figures.e2e_ms_p50;
  row.tokens_per_s = figures.output_tps > 0 ? figures.output_tps : -1;
  row.attempts = static_cast<std::int64_t>(figures.requests);
  row.reply = reply_text(figures);
}

}  // namespace

std::string describe(const load::BurstSeries& series) {
  std::string text = series.rate > 0 ? fmt::format("{:g} requests/s", series.rate)
                                     : fmt::format("{} at a time", series.concurrency);
  text += fmt::format(" for {:g} s", series.seconds);
  if (series.warm_up_s > 0) {
    text += fmt::format(" (after {:g} s that does not count)", series.warm_up_s);
  }
  return text + ", " + work_text(series.scenario.work);
}

std::vector<task::Case> burst_canaries(const load::BurstSeries& series) {
  std::vector<task::Case> canaries;
  for (std::int64_t i = 1; i <= series.count; ++i) {
    task::Case canary;
    canary.id = fmt::format("burst-{:02}", i);
    canary.messages = Json::array({{{"role", "user"}, {"content", describe(series)}}});
    canary.expect = objectives_text(series.scenario);
    canary.scorer = {{"type", "load"}};
    canary.tags = {"burst"};
    canaries.push_back(std::move(canary));
  }
  return canaries;
}

load::Scenario burst_scenario(const Plan& plan, const Cell& cell, std::size_t canary) {
  return scenario_of(plan, cell, plan.canaries[canary].id);
}

double burst_s(const Plan& plan, const Cell& cell, double tokens_per_s) {
  const load::BurstSeries& series = *plan.spec.load;
  const double answer_s = static_cast<double>(answer_tokens(plan, cell)) / tokens_per_s;
  const double drain_s = std::min(answer_s, series.scenario.timeout_s);
  return series.warm_up_s + series.seconds + drain_s + kBesides_s;
}

BurstTokens burst_tokens(const Plan& plan, const Cell& cell, double tokens_per_s) {
  const load::BurstSeries& series = *plan.spec.load;
  const auto answer = static_cast<double>(answer_tokens(plan, cell));
  const double lasts_s = series.warm_up_s + series.seconds;
  // An open loop's arrivals vary by about their square root.
  const double requests =
      cell.load_rate > 0
          ? cell.load_rate * lasts_s + 3 * std::sqrt(cell.load_rate * lasts_s)
          : static_cast<double>(cell.load_concurrency) * (1 + lasts_s * tokens_per_s / answer);
  const std::int64_t most = series.scenario.work.input_tokens.high;
  const auto prompt = static_cast<double>(most > 0 ? most : kPromptTokensUnknown);
  const double turns = static_cast<double>(series.scenario.work.turns);
  return {static_cast<std::int64_t>(std::ceil(requests * turns * prompt)),
          static_cast<std::int64_t>(std::ceil(requests * turns * answer))};
}

Result<SmokeResult> smoke_burst(const base::Context& context, const Plan& plan,
                                const Cell& baseline, Target& target) {
  ASSAY_TRY_DONE(target.prepare(baseline));
  const ModelSpec& model = plan.models[baseline.model];
  const load::Scenario scenario = scenario_of(plan, baseline, kSmoke);
  const base::MonotonicTime started = context.clock.now();
  ASSAY_TRY(const load::TargetRun run, whole_run(context, scenario, load_target(model, target)));
  const BurstFigures figures = load::burst_figures(scenario, run);
  const std::string reasons = fmt::format("{}", fmt::join(figures.reasons, "; "));
  if (figures.requests == 0 || figures.verdict == load::Verdict::ServerFailed) {
    const auto failure = failure_of(figures);
    const auto loss = failure ? target.loss_behind(*failure) : std::nullopt;
    return base::Error{base::ErrorKind::SmokeFailed,
                       fmt::format("the smoke run of `{}` failed under load: {}", model.name,
                                   loss ? loss->message : reasons),
                       "make [load] lighter or longer, or see the server's log", ""};
  }
  if (figures.verdict == load::Verdict::ClientLimited) {
    context.err << fmt::format("warning: {}; such bursts count as infrastructure\n", reasons);
  }
  SmokeResult result;
  result.model = model.name;
  // Of one request: what all make together may well exceed what one pass over the weights allows.
  if (figures.itl_ms_p50 > 0) result.tokens_per_s = 1000 / figures.itl_ms_p50;
  result.trial_s_mean = base::to_seconds(context.clock.now() - started);
  result.asked = static_cast<std::int64_t>(figures.requests);
  return result;
}

Outcome classify_burst(const BurstFigures& figures,
                       const std::optional<endpoint::GuestLoss>& loss) {
  if (loss) return outcome_of(*loss);
  const std::string reasons = fmt::format("{}", fmt::join(figures.reasons, "; "));
  if (figures.requests == 0) {
    return {OutcomeKind::Infrastructure, "no_requests", std::nullopt,
            "no request was due in the time that counts"};
  }
  if (count_of(figures, Failure::Connect) == figures.requests) {
    return {OutcomeKind::Infrastructure, "unreachable", std::nullopt, reasons};
  }
  if (figures.verdict == load::Verdict::ClientLimited) {
    return {OutcomeKind::Infrastructure, "client_limited", std::nullopt, reasons};
  }
  if (figures.verdict == load::Verdict::ServerFailed) {
    return {OutcomeKind::ModelFailure, "server_failed", std::nullopt, reasons};
  }
  return {OutcomeKind::Scored, "", figures.share(), share_text(figures)};
}

Result<TrialResult> run_burst(const base::Context& context, const Plan& plan, std::int64_t ordinal,
                              Target& target) {
  const base::MonotonicTime started = context.clock.now();
  const std::int64_t started_unix_ms = context.clock.wall_unix_ms();
  const ScheduledTrial& trial = plan.schedule[static_cast<std::size_t>(ordinal)];
  const Cell& cell = plan.cells[trial.cell];
  load::Scenario scenario = burst_scenario(plan, cell, trial.canary);
  scenario.work.settings["seed"] = trial.seed;
  TrialResult result;
  auto run = whole_run(context, scenario, load_target(plan.models[cell.model], target));
  if (!run.has_value()) {
    const base::Error& error = run.error();
    const bool is_of_the_server = error.kind == base::ErrorKind::Unreachable;
    if (!is_of_the_server) return std::move(run).error();
    endpoint::ChatFailure failure;
    failure.failure = FailureClass::Unreachable;
    failure.message = error.message;
    const auto loss = target.loss_behind(failure);
    const Outcome outcome =
        loss ? outcome_of(*loss)
             : Outcome{OutcomeKind::Infrastructure, "unreachable", std::nullopt, error.message};
    result.row =
        untried_row(context, plan, ordinal, outcome.kind, outcome.outcome_class, outcome.reason);
    return result;
  }
  const BurstFigures figures = load::burst_figures(scenario, *run);
  const auto failure = failure_of(figures);
  const Outcome outcome =
      classify_burst(figures, failure ? target.loss_behind(*failure) : std::nullopt);
  result.row = untried_row(context, plan, ordinal, outcome.kind, outcome.outcome_class, "");
  result.row.started_unix_ms = started_unix_ms;
  result.row.score = outcome.score;
  fill_figures(figures, result.row);
  result.row.detail = base::dump_json({{"reason", outcome.reason}, {"load", figures.to_json()}});
  result.row.wall_ms = base::to_ms(context.clock.now() - started);
  return result;
}

}  // namespace assay::study
