#include "finding/traps.h"

#include <fmt/format.h>

#include <cmath>

#include "finding/phrase.h"
#include "finding/trap_kinds.h"

namespace assay::finding {
namespace {

/// Shares below this are ordinary: a rambling reply now and then.
constexpr double kTruncationWorthATrap = 0.10;
/// More than this above the baseline is a cost a person would notice.
constexpr double kCostWorthATrap = 1.25;

void append_truncation(const CellFinding& cell, std::vector<Trap>& traps) {
  const double cut = share(cell.truncated, cell.n);
  if (cut < kTruncationWorthATrap) return;
  const std::string sentence =
      cell.truncated == cell.n
          ? fmt::format("{}: the token limit cut every reply.", cell_label(cell))
          : fmt::format(
                "{}: the token limit cut {} of the replies; of those that ended by "
                "themselves {} were right.",
                cell_label(cell), percent(cut), percent(cell.accuracy_untruncated));
  traps.push_back({"truncation",
                   cell.id,
                   sentence,
                   {{"truncated", cell.truncated},
                    {"n", cell.n},
                    {"accuracy", known_or_null(cell.accuracy)},
                    {"accuracy_untruncated", known_or_null(cell.accuracy_untruncated)}}});
}

void append_cost(const CellFinding& cell, std::vector<Trap>& traps) {
  const bool no_gain =
      has_verdict(cell, stats::Verdict::Equivalent) || has_verdict(cell, stats::Verdict::Undecided);
  if (!no_gain || cell.factor == "quantization") return;
  const double tokens = cell.completion_tokens_ratio;
  const double time = cell.wall_ms_ratio;
  const bool is_costly = tokens >= kCostWorthATrap || time >= kCostWorthATrap;
  if (!is_costly) return;
  traps.push_back({"cost_without_quality",
                   cell.id,
                   fmt::format("{}: {} for no shown gain ({} {}, {}).", cell_label(cell),
                               cell.load ? fmt::format("{} the time per request", times(time))
                                         : fmt::format("{} the tokens and {} the time",
                                                       times(tokens), times(time)),
                               points(cell.difference->delta),
                               points_range(cell.difference->interval), verdict_word(cell)),
                   {{"tokens_ratio", known_or_null(tokens)},
                    {"time_ratio", known_or_null(time)},
                    {"delta", cell.difference->delta},
                    {"delta_low", cell.difference->interval.low},
                    {"delta_high", cell.difference->interval.high}}});
}

bool is_limit(const store::TrialRow& trial, std::string_view limit) {
  return trial.outcome == "limit" && trial.outcome_class == limit;
}

void append_retries(const TrapEvidence& evidence, const CellFinding& cell,
                    std::vector<Trap>& traps) {
  std::int64_t timed_out = 0;
  std::int64_t requests = 0;
  for (const store::TrialRow* trial : trials_of(evidence, cell)) {
    if (!is_limit(*trial, "time") || trial->attempts < 2) continue;
    ++timed_out;
    requests += trial->attempts;
  }
  if (timed_out == 0) return;
  const double each = static_cast<double>(requests) / static_cast<double>(timed_out);
  traps.push_back(
      {"retries_ate_deadline",
       cell.id,
       fmt::format("{}: {} of {} ran out of time after {} requests each; retries of "
                   "failed ones took a part of it.",
                   cell_label(cell), timed_out, counted(cell.n, "trial"), decimal(each)),
       {{"trials", timed_out}, {"n", cell.n}, {"attempts_mean", each}}});
}

/// The context the cell asked its server for; none for an endpoint.
std::optional<std::int64_t> context_asked(const CellFinding& cell) {
  const base::Json* guest = base::find_member(cell.settings, "guest");
  return guest == nullptr ? std::nullopt : base::integer_member(*guest, "context_tokens");
}

void append_overflow(const TrapEvidence& evidence, const CellFinding& cell,
                     std::vector<Trap>& traps) {
  std::int64_t overflowed = 0;
  for (const store::TrialRow* trial : trials_of(evidence, cell)) {
    if (is_limit(*trial, "context")) ++overflowed;
  }
  if (overflowed == 0) return;
  const auto context = context_asked(cell);
  traps.push_back(
      {"context_overflow",
       cell.id,
       fmt::format("{}: {} of the trials ({} of {}) did not fit {}; they count as wrong.",
                   cell_label(cell), percent(share(overflowed, cell.n)), overflowed, cell.n,
                   context ? fmt::format("the context of {} tokens", *context)
                           : std::string("the server's context")),
       {{"trials", overflowed},
        {"n", cell.n},
        {"context_tokens", context ? base::Json(*context) : base::Json()}}});
}

}  // namespace

const TrialPointers& trials_of(const TrapEvidence& evidence, const CellFinding& cell) {
  static const TrialPointers kNone;
  const auto found = evidence.trials.find(cell.id);
  return found == evidence.trials.end() ? kNone : found->second;
}

base::Json known_or_null(double value) {
  return std::isfinite(value) ? base::Json(value) : base::Json();
}

std::vector<Trap> find_traps(const TrapEvidence& evidence) {
  std::vector<Trap> traps;
  const std::vector<CellFinding>& cells = evidence.model.cells;
  if (cells.empty()) return traps;
  for (const CellFinding& cell : cells) append_truncation(cell, traps);
  for (const CellFinding& cell : cells) append_cost(cell, traps);
  append_prompt_traps(evidence, traps);
  append_tool_choice_traps(evidence, traps);
  for (const CellFinding& cell : cells) append_retries(evidence, cell, traps);
  for (const CellFinding& cell : cells) append_overflow(evidence, cell, traps);
  append_changed_setting_traps(evidence, traps);
  return traps;
}

}  // namespace assay::finding
