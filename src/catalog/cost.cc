#include "catalog/cost.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::catalog {
namespace {

constexpr double kSecondsPerHour = 3600;
constexpr double kWattsPerKilowatt = 1000;
constexpr double kMillion = 1e6;

/// Up to a whole number. What is off by less than the arithmetic's own error counts as whole.
double whole_up(double value) { return std::ceil(value * (1 - 1e-12)); }

}  // namespace

base::Result<LocalRates> local_rates(const CostInputs& inputs) {
  ASSAY_TRY_DONE(check_inputs(inputs));
  const LocalMachine& machine = inputs.machine;
  const double kwh_per_idle_month = kHoursPerMonth * machine.watts_idle / kWattsPerKilowatt;
  LocalRates rates;
  rates.task_s = inputs.task.prompt_tokens / machine.prefill_tps +
                 inputs.task.completion_tokens / machine.decode_tps;
  rates.capacity = std::floor(machine.utilisation * kHoursPerMonth * kSecondsPerHour /
                              rates.task_s * (1 + 1e-12));
  rates.hardware = machine.hardware_price / (12 * machine.years);
  rates.fixed = rates.hardware + kwh_per_idle_month * machine.kwh_price;
  rates.marginal = rates.task_s / kSecondsPerHour * (machine.watts_load - machine.watts_idle) /
                   kWattsPerKilowatt * machine.kwh_price;
  if (rates.capacity >= 1) return rates;
  return base::bad_input(
      fmt::format(
          "one task takes {:.0f} h, more than the {:.0f} h a month that the machine may work",
          rates.task_s / kSecondsPerHour, machine.utilisation * kHoursPerMonth),
      "check --prefill-tps, --decode-tps and --utilisation");
}

MonthlyCost local_month(const LocalRates& rates, double tasks) {
  MonthlyCost cost;
  cost.machines = std::max(1.0, std::ceil(tasks / rates.capacity));
  cost.busy_share = tasks * rates.task_s / (cost.machines * kHoursPerMonth * kSecondsPerHour);
  cost.hardware = cost.machines * rates.hardware;
  cost.energy = cost.machines * (rates.fixed - rates.hardware) + tasks * rates.marginal;
  return cost;
}

double cloud_task_cost(const CloudPrice& price, const TaskShape& task) {
  const double cached = price.cached_input.value_or(price.input);
  const double prompt_price = (1 - task.cached_share) * price.input + task.cached_share * cached;
  return (task.prompt_tokens * prompt_price + task.completion_tokens * price.output) / kMillion;
}

/// With x = fixed ÷ (cloud − marginal) and capacity C, k machines break even at k × x, which they
/// can serve when x ≤ C: so either every number of machines has its break-even or none. The k-th
/// machine brings no dearer stretch when k × x ≤ (k − 1) × C + 1, so from k = (C − 1) ÷ (C − x) on.
BreakEven break_even(const LocalRates& rates, double cloud_per_task) {
  const double saved = cloud_per_task - rates.marginal;
  if (rates.fixed <= 0 && saved >= 0) return {.kind = BreakEvenKind::Always};
  if (saved <= 0) return {.kind = BreakEvenKind::NeverEnergy};
  const double exact = rates.fixed / saved;
  const double tasks = std::max(1.0, whole_up(exact));
  if (tasks > rates.capacity) return {.kind = BreakEvenKind::NeverCapacity};
  BreakEven found{.kind = BreakEvenKind::At, .tasks = tasks, .for_good_from = tasks};
  const double second = whole_up(2 * exact);
  if (second <= rates.capacity + 1) return found;
  found.dearer_from = rates.capacity + 1;
  found.dearer_to = second - 1;
  const double room = rates.capacity - exact;
  const double smooth_from = room > 0 ? whole_up((rates.capacity - 1) / room) : 0;
  found.for_good_from = smooth_from > 0 ? whole_up((smooth_from - 1) * exact)
                                        : std::numeric_limits<double>::infinity();
  return found;
}

}  // namespace assay::catalog
