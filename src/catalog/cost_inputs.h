// What a cost comparison is computed from, and the one table that says of every input what it is
// called and which values make sense. Used by cost, its sensitivity and the reports. Pure.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "catalog/prices.h"

namespace assay::catalog {

/// What one task asks of a model, in tokens; a mean over tasks.
struct TaskShape {
  double prompt_tokens = 0;
  double completion_tokens = 0;
  double cached_share = 0;  ///< Of the prompt that a cloud serves from its cache, 0 to 1.
};

/// One machine that serves the tasks. Money is in the currency of the comparison.
struct LocalMachine {
  double hardware_price = 0;  ///< 0 when it is paid for already.
  double years = 3;           ///< Over which the price is spread, evenly.
  double watts_load = 0;      ///< While it works on a task.
  double watts_idle = 0;      ///< While it waits for one; 0 when it is off meanwhile.
  double kwh_price = 0;
  double utilisation = 0.5;  ///< Share of all hours it may be busy: tasks come unevenly.
  double prefill_tps = 0;    ///< Prompt tokens per second, of all requests in flight together.
  double decode_tps = 0;     ///< Completion tokens per second, likewise.
};

struct CostInputs {
  TaskShape task;
  LocalMachine machine;
  double tasks_per_month = 0;
};

/// One input: what it is called, what it may be, and where it stands.
struct InputRow {
  std::string_view name;  ///< "power under load".
  std::string_view unit;  ///< "W"; empty for a share or a count.
  std::string_view flag;  ///< "--watts-load".
  double low = 0;
  bool low_allowed = true;  ///< False: must be above `low`.
  double high = 0;
  double& (*value)(CostInputs& inputs);
};

std::span<const InputRow> input_rows();

/// BadInput for the first input that is out of its range or no number, for a task without tokens,
/// and for a machine that takes more power idle than busy.
base::Status check_inputs(const CostInputs& inputs);

}  // namespace assay::catalog
