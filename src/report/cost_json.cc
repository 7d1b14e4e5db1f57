#include <cmath>

#include "report/cost.h"
#include "report/cost_words.h"

namespace assay::report {
namespace {

using base::Json;
using catalog::BreakEven;
using catalog::CloudLine;
using catalog::CostComparison;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json break_even_json(const BreakEven& found) {
  const bool at = found.kind == catalog::BreakEvenKind::At;
  const bool again = at && found.dearer_from > 0;
  return {{"kind", at ? "at" : break_even_word(found)},
          {"tasks_per_month", at ? number(found.tasks) : Json()},
          {"dearer_from", again ? number(found.dearer_from) : Json()},
          {"dearer_to", again ? number(found.dearer_to) : Json()},
          {"for_good_from", at ? number(found.for_good_from) : Json()},
          {"reason", break_even_reason(found)}};
}

Json inputs_json(const catalog::CostInputs& inputs) {
  return {{"tasks_per_month", inputs.tasks_per_month},
          {"prompt_tokens", inputs.task.prompt_tokens},
          {"completion_tokens", inputs.task.completion_tokens},
          {"cached_share", inputs.task.cached_share},
          {"prefill_tps", inputs.machine.prefill_tps},
          {"decode_tps", inputs.machine.decode_tps},
          {"hardware_price", inputs.machine.hardware_price},
          {"years", inputs.machine.years},
          {"watts_load", inputs.machine.watts_load},
          {"watts_idle", inputs.machine.watts_idle},
          {"kwh_price", inputs.machine.kwh_price},
          {"utilisation", inputs.machine.utilisation}};
}

Json local_json(const CostComparison& comparison) {
  const catalog::MonthlyCost& local = comparison.local;
  return {{"task_s", number(comparison.rates.task_s)},
          {"tasks_per_machine", number(comparison.rates.capacity)},
          {"machines", local.machines},
          {"busy_share", number(local.busy_share)},
          {"hardware_per_month", number(local.hardware)},
          {"energy_per_month", number(local.energy)},
          {"per_month", number(local.total())},
          {"per_task", number(local.total() / comparison.inputs.tasks_per_month)}};
}

Json cloud_json(const CloudLine& cloud) {
  return {{"provider", cloud.price.provider},
          {"model", cloud.price.model},
          {"date", catalog::date_text(cloud.price)},
          {"source", cloud.price.source},
          {"per_task", number(cloud.per_task)},
          {"per_month", number(cloud.per_month)},
          {"break_even", break_even_json(cloud.break_even)}};
}

Json sensitivity_json(const CostComparison& comparison) {
  Json rows = Json::array();
  for (const catalog::SensitivityRow& row : comparison.sensitivity) {
    Json moved = Json::array();
    for (std::size_t index = 0; index < row.moved.size(); ++index) {
      moved.push_back({{"factor", catalog::kSensitivityFactors[index]},
                       {"break_even", break_even_json(row.moved[index])}});
    }
    rows.push_back({{"input", row.input},
                    {"value", row.value},
                    {"swing", number(row.swing)},
                    {"moved", std::move(moved)}});
  }
  return {{"against", comparison.clouds[comparison.reference].price.name()},
          {"rows", std::move(rows)}};
}

}  // namespace

Json cost_json(const CostComparison& comparison) {
  Json basis;
  if (comparison.basis) {
    basis = {{"study", comparison.basis->study},
             {"cell", comparison.basis->cell},
             {"trials", comparison.basis->trials},
             {"left_out", comparison.basis->left_out}};
  }
  Json clouds = Json::array();
  for (const CloudLine& cloud : comparison.clouds) clouds.push_back(cloud_json(cloud));
  return {{"currency", comparison.currency}, {"inputs", inputs_json(comparison.inputs)},
          {"measured", std::move(basis)},    {"local", local_json(comparison)},
          {"clouds", std::move(clouds)},     {"sensitivity", sensitivity_json(comparison)}};
}

}  // namespace assay::report
