#include "finding/plan_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "study/factor.h"

namespace assay::finding {
namespace {

using base::Json;

std::string text_or(const Json& object, std::string_view key, std::string_view fallback) {
  return base::string_member(object, key).value_or(std::string(fallback));
}

/// The member's elements; none when it is missing or not an array.
std::vector<Json> elements_of(const Json& object, std::string_view key) {
  const Json* member = base::find_member(object, key);
  if (member == nullptr || !member->is_array()) return {};
  return {member->begin(), member->end()};
}

Json object_or_null(const Json& object, std::string_view key) {
  const Json* member = base::find_member(object, key);
  return member != nullptr && member->is_object() ? *member : Json();
}

PlannedCanary read_canary(const Json& json) {
  return {.id = text_or(json, "id", ""),
          .kind = text_or(json, "kind", "other"),
          .prompt = text_or(json, "prompt", ""),
          .expected = text_or(json, "expected", "")};
}

std::string describe_model(const Json& json) {
  if (auto description = base::string_member(json, "description")) return *description;
  if (auto file = base::string_member(json, "gguf")) return *file;
  const std::string url = text_or(json, "url", "");
  const std::string served = text_or(json, "model", "");
  return served.empty() ? url : fmt::format("{} at {}", served, url);
}

PlannedModel read_model(const Json& json) {
  return {.name = text_or(json, "name", ""),
          .description = describe_model(json),
          .url = text_or(json, "url", ""),
          .served_as = text_or(json, "model", text_or(json, "name", "")),
          .price_input = base::number_member(json, "price_input").value_or(kUnknown),
          .price_output = base::number_member(json, "price_output").value_or(kUnknown)};
}

std::string read_level(const Json& json) {
  const std::string text = text_or(json, "level_text", "");
  if (!text.empty()) return text;
  const Json* level = base::find_member(json, "level");
  if (level == nullptr || level->is_null()) return "";
  return study::level_text(*level);
}

/// Plans of earlier versions have no kinds: a cell moved one factor, or none.
CellKind read_kind(const Json& json) {
  const std::string kind = text_or(json, "kind", "");
  if (kind == "check") return CellKind::Check;
  if (kind == "combination") return CellKind::Combination;
  return base::string_member(json, "factor") ? CellKind::Level : CellKind::Baseline;
}

std::string describe_pack(const Json& json) {
  return fmt::format("{} ({} cases, sha256 {}…)", text_or(json, "name", "unnamed"),
                     base::integer_member(json, "cases").value_or(0),
                     text_or(json, "hash", "unknown").substr(0, 8));
}

bool verdicts_of(const Json& json, std::int64_t repeats) {
  const Json* member = base::find_member(json, "verdicts");
  return member != nullptr && member->is_boolean() ? member->get<bool>() : repeats >= 3;
}

std::vector<std::size_t> indices(const Json& object, std::string_view key) {
  std::vector<std::size_t> values;
  for (const Json& value : elements_of(object, key)) {
    if (value.is_number_integer() && value.get<std::int64_t>() >= 0) {
      values.push_back(value.get<std::size_t>());
    }
  }
  return values;
}

/// A plan without a usable design is judged once, over all canaries in the plan's order.
void read_design(const Json& json, StudyPlan& plan) {
  const std::size_t canaries = plan.canaries.size();
  plan.looks = {canaries};
  plan.positions.resize(canaries);
  std::iota(plan.positions.begin(), plan.positions.end(), std::size_t{0});
  const Json design = object_or_null(json, "design");
  if (!design.is_object()) return;
  plan.alpha = base::number_member(design, "alpha").value_or(plan.alpha);
  plan.futility = base::number_member(design, "futility").value_or(plan.futility);
  if (text_or(design, "spending", "") == stats::name_of(stats::Spending::Pocock)) {
    plan.spending = stats::Spending::Pocock;
  }
  const std::vector<std::size_t> looks = indices(design, "looks");
  const std::vector<std::size_t> order = indices(design, "order");
  const bool usable = !looks.empty() && looks.back() == canaries && order.size() == canaries &&
                      std::is_sorted(looks.begin(), looks.end()) &&
                      std::all_of(order.begin(), order.end(),
                                  [&](std::size_t canary) { return canary < canaries; });
  if (!usable) return;
  plan.has_design = true;
  plan.looks = looks;
  for (std::size_t position = 0; position < canaries; ++position) {
    plan.positions[order[position]] = position;
  }
}

Rule read_rule(const Json& json) {
  const Json decision = object_or_null(json, "decision");
  if (!decision.is_object()) return {};
  return {.accuracy_least = base::number_member(decision, "accuracy_least"),
          .ttft_ms_most = base::number_member(decision, "ttft_ms_most"),
          .memory_bytes_most = base::number_member(decision, "memory_bytes_most"),
          .cost_usd_per_1000_most = base::number_member(decision, "cost_usd_per_1000_most"),
          .rank = text_or(decision, "rank", "speed")};
}

base::Error unusable(const store::StudyRow& study, std::string_view found) {
  return base::bad_input(
      fmt::format("expected a plan with models, cells and canaries, found {}", found),
      "the journal was written by another version or damaged; run the study again",
      fmt::format("study {} in the journal", study.id));
}

}  // namespace

PlannedCell read_cell(const Json& json) {
  return {.id = text_or(json, "id", ""),
          .model = text_or(json, "model", ""),
          .kind = read_kind(json),
          .factor = base::string_member(json, "factor"),
          .level = read_level(json),
          .moves = object_or_null(json, "moves"),
          .request = object_or_null(json, "request"),
          .load = object_or_null(json, "load"),
          .guest = object_or_null(json, "guest")};
}

base::Result<StudyPlan> read_plan(const store::StudyRow& study) {
  const auto parsed = base::parse_json(study.plan);
  if (!parsed.has_value()) return unusable(study, "no JSON: " + parsed.error().message);
  const Json& json = *parsed;
  StudyPlan plan;
  plan.study = study.id;
  plan.name = text_or(json, "name", study.name);
  plan.hash = study.hash;
  plan.repeats = base::integer_member(json, "repeats").value_or(0);
  plan.margin = base::number_member(json, "margin").value_or(0.05);
  plan.verdicts = verdicts_of(json, plan.repeats);
  if (const Json load = object_or_null(json, "load"); load.is_object()) {
    plan.load = text_or(load, "burst", "requests at once");
    for (const Json& objective : elements_of(load, "objectives")) {
      if (!objective.is_string()) continue;
      plan.objectives += (plan.objectives.empty() ? "" : ", ") + objective.get<std::string>();
    }
  }
  for (const Json& pack : elements_of(json, "packs")) plan.packs.push_back(describe_pack(pack));
  for (const Json& canary : elements_of(json, "canaries")) {
    plan.canaries.push_back(read_canary(canary));
  }
  for (const Json& model : elements_of(json, "models")) plan.models.push_back(read_model(model));
  for (const Json& cell : elements_of(json, "cells")) plan.cells.push_back(read_cell(cell));
  if (plan.models.empty()) return unusable(study, "no models");
  if (plan.cells.empty()) return unusable(study, "no cells");
  if (plan.canaries.empty()) return unusable(study, "no canaries");
  read_design(json, plan);
  plan.rule = read_rule(json);
  const auto trials = plan.cells.size() * plan.canaries.size();
  plan.runs =
      base::integer_member(json, "runs").value_or(static_cast<std::int64_t>(trials) * plan.repeats);
  return plan;
}

}  // namespace assay::finding
