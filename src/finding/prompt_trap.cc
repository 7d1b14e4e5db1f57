// Rich prompts copied from one model to another: reasoning models often want the thinnest prompt
// that works. Four cells, thin or rich with and without reasoning, tell when it is the reasoning
// that a rich prompt disturbs.
#include <fmt/format.h>

#include <algorithm>

#include "finding/phrase.h"
#include "finding/trap_kinds.h"

namespace assay::finding {
namespace {

using base::Json;

constexpr std::string_view kPrompt = "prompt";
/// What a cell asks for that names no prompt: the case as it is.
constexpr std::string_view kPlain = "plain";

/// One reasoning setting's two cells, and what the richer prompt did there.
struct Side {
  const CellFinding* thin = nullptr;
  const CellFinding* rich = nullptr;
  std::optional<stats::PairedDifference> difference;
  bool is_harmed = false;  ///< Shown to be worse.
};

/// A side of each reasoning setting. `on` is the one with more reasoning.
struct Corners {
  Side off;
  Side on;
};

std::string shown(const Json& level) {
  return level.is_string() ? level.get<std::string>() : base::dump_json(level);
}

const CellFinding* level_cell(const ModelFinding& model, std::string_view factor,
                              const std::string& level) {
  for (const CellFinding& cell : model.cells) {
    if (cell.factor == factor && cell.level == level) return &cell;
  }
  return nullptr;
}

/// "rich", "plain": the prompt a cell used.
std::string prompt_of(const CellFinding& cell) {
  const Json* request = base::find_member(cell.settings, "request");
  const auto name =
      request == nullptr ? std::nullopt : base::string_member(*request, std::string(kPrompt));
  return name.value_or(cell.factor == kPrompt ? cell.level : std::string(kPlain));
}

Side side_of(const StudyPlan& plan, const CellFinding& thin, const CellFinding& rich) {
  Side side{&thin, &rich, compare(rich, thin), false};
  side.is_harmed = plan.verdicts && side.difference &&
                   stats::judge(*side.difference, plan.margin).verdict == stats::Verdict::Worse;
  return side;
}

/// Less reasoning than its counterpart.
bool is_reasoning_off(const Json& level) {
  return (level.is_boolean() && !level.get<bool>()) || level == "none" || level == "minimal";
}

/// The four cells around the level of `prompt`, where the plan has a check of it.
std::optional<Corners> corners_of(const TrapEvidence& evidence, const CellFinding& level) {
  const ModelFinding& model = evidence.model;
  for (const CellFinding& check : model.cells) {
    if (!check.moves.is_object() || check.moves.size() != 2) continue;
    const Json* prompt = base::find_member(check.moves, kPrompt);
    if (prompt == nullptr || shown(*prompt) != level.level) continue;
    for (const auto& [factor, value] : check.moves.items()) {
      const bool is_reasoning = factor == "thinking" || factor == "reasoning_effort";
      const CellFinding* other = is_reasoning ? level_cell(model, factor, shown(value)) : nullptr;
      if (other == nullptr) continue;
      Corners corners{side_of(evidence.plan, model.cells.front(), level),
                      side_of(evidence.plan, *other, check)};
      if (is_reasoning_off(value)) std::swap(corners.off, corners.on);
      return corners;
    }
  }
  return std::nullopt;
}

std::string_view conclusion(const Corners& corners) {
  if (corners.on.is_harmed && corners.off.is_harmed) {
    return "the harm is shown with and without reasoning";
  }
  return corners.on.is_harmed ? "the harm is shown only with reasoning"
                              : "the harm is shown only without reasoning";
}

Json side_json(const Side& side) {
  const bool known = side.difference.has_value();
  return {{"thin_cell", side.thin->id},
          {"thin_accuracy", known_or_null(side.thin->accuracy)},
          {"rich_cell", side.rich->id},
          {"rich_accuracy", known_or_null(side.rich->accuracy)},
          {"delta", known ? Json(side.difference->delta) : Json()},
          {"delta_low", known ? Json(side.difference->interval.low) : Json()},
          {"delta_high", known ? Json(side.difference->interval.high) : Json()},
          {"harm", side.is_harmed}};
}

Trap corner_trap(const CellFinding& level, const Corners& corners) {
  const std::string thin = prompt_of(*corners.off.thin);
  const auto accuracies = [](const Side& side) {
    return fmt::format("{} and {}", percent(side.thin->accuracy), percent(side.rich->accuracy));
  };
  return {
      "rich_prompt_harm",
      level.id,
      fmt::format("{}: right with the prompts {} and {}: without reasoning {}, with reasoning "
                  "{}; {}.",
                  cell_label(level), thin, level.level, accuracies(corners.off),
                  accuracies(corners.on), conclusion(corners)),
      {{"without_reasoning", side_json(corners.off)}, {"with_reasoning", side_json(corners.on)}}};
}

Trap level_trap(const CellFinding& level, const CellFinding& baseline) {
  return {"rich_prompt_harm",
          level.id,
          fmt::format("{}: worse by {} {} than the prompt {}: this model does better with less.",
                      cell_label(level), point_count(level.difference->delta),
                      points_range(level.difference->interval), prompt_of(baseline)),
          {{"thin_accuracy", known_or_null(baseline.accuracy)},
           {"rich_accuracy", known_or_null(level.accuracy)},
           {"delta", level.difference->delta},
           {"delta_low", level.difference->interval.low},
           {"delta_high", level.difference->interval.high}}};
}

}  // namespace

void append_prompt_traps(const TrapEvidence& evidence, std::vector<Trap>& traps) {
  const CellFinding& baseline = evidence.model.cells.front();
  for (const CellFinding& level : evidence.model.cells) {
    // A shorter prompt that is worse is the opposite lesson.
    const bool is_shorter = level.prompt_tokens_mean < baseline.prompt_tokens_mean;
    if (level.factor != kPrompt || is_shorter) continue;
    const auto corners = corners_of(evidence, level);
    if (corners && (corners->off.is_harmed || corners->on.is_harmed)) {
      traps.push_back(corner_trap(level, *corners));
    } else if (!corners && has_verdict(level, stats::Verdict::Worse)) {
      traps.push_back(level_trap(level, baseline));
    }
  }
}

}  // namespace assay::finding
