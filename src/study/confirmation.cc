#include "study/confirmation.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/check.h"
#include "study/cells.h"
#include "study/schedule.h"

namespace assay::study {
namespace {

using base::Json;

base::Result<Cell> cell_of(const Plan& plan, std::size_t model, const std::vector<Setting>& moves,
                           const std::filesystem::path& home) {
  std::string name = "combination:";
  for (const Setting& move : moves) {
    name += fmt::format("{}{}={}", name.back() == ':' ? "" : "+", move.factor->name,
                        level_text(move.value));
  }
  return make_cell(plan, plan.cells[baseline_of(plan, model)], CellKind::Combination, name, moves,
                   home);
}

}  // namespace

base::Result<Cell> combination_cell(const Plan& plan, const std::vector<std::size_t>& winners,
                                    const std::filesystem::path& home) {
  ASSAY_CHECK(winners.size() >= 2, "a combination is of several levels");
  std::vector<Setting> moves;
  for (const std::size_t winner : winners) {
    moves.push_back({plan.cells[winner].factor, plan.cells[winner].level});
  }
  return cell_of(plan, plan.cells[winners.front()].model, moves, home);
}

std::size_t append_cell(Plan& plan, Cell cell) {
  plan.cells.push_back(std::move(cell));
  const std::size_t index = plan.cells.size() - 1;
  for (const ScheduledTrial& trial : schedule_of_cell(plan, index)) plan.schedule.push_back(trial);
  return index;
}

Json combination_json(const Plan& plan, const Cell& cell, const std::vector<std::size_t>& winners) {
  Json of = Json::array();
  for (const std::size_t winner : winners) of.push_back(plan.cells[winner].id);
  return {{"cell", cell_json(plan, cell)}, {"of", std::move(of)}};
}

base::Status recall_combinations(Plan& plan, const std::vector<store::EventRow>& events,
                                 const std::filesystem::path& home) {
  for (const store::EventRow& event : events) {
    if (event.kind != "combination") continue;
    const auto detail = base::parse_json(event.detail);
    const Json* cell = detail.has_value() ? base::find_member(*detail, "cell") : nullptr;
    const Json* moved = cell == nullptr ? nullptr : base::find_member(*cell, "moves");
    const auto model =
        std::find_if(plan.models.begin(), plan.models.end(),
                     [&](const ModelSpec& spec) { return spec.name == event.model; });
    if (moved == nullptr || !moved->is_object() || model == plan.models.end()) continue;
    std::vector<Setting> moves;
    for (const auto& [name, value] : moved->items()) {
      if (const Factor* factor = find_factor(name)) moves.push_back({factor, value});
    }
    ASSAY_TRY(Cell again,
              cell_of(plan, static_cast<std::size_t>(model - plan.models.begin()), moves, home));
    append_cell(plan, std::move(again));
  }
  return base::Done{};
}

}  // namespace assay::study
