#include "finding/provenance.h"

#include <filesystem>

#include "base/clock.h"
#include "base/hash.h"

namespace assay::finding {
namespace {

using base::Json;
namespace fs = std::filesystem;

Json parsed_object(const std::string& text) {
  auto parsed = base::parse_json(text);
  return parsed.has_value() && parsed->is_object() ? std::move(*parsed) : Json::object();
}

Json text_or_null(const Json& object, std::string_view key) {
  const auto text = base::string_member(object, key);
  return text ? Json(*text) : Json();
}

Json packs_of(const Json& plan) {
  Json packs = Json::array();
  const Json* rows = base::find_member(plan, "packs");
  if (rows == nullptr || !rows->is_array()) return packs;
  for (const Json& row : *rows) {
    const Json* cases = base::find_member(row, "cases");
    packs.push_back({{"name", text_or_null(row, "name")},
                     {"cases", cases == nullptr ? Json() : *cases},
                     {"hash", text_or_null(row, "hash")}});
  }
  return packs;
}

/// Whether the registered hash is that of what was registered, and that of the plan which the
/// journal still has.
bool is_intact(const Json& registration, const store::StudyRow& study) {
  const Json* promised = base::find_member(registration, "registration");
  if (promised == nullptr) return false;
  return base::string_member(registration, "hash") ==
             base::sha256_hex(base::dump_json(*promised)) &&
         base::string_member(*promised, "plan_sha256") == base::sha256_hex(study.plan);
}

/// The first one: registering again changes nothing.
Json registration_of(const store::StudyRow& study, const std::vector<store::EventRow>& events) {
  for (const store::EventRow& event : events) {
    if (event.kind != "registered") continue;
    Json registration = parsed_object(event.detail);
    registration["intact"] = is_intact(registration, study);
    registration["registered_at"] = base::iso8601_utc(event.unix_ms);
    return registration;
  }
  return {};
}

const Json* planned_model(const Json& plan, std::string_view name) {
  const Json* rows = base::find_member(plan, "models");
  if (rows == nullptr || !rows->is_array()) return nullptr;
  for (const Json& row : *rows) {
    if (base::string_member(row, "name") == name) return &row;
  }
  return nullptr;
}

/// The path a cell's server was given; empty for an endpoint.
fs::path served_file(const CellFinding& cell) {
  const Json* guest = base::find_member(cell.settings, "guest");
  return guest == nullptr ? "" : base::string_member(*guest, "model").value_or("");
}

/// Every file that guest_ready events of the model name, with where it lay.
Json files_of(const ModelFinding& model, const fs::path& model_file,
              const std::vector<store::EventRow>& events) {
  const fs::path baseline = model.cells.empty() ? fs::path() : served_file(model.cells.front());
  Json files = Json::array();
  for (const store::EventRow& event : events) {
    if (event.kind != "guest_ready" || event.model != model.model) continue;
    const Json detail = parsed_object(event.detail);
    const fs::path name = base::string_member(detail, "file").value_or("");
    const auto digest = base::string_member(detail, "file_sha256");
    if (name.empty() || !digest) continue;
    fs::path path = name;
    for (const CellFinding& cell : model.cells) {
      const fs::path served = served_file(cell);
      if (served.filename() != name) continue;
      // Beside the model, whose folder is known for certain; elsewhere as the plan had it.
      const bool beside = served.parent_path() == baseline.parent_path();
      path = beside && !model_file.empty() ? model_file.parent_path() / name : served;
    }
    const Json file{{"path", path.string()}, {"sha256", *digest}};
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
  return files;
}

void fill_model(const Json& plan, const fs::path& folder,
                const std::vector<store::EventRow>& events, ModelFinding& model) {
  static const Json kNothing = Json::object();
  const Json* found = planned_model(plan, model.model);
  const Json& planned = found == nullptr ? kNothing : *found;
  if (model.fingerprint.is_null()) model.fingerprint = Json::object();
  const auto written = base::string_member(planned, "gguf");
  const fs::path file = written ? (folder / *written).lexically_normal() : fs::path();
  model.fingerprint["file"] = written ? Json(file.string()) : Json();
  model.fingerprint["quantization"] = text_or_null(planned, "quantization");
  model.fingerprint["files"] = files_of(model, file, events);
}

}  // namespace

void fill_provenance(const store::StudyRow& study, const std::vector<store::EventRow>& events,
                     StudyFinding& finding) {
  const Json plan = parsed_object(study.plan);
  finding.inputs = {{"study_file", study.file}, {"packs", packs_of(plan)}};
  finding.registration = registration_of(study, events);
  const fs::path folder = fs::path(study.file).parent_path();
  for (ModelFinding& model : finding.models) fill_model(plan, folder, events, model);
}

}  // namespace assay::finding
