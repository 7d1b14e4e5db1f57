#include "catalog/cost_measured.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "store/trial_value.h"

namespace assay::catalog {
namespace {

/// Answers of one token end with their first: what is left of the time is then nothing.
constexpr double kSecondsLeast = 1e-6;

bool is_measured(const store::TrialRow& trial) {
  return store::counts(trial) && trial.prompt_tokens >= 0 && trial.completion_tokens > 0 &&
         trial.ttft_ms > 0 && trial.total_ms >= trial.ttft_ms;
}

base::Error no_such_cell(std::span<const store::TrialRow> trials, std::string_view cell) {
  std::set<std::string> ids;
  for (const store::TrialRow& trial : trials) ids.insert(trial.cell);
  const std::vector<std::string> known(ids.begin(), ids.end());
  const auto suggestion = base::nearest(cell, known);
  return base::bad_input(fmt::format("the study has no measured trial of the cell `{}`", cell),
                         suggestion ? fmt::format("did you mean `{}`?", *suggestion)
                                    : fmt::format("its cells: {}", fmt::join(known, ", ")));
}

}  // namespace

base::Result<MeasuredTask> measured_task(std::span<const store::TrialRow> trials,
                                         std::string_view cell) {
  MeasuredTask measured;
  double first_s = 0;
  double rest_s = 0;
  for (const store::TrialRow& trial : trials) {
    if (trial.cell != cell) continue;
    if (!is_measured(trial)) {
      ++measured.left_out;
      continue;
    }
    ++measured.trials;
    measured.prompt_tokens += static_cast<double>(trial.prompt_tokens);
    measured.completion_tokens += static_cast<double>(trial.completion_tokens);
    first_s += trial.ttft_ms / 1000;
    rest_s += (trial.total_ms - trial.ttft_ms) / 1000;
  }
  if (measured.trials == 0) return no_such_cell(trials, cell);
  measured.prefill_tps = std::max(measured.prompt_tokens, 1.0) / std::max(first_s, kSecondsLeast);
  measured.decode_tps = measured.completion_tokens / std::max(rest_s, kSecondsLeast);
  const auto count = static_cast<double>(measured.trials);
  measured.prompt_tokens /= count;
  measured.completion_tokens /= count;
  return measured;
}

}  // namespace assay::catalog
