#include "catalog/cost_sensitivity.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace assay::catalog {
namespace {

/// An input of either side and its largest sensible value.
struct Lever {
  std::string name;
  std::function<double&(CostInputs&, CloudPrice&)> value;
  double high = std::numeric_limits<double>::infinity();
};

std::vector<Lever> levers() {
  std::vector<Lever> all;
  for (const InputRow& row : input_rows()) {
    if (row.flag == "--tasks") continue;
    const auto value = row.value;
    all.push_back({std::string(row.name),
                   [value](CostInputs& inputs, CloudPrice&) -> double& { return value(inputs); },
                   row.high});
  }
  all.push_back(
      {"cloud input price", [](CostInputs&, CloudPrice& price) -> double& { return price.input; }});
  all.push_back({"cloud output price",
                 [](CostInputs&, CloudPrice& price) -> double& { return price.output; }});
  return all;
}

BreakEven at(const CostInputs& inputs, const CloudPrice& price) {
  const auto rates = local_rates(inputs);
  // A machine too slow for a single task a month serves none at any price.
  if (!rates.has_value()) return {.kind = BreakEvenKind::NeverCapacity};
  return break_even(*rates, cloud_task_cost(price, inputs.task));
}

bool is_never(const BreakEven& found) {
  return found.kind == BreakEvenKind::NeverEnergy || found.kind == BreakEvenKind::NeverCapacity;
}

double distance(const BreakEven& unmoved, const BreakEven& moved) {
  if (unmoved.kind == BreakEvenKind::At && moved.kind == BreakEvenKind::At) {
    return std::abs(std::log(moved.tasks / unmoved.tasks));
  }
  const bool same = unmoved.kind == moved.kind || (is_never(unmoved) && is_never(moved));
  return same ? 0 : std::numeric_limits<double>::infinity();
}

}  // namespace

std::vector<SensitivityRow> sensitivity(const CostInputs& inputs, const CloudPrice& price) {
  const BreakEven unmoved = at(inputs, price);
  std::vector<SensitivityRow> rows;
  for (const Lever& lever : levers()) {
    CostInputs moved_inputs = inputs;
    CloudPrice moved_price = price;
    double& value = lever.value(moved_inputs, moved_price);
    SensitivityRow row{.input = lever.name, .value = value, .moved = {}};
    if (row.value <= 0) continue;
    for (std::size_t index = 0; index < kSensitivityFactors.size(); ++index) {
      value = std::min(row.value * kSensitivityFactors[index], lever.high);
      // The idle power is part of what the machine takes under load, so that it moves no further.
      if (lever.name == "power under load") value = std::max(value, inputs.machine.watts_idle);
      if (lever.name == "power when idle") value = std::min(value, inputs.machine.watts_load);
      row.moved[index] = at(moved_inputs, moved_price);
      row.swing = std::max(row.swing, distance(unmoved, row.moved[index]));
    }
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& left, const auto& right) { return left.swing > right.swing; });
  return rows;
}

}  // namespace assay::catalog
