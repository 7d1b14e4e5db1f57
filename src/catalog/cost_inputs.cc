#include "catalog/cost_inputs.h"

#include <fmt/core.h>

#include <array>

namespace assay::catalog {
namespace {

constexpr double kMoneyMost = 1e12;
constexpr double kCountMost = 1e12;
constexpr double kTokensMost = 1e9;
constexpr double kSpeedMost = 1e9;
constexpr double kWattsMost = 1e7;

constexpr std::array kRows{
    InputRow{"tasks a month", "", "--tasks", 1, true, kCountMost,
             [](CostInputs& inputs) -> double& { return inputs.tasks_per_month; }},
    InputRow{"prompt tokens a task", "", "--prompt-tokens", 0, true, kTokensMost,
             [](CostInputs& inputs) -> double& { return inputs.task.prompt_tokens; }},
    InputRow{"completion tokens a task", "", "--completion-tokens", 0, true, kTokensMost,
             [](CostInputs& inputs) -> double& { return inputs.task.completion_tokens; }},
    InputRow{"cached share of the prompt", "", "--cached-share", 0, true, 1,
             [](CostInputs& inputs) -> double& { return inputs.task.cached_share; }},
    InputRow{"prefill speed", "tok/s", "--prefill-tps", 0, false, kSpeedMost,
             [](CostInputs& inputs) -> double& { return inputs.machine.prefill_tps; }},
    InputRow{"decode speed", "tok/s", "--decode-tps", 0, false, kSpeedMost,
             [](CostInputs& inputs) -> double& { return inputs.machine.decode_tps; }},
    InputRow{"hardware price", "", "--hardware-price", 0, true, kMoneyMost,
             [](CostInputs& inputs) -> double& { return inputs.machine.hardware_price; }},
    InputRow{"years of use", "", "--years", 0, false, 50,
             [](CostInputs& inputs) -> double& { return inputs.machine.years; }},
    InputRow{"power under load", "W", "--watts-load", 0, true, kWattsMost,
             [](CostInputs& inputs) -> double& { return inputs.machine.watts_load; }},
    InputRow{"power when idle", "W", "--watts-idle", 0, true, kWattsMost,
             [](CostInputs& inputs) -> double& { return inputs.machine.watts_idle; }},
    InputRow{"price of a kWh", "", "--kwh-price", 0, true, kMoneyMost,
             [](CostInputs& inputs) -> double& { return inputs.machine.kwh_price; }},
    InputRow{"utilisation", "", "--utilisation", 0, false, 1,
             [](CostInputs& inputs) -> double& { return inputs.machine.utilisation; }},
};

base::Status check_row(const InputRow& row, double value) {
  const bool above_low = row.low_allowed ? value >= row.low : value > row.low;
  if (above_low && value <= row.high) return base::Done{};
  return base::bad_input(fmt::format("expected {} {} {:g} and at most {:g}{}{}, found {:g}",
                                     row.name, row.low_allowed ? "of at least" : "above", row.low,
                                     row.high, row.unit.empty() ? "" : " ", row.unit, value),
                         fmt::format("correct {}", row.flag));
}

}  // namespace

std::span<const InputRow> input_rows() { return kRows; }

base::Status check_inputs(const CostInputs& inputs) {
  CostInputs copy = inputs;
  for (const InputRow& row : kRows) ASSAY_TRY_DONE(check_row(row, row.value(copy)));
  if (inputs.task.prompt_tokens + inputs.task.completion_tokens <= 0) {
    return base::bad_input("a task has neither prompt nor completion tokens",
                           "give --prompt-tokens and --completion-tokens");
  }
  if (inputs.machine.watts_load < inputs.machine.watts_idle) {
    return base::bad_input(
        fmt::format(
            "expected the machine to take at least as much power busy as idle, found {:g} W "
            "busy and {:g} W idle",
            inputs.machine.watts_load, inputs.machine.watts_idle),
        "correct --watts-load or --watts-idle");
  }
  return base::Done{};
}

}  // namespace assay::catalog
