// A finding card as a record that a program can check: docs/reference/card-json.md. Everything in
// it but the order comes from to_json(), so that what the report learns to say, the card says too.
#include <algorithm>
#include <array>

#include "finding/phrase.h"
#include "report/card.h"
#include "report/claims.h"
#include "report/report.h"

namespace assay::report {
namespace {

using base::Json;
using finding::CellFinding;
using finding::ModelFinding;
using finding::StudyFinding;

/// What of the machine decides what fits and how fast it runs; free memory and disk do not.
constexpr std::array kMachineFacts{
    "cpu_model",          "cores_physical", "cores_logical",    "simd",
    "memory_total_bytes", "gpus",           "operating_system", "kernel"};

/// Stand elsewhere in the card, or are not the journal's.
constexpr std::array kMovedMembers{"study",   "hash",   "decision", "models",
                                   "machine", "engine", "inputs",   "created"};

Json member_or_null(const Json& object, std::string_view key) {
  const Json* member = base::find_member(object, key);
  return member == nullptr ? Json() : *member;
}

Json fingerprint_json(const StudyFinding& finding, const ModelFinding& model, const Json& report) {
  Json machine = Json::object();
  for (const char* fact : kMachineFacts) machine[fact] = member_or_null(finding.machine, fact);
  const Json settings = model.cells.empty() ? Json() : model.cells.front().settings;
  return {{"model",
           {{"name", model.model},
            {"description", model.description},
            {"file", member_or_null(model.fingerprint, "file")},
            {"sha256", member_or_null(model.fingerprint, "file_sha256")},
            {"quantization", member_or_null(model.fingerprint, "quantization")},
            {"files", member_or_null(model.fingerprint, "files")},
            {"url", model.url.empty() ? Json() : Json(model.url)},
            {"served_as", model.served_as}}},
          {"engine", report["engine"]},
          {"machine", std::move(machine)},
          {"settings", settings},
          {"inputs", report["inputs"]},
          {"date", finding.created}};
}

Json limits_json(const ModelFinding& model) {
  if (model.cells.empty()) return Json::object();
  const CellFinding& baseline = model.cells.front();
  const Json guest = member_or_null(baseline.settings, "guest");
  const Json request = member_or_null(baseline.settings, "request");
  return {{"context_tokens", member_or_null(guest, "context_tokens")},
          {"max_tokens", member_or_null(request, "max_tokens")},
          {"memory_bytes_peak",
           baseline.memory_bytes_peak > 0 ? Json(baseline.memory_bytes_peak) : Json()},
          {"memory_bytes_limit", member_or_null(model.fingerprint, "limit_bytes")},
          {"truncated", baseline.truncated},
          {"trials", baseline.n}};
}

Json sentences_json(const std::vector<const CellFinding*>& cells, double margin) {
  Json sentences = Json::array();
  for (const CellFinding* cell : cells) {
    sentences.push_back(
        {{"cell", cell->id}, {"sentence", finding::verdict_sentence(*cell, margin)}});
  }
  return sentences;
}

/// Of the baseline and, when it is another cell of this model, of what is recommended.
Json costs_json(const StudyFinding& finding, const ModelFinding& model, const Json& model_json) {
  Json costs = Json::array();
  for (std::size_t index = 0; index < model.cells.size(); ++index) {
    const CellFinding& cell = model.cells[index];
    if (index > 0 && !is_chosen(finding, model, cell)) continue;
    Json row{{"cell", cell.id}};
    for (const char* figure :
         {"tokens_per_s", "ttft_ms_p50", "ttft_ms_p95", "trial_ms_p50", "completion_tokens_mean",
          "memory_bytes_peak", "cost_usd_per_1000"}) {
      row[figure] = model_json["cells"][index][figure];
    }
    costs.push_back(std::move(row));
  }
  return costs;
}

}  // namespace

Json card_to_json(const StudyFinding& finding, const ModelFinding& model) {
  StudyFinding journaled = finding;
  journaled.changes.reset();
  const Json report = to_json(journaled);
  const auto index = static_cast<std::size_t>(&model - finding.models.data());
  const Json& model_json = report["models"][index];
  Json card{{"format", kCardFormat},
            {"study", finding.study},
            {"hash", finding.hash},
            {"decision", report["decision"]},
            {"fingerprint", fingerprint_json(finding, model, report)},
            {"baseline", model.cells.empty() ? Json() : model_json["cells"][0]}};
  card["moved"] = sentences_json(cells_that_moved(model), finding.margin);
  card["limits"] = limits_json(model);
  card["failures"] = member_or_null(model_json, "examples");
  card["negative_results"] = sentences_json(cells_that_did_not(model), finding.margin);
  card["cost_and_speed"] = costs_json(finding, model, model_json);
  for (const auto& [key, value] : report.items()) {
    if (std::find(kMovedMembers.begin(), kMovedMembers.end(), key) == kMovedMembers.end()) {
      card[key] = value;
    }
  }
  card["model"] = model_json;
  card["claims"] = Json::array();
  for (const Claim& claim : claims_of(finding, model)) {
    card["claims"].push_back({{"id", claim.id},
                              {"sentence", claim.sentence},
                              {"value", card.at(Json::json_pointer(claim.path))},
                              {"path", claim.path},
                              {"command", claim.command}});
  }
  return card;
}

}  // namespace assay::report
