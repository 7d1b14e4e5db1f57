#include <cmath>

#include "finding/phrase.h"
#include "report/report.h"

namespace assay::report {
namespace {

using base::Json;
using finding::CellFinding;

/// NaN has no place in JSON: what could not be measured is null.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

void append_difference(const CellFinding& cell, Json& json) {
  const auto& difference = cell.difference;
  json["delta"] = difference ? number(difference->delta) : Json();
  json["delta_low"] = difference ? number(difference->interval.low) : Json();
  json["delta_high"] = difference ? number(difference->interval.high) : Json();
  json["verdict"] = cell.judgement ? Json(finding::verdict_word(cell)) : Json();
  const bool is_countable = cell.judgement && cell.judgement->canaries_more >= 0;
  json["p_adjusted"] = number(cell.p_adjusted);
  json["void"] = finding::is_void(cell) ? Json(finding::verdict_sentence(cell, 0)) : Json();
  json["arm"] = cell.arm;
  json["looks_taken"] = cell.looks_taken;
  json["stop"] = std::string(stats::name_of(cell.stop));
  json["canaries_more"] = is_countable ? Json(cell.judgement->canaries_more) : Json();
}

Json kinds_json(const CellFinding& cell) {
  Json kinds = Json::array();
  for (const finding::KindFinding& kind : cell.kinds) {
    kinds.push_back({{"kind", kind.kind}, {"n", kind.scored}, {"accuracy", number(kind.accuracy)}});
  }
  return kinds;
}

Json load_json(const finding::LoadFigures& load) {
  return {{"requests", load.requests},
          {"met", load.met},
          {"failed", load.failed},
          {"goodput_per_s", number(load.goodput_per_s)},
          {"rate_achieved", number(load.rate_achieved)},
          {"itl_ms_p50", number(load.itl_ms_p50)},
          {"e2e_ms_p95", number(load.e2e_ms_p95)}};
}

Json cell_json(const CellFinding& cell) {
  Json json;
  json["id"] = cell.id;
  json["kind"] = std::string(study::name_of(cell.kind));
  json["factor"] = cell.factor ? Json(*cell.factor) : Json();
  json["level"] = cell.factor ? Json(cell.level) : Json();
  json["n"] = cell.n;
  json["accuracy"] = number(cell.accuracy);
  json["accuracy_low"] = number(cell.accuracy_interval.low);
  json["accuracy_high"] = number(cell.accuracy_interval.high);
  append_difference(cell, json);
  json["ttft_ms_p50"] = number(cell.ttft_ms_p50);
  json["ttft_ms_p95"] = number(cell.ttft_ms_p95);
  json["tokens_per_s"] = number(cell.tokens_per_s);
  json["trial_ms_p50"] = number(cell.wall_ms_p50);
  json["trial_ms_ratio"] = number(cell.wall_ms_ratio);
  json["completion_tokens_ratio"] = number(cell.completion_tokens_ratio);
  json["completion_tokens_mean"] = number(cell.completion_tokens_mean);
  json["prompt_tokens_mean"] = number(cell.prompt_tokens_mean);
  json["cost_usd_per_1000"] = number(cell.cost_usd_per_1000);
  json["memory_bytes_peak"] = cell.memory_bytes_peak > 0 ? Json(cell.memory_bytes_peak) : Json();
  json["planned"] = cell.planned;
  json["scored"] = cell.scored;
  json["unscored"] = cell.unscored;
  json["truncated"] = cell.truncated;
  json["accuracy_untruncated"] = number(cell.accuracy_untruncated);
  json["n_effective"] = number(cell.n_effective);
  if (cell.load) json["load"] = load_json(*cell.load);
  json["kinds"] = kinds_json(cell);
  json["outcomes"] = cell.outcomes;
  json["settings"] = cell.settings;
  return json;
}

Json example_json(const finding::Example& example) {
  return {{"canary", example.canary},     {"kind", example.kind},   {"prompt", example.prompt},
          {"expected", example.expected}, {"reply", example.reply}, {"reason", example.reason}};
}

Json confirmation_json(const finding::Confirmation& confirmation) {
  return {{"status", std::string(finding::name_of(confirmation.status))},
          {"needed", confirmation.needed},
          {"confirmed", confirmation.status == finding::Confirmation::Status::Confirmed},
          {"cell", confirmation.cell.empty() ? Json() : Json(confirmation.cell)},
          {"sentence", confirmation.sentence}};
}

Json model_json(const finding::ModelFinding& model) {
  Json json;
  json["model"] = model.model;
  json["description"] = model.description;
  json["url"] = model.url.empty() ? Json() : Json(model.url);
  json["fingerprint"] = model.fingerprint;
  json["cells"] = Json::array();
  for (const CellFinding& cell : model.cells) json["cells"].push_back(cell_json(cell));
  json["traps"] = Json::array();
  for (const finding::Trap& trap : model.traps) {
    json["traps"].push_back({{"name", trap.name},
                             {"cell", trap.cell},
                             {"sentence", trap.sentence},
                             {"figures", trap.figures}});
  }
  json["notes"] = model.notes;
  json["confirmation"] = confirmation_json(model.confirmation);
  json["examples"] = Json::array();
  for (const finding::Example& example : model.examples) {
    json["examples"].push_back(example_json(example));
  }
  return json;
}

Json registration_json(const finding::StudyFinding& finding) {
  if (finding.registration.is_null() && !finding.changes) return {};
  Json json = finding.registration.is_object() ? finding.registration : Json::object();
  if (finding.changes) {
    json["changed_since"] = Json::array();
    for (const finding::PlanChange& change : *finding.changes) {
      json["changed_since"].push_back(
          {{"what", change.what}, {"then", change.then}, {"now", change.now}});
    }
  }
  return json;
}

Json gate(const std::optional<double>& bound) { return bound ? Json(*bound) : Json(); }

Json rule_json(const finding::Rule& rule) {
  return {{"accuracy_least", gate(rule.accuracy_least)},
          {"ttft_ms_most", gate(rule.ttft_ms_most)},
          {"memory_bytes_most", gate(rule.memory_bytes_most)},
          {"cost_usd_per_1000_most", gate(rule.cost_usd_per_1000_most)},
          {"rank", rule.rank}};
}

Json decision_json(const finding::Decision& decision) {
  Json json;
  json["made"] = decision.made;
  json["headline"] = decision.headline;
  json["caveat"] = decision.caveat;
  json["model"] = decision.made ? Json(decision.model) : Json();
  json["cell"] = decision.made ? Json(decision.cell) : Json();
  json["settings"] = decision.made ? decision.settings : Json();
  json["reasons"] = decision.reasons;
  json["against"] = decision.against;
  json["confirmation"] = confirmation_json(decision.confirmation);
  return json;
}

}  // namespace

Json to_json(const finding::StudyFinding& finding) {
  Json json;
  json["study"] = finding.study;
  json["name"] = finding.name;
  json["hash"] = finding.hash;
  json["state"] = finding.state;
  json["created"] = finding.created;
  if (!finding.load.empty()) {
    json["load"] = {{"burst", finding.load}, {"objectives", finding.objectives}};
  }
  json["packs"] = finding.packs;
  json["canaries"] = finding.canaries;
  json["repeats"] = finding.repeats;
  json["margin"] = finding.margin;
  json["alpha"] = finding.alpha;
  json["looks"] = finding.looks;
  json["rule"] = rule_json(finding.rule);
  json["verdicts"] = finding.verdicts;
  json["planned"] = finding.planned;
  json["done"] = finding.done;
  json["wall_s"] = number(finding.wall_s);
  json["model_s"] = number(finding.model_s);
  json["machine"] = finding.machine;
  json["engine"] = finding.engine.empty() ? Json() : Json(finding.engine);
  json["inputs"] = finding.inputs;
  json["registration"] = registration_json(finding);
  json["models"] = Json::array();
  for (const finding::ModelFinding& model : finding.models) {
    json["models"].push_back(model_json(model));
  }
  json["decision"] = decision_json(finding.decision);
  return json;
}

}  // namespace assay::report
