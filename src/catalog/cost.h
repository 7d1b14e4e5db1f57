// What tasks cost on a machine of one's own and in a cloud, and from which volume on the machine is
// cheaper. Pure; money is in one currency throughout.
//
// A month has 8766 / 12 = 730.5 hours. One machine's month:
//   task_s         = prompt ÷ prefill_tps + completion ÷ decode_tps
//   capacity       = ⌊utilisation × 730.5 × 3600 ÷ task_s⌋ tasks
//   machines(n)    = max(1, ⌈n ÷ capacity⌉)
//   hardware(n)    = machines × hardware_price ÷ (12 × years)
//   energy(n)      = [busy_h × watts_load + (machines × 730.5 − busy_h) × watts_idle] ÷ 1000 ×
//   kwh_price
//                    with busy_h = n × task_s ÷ 3600
// so that local(n) = machines(n) × fixed + n × marginal with
//   fixed          = hardware_price ÷ (12 × years) + 730.5 × watts_idle ÷ 1000 × kwh_price
//   marginal       = task_s ÷ 3600 × (watts_load − watts_idle) ÷ 1000 × kwh_price
// and cloud(n) = n × [prompt × ((1 − cached) × input + cached × cached_input) + completion ×
// output] ÷ 10⁶.
//
// Worked number: 1,000 prompt tokens at 500 tok/s and 160 completion tokens at 20 tok/s are
// 2 + 8 = 10 s a task. A machine of 1,440 over 4 years that takes 136 W busy and 36 W idle at 0.40
// a kWh has fixed = 1440/48 + 730.5 × 0.036 × 0.40 = 30 + 10.5192 = 40.5192 a month and marginal =
// 10/3600 × 0.1 × 0.40 = 0.000111 a task; at a utilisation of 0.5 it serves 131,490 tasks a month.
// A cloud at 1.00 and 5.00 per million tokens takes 0.001 + 0.0008 = 0.0018 a task: local is
// cheaper from 40.5192 / (0.0018 − 0.000111) = 23,992 tasks a month on.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "catalog/cost_inputs.h"
#include "catalog/prices.h"

namespace assay::catalog {

inline constexpr double kHoursPerMonth = 8766.0 / 12.0;

/// What the machine's side of a comparison comes down to.
struct LocalRates {
  double task_s = 0;
  double capacity = 0;  ///< Whole tasks a month that one machine serves; at least 1.
  double hardware = 0;  ///< A month, one machine.
  double fixed = 0;     ///< A month, one machine: hardware, and energy as if it were always idle.
  double marginal = 0;  ///< What one more task adds in energy.
};

/// BadInput for inputs that check_inputs() refuses, and when one task takes longer than a machine
/// may work in a month.
base::Result<LocalRates> local_rates(const CostInputs& inputs);

/// One month at some volume.
struct MonthlyCost {
  double machines = 1;
  double busy_share = 0;  ///< Of all machines' hours.
  double hardware = 0;
  double energy = 0;
  double total() const { return hardware + energy; }
};

/// `tasks` is at least 0 and need not be whole.
MonthlyCost local_month(const LocalRates& rates, double tasks);

/// What one task costs in the cloud.
double cloud_task_cost(const CloudPrice& price, const TaskShape& task);

enum class BreakEvenKind {
  At,             ///< From `tasks` on.
  Always,         ///< Nothing is fixed, and a task's energy is no dearer than the cloud.
  NeverEnergy,    ///< One task's energy alone costs as much as the cloud.
  NeverCapacity,  ///< A machine that works as much as it may is still dearer a task.
};

/// Local costs no more than the cloud from `tasks` a month on. Where one more machine has to be
/// bought it may be dearer again: from `dearer_from` to `dearer_to`, both included, and perhaps at
/// later machines too; never again from `for_good_from` on.
struct BreakEven {
  BreakEvenKind kind = BreakEvenKind::Always;
  double tasks = 0;        ///< Whole; of At only.
  double dearer_from = 0;  ///< 0: there is no such stretch.
  double dearer_to = 0;
  double for_good_from = 0;  ///< Equals `tasks` without such a stretch; infinite: never for good.
};

BreakEven break_even(const LocalRates& rates, double cloud_per_task);

}  // namespace assay::catalog
