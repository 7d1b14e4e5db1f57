#include "study/cells.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "study/quantization.h"

namespace assay::study {
namespace {

using base::Done;
using base::Json;
using base::Result;
using base::Status;

/// Sets "a.b.c" inside nested objects.
void set_field(Json& body, std::string_view dotted, const Json& value) {
  Json* place = &body;
  for (const std::string& part : base::split(dotted, '.')) place = &(*place)[part];
  *place = value;
}

PromptTemplate template_named(const StudySpec& spec, const std::string& name) {
  for (const PromptTemplate& prompt : spec.prompts) {
    if (prompt.name == name) return prompt;
  }
  return {};
}

void apply_to_prompt(const Plan& plan, const Setting& setting, Cell& cell) {
  const auto text = setting.value.get<std::string>();
  if (setting.factor->name == "prompt") {
    cell.prompt = template_named(plan.spec, text);
  } else {
    cell.system_prompt = text;
  }
}

void apply_to_dialogue(const Setting& setting, Cell& cell) {
  if (setting.factor->name == "turns") {
    cell.turns = setting.value.get<std::int64_t>();
  } else {
    cell.echo_reasoning = setting.value.get<bool>();
  }
}

void apply_to_load(const Setting& setting, Cell& cell) {
  if (setting.factor->name == "load_rate") {
    cell.load_rate = setting.value.get<double>();
  } else {
    cell.load_concurrency = setting.value.get<std::int64_t>();
  }
}

Status apply(const Plan& plan, const Setting& setting, const std::filesystem::path& home,
             Cell& cell) {
  const Factor& factor = *setting.factor;
  switch (factor.place) {
    case FactorPlace::Request:
      set_field(cell.request, factor.field, setting.value);
      return Done{};
    case FactorPlace::Prompt:
      apply_to_prompt(plan, setting, cell);
      return Done{};
    case FactorPlace::Dialogue:
      apply_to_dialogue(setting, cell);
      return Done{};
    case FactorPlace::Load:
      apply_to_load(setting, cell);
      return Done{};
    case FactorPlace::Guest:
      break;
  }
  if (factor.name == "quantization") {
    cell.quantization = setting.value.get<std::string>();
    ASSAY_TRY(cell.guest.model,
              quantized_file(plan.models[cell.model].gguf, cell.quantization, home));
    return Done{};
  }
  apply_to_guest(factor, setting.value, cell.guest);
  return Done{};
}

bool differs(const Cell& left, const Cell& right) {
  return left.request != right.request || left.system_prompt != right.system_prompt ||
         left.prompt != right.prompt || left.turns != right.turns ||
         left.load_rate != right.load_rate || left.load_concurrency != right.load_concurrency ||
         left.echo_reasoning != right.echo_reasoning || left.guest != right.guest;
}

bool applies(const Factor& factor, const ModelSpec& model) {
  return factor.place != FactorPlace::Guest || model.is_guest();
}

/// The first of the settings that needs a server which this model does not have; none: all apply.
const Factor* inapplicable(const std::vector<Setting>& settings, const ModelSpec& model) {
  for (const Setting& setting : settings) {
    if (!applies(*setting.factor, model)) return setting.factor;
  }
  return nullptr;
}

Result<Cell> baseline_cell(const Plan& plan, std::size_t index, const std::filesystem::path& home) {
  const ModelSpec& model = plan.models[index];
  Cell cell;
  cell.id = model.name + "/baseline";
  cell.model = index;
  cell.guest.model = model.gguf;
  cell.guest.memory_limit_bytes = model.memory_limit_bytes;
  if (plan.spec.load) {
    cell.load_rate = plan.spec.load->rate;
    cell.load_concurrency = plan.spec.load->concurrency;
  }
  // A reused prefix would make a trial's first token depend on the trial before it.
  if (model.is_guest()) cell.request["cache_prompt"] = false;
  for (const Setting& setting : plan.spec.baseline) {
    if (!applies(*setting.factor, model)) continue;
    ASSAY_TRY_DONE(apply(plan, setting, home, cell));
  }
  return cell;
}

Status add_levels(Plan& plan, const Cell& baseline, const std::filesystem::path& home) {
  const ModelSpec& model = plan.models[baseline.model];
  for (const FactorLevels& row : plan.spec.factors) {
    if (!applies(*row.factor, model)) {
      plan.notes.push_back(
          fmt::format("{}: `{}` is left out; it needs a model served from a GGUF file", model.name,
                      row.factor->name));
      continue;
    }
    for (const Json& level : row.levels) {
      const std::string name = fmt::format("{}={}", row.factor->name, level_text(level));
      ASSAY_TRY(Cell cell,
                make_cell(plan, baseline, CellKind::Level, name, {{row.factor, level}}, home));
      if (cell.moves.empty()) {
        plan.notes.push_back(fmt::format("{}: left out, it is the baseline's own level", cell.id));
      } else {
        plan.cells.push_back(std::move(cell));
      }
    }
  }
  return Done{};
}

Status add_named(Plan& plan, const Cell& baseline, const std::filesystem::path& home) {
  const ModelSpec& model = plan.models[baseline.model];
  for (const NamedCell& named : plan.spec.cells) {
    if (const Factor* factor = inapplicable(named.set, model)) {
      plan.notes.push_back(
          fmt::format("{}/{}: left out, `{}` needs a model served from a GGUF file", model.name,
                      named.name, factor->name));
      continue;
    }
    ASSAY_TRY(Cell cell, make_cell(plan, baseline, CellKind::Level, named.name, named.set, home));
    if (cell.moves.empty()) {
      plan.notes.push_back(
          fmt::format("{}: left out, all that it sets is the baseline's own", cell.id));
    } else {
      plan.cells.push_back(std::move(cell));
    }
  }
  return Done{};
}

/// The first move of `factor` among the cells that move it alone.
std::optional<Setting> first_move(const Plan& plan, std::size_t model, std::string_view factor) {
  for (const Cell& cell : plan.cells) {
    const bool moves_it = cell.model == model && cell.kind == CellKind::Level &&
                          cell.moves.size() == 1 && cell.moves[0].factor->name == factor;
    if (moves_it) return cell.moves[0];
  }
  return std::nullopt;
}

/// One-factor cells cannot show that a rich prompt helps one kind of model and hurts the other; the
/// fourth corner of prompt × reasoning can.
Status add_check(Plan& plan, const Cell& baseline, const std::filesystem::path& home) {
  const auto prompt = first_move(plan, baseline.model, "prompt");
  auto reasoning = first_move(plan, baseline.model, "thinking");
  if (!reasoning) reasoning = first_move(plan, baseline.model, "reasoning_effort");
  if (!prompt || !reasoning) return Done{};
  const std::string name = fmt::format("check:prompt={}+{}={}", level_text(prompt->value),
                                       reasoning->factor->name, level_text(reasoning->value));
  ASSAY_TRY(Cell cell,
            make_cell(plan, baseline, CellKind::Check, name, {*prompt, *reasoning}, home));
  plan.cells.push_back(std::move(cell));
  return Done{};
}

}  // namespace

Result<Cell> make_cell(const Plan& plan, const Cell& baseline, CellKind kind,
                       const std::string& name, const std::vector<Setting>& moves,
                       const std::filesystem::path& home) {
  Cell cell = baseline;
  cell.id = fmt::format("{}/{}", plan.models[baseline.model].name, name);
  cell.kind = kind;
  for (const Setting& setting : moves) {
    Cell moved = cell;
    ASSAY_TRY_DONE(apply(plan, setting, home, moved));
    if (!differs(moved, cell)) continue;
    cell = std::move(moved);
    cell.moves.push_back(setting);
  }
  if (kind == CellKind::Level && !cell.moves.empty()) {
    cell.factor = cell.moves.front().factor;
    cell.level = cell.moves.front().value;
  }
  return cell;
}

Status add_cells(Plan& plan, const std::filesystem::path& home) {
  for (std::size_t index = 0; index < plan.models.size(); ++index) {
    ASSAY_TRY(const Cell baseline, baseline_cell(plan, index, home));
    plan.cells.push_back(baseline);
    ASSAY_TRY_DONE(add_levels(plan, baseline, home));
    ASSAY_TRY_DONE(add_named(plan, baseline, home));
    ASSAY_TRY_DONE(add_check(plan, baseline, home));
  }
  return Done{};
}

Json settings_json(const std::vector<Setting>& settings) {
  Json object = Json::object();
  for (const Setting& setting : settings) object[std::string(setting.factor->name)] = setting.value;
  return object;
}

}  // namespace assay::study
