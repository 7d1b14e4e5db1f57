#include "cli/study_freshness.h"

#include <algorithm>

#include "base/hash.h"
#include "endpoint/engine.h"
#include "host/machine.h"
#include "study/plan.h"

namespace assay::cli {
namespace {

using base::Json;
using base::Result;
namespace fs = std::filesystem;

bool is_there(const fs::path& file) {
  std::error_code failure;
  return fs::exists(file, failure);
}

bool same_model(const study::ModelSpec& left, const study::ModelSpec& right) {
  return left.name == right.name && left.gguf_as_written == right.gguf_as_written &&
         left.url == right.url && left.model == right.model;
}

/// The models of --models, which took the place of the file's; none when the file's own were run.
Result<std::vector<study::ModelSpec>> models_in_place(const store::StudyRow& row) {
  const fs::path folder = fs::path(row.file).parent_path();
  ASSAY_TRY(const study::StudySpec then, study::parse_spec(row.source, row.file, folder));
  ASSAY_TRY(const Json plan, base::parse_json(row.plan));
  ASSAY_TRY(std::vector<study::ModelSpec> models, study::models_of_plan(plan, folder));
  const bool of_file =
      std::equal(models.begin(), models.end(), then.models.begin(), then.models.end(), same_model);
  if (of_file) models.clear();
  return models;
}

}  // namespace

Result<std::vector<finding::PlanChange>> changes_since(const base::Context& context,
                                                       const store::StudyRow& row) {
  const fs::path file(row.file);
  study::PlanOptions options{true, {}, context.home};
  ASSAY_TRY(options.models, models_in_place(row));
  study::StudySpec spec;
  if (is_there(file)) {
    ASSAY_TRY(spec, study::load_spec(file));
  } else {
    ASSAY_TRY(spec, study::parse_spec(row.source, row.file, file.parent_path()));
    spec.file = file;
  }
  ASSAY_TRY(const study::Plan plan, study::make_plan(std::move(spec), options));
  ASSAY_TRY(const Json then, base::parse_json(row.plan));
  return finding::plan_changes(then, plan.to_json());
}

void note_changes(const base::Context& context, const store::StudyRow& row,
                  finding::StudyFinding& finding) {
  auto changes = changes_since(context, row);
  if (changes.has_value()) finding.changes = std::move(*changes);
}

report::Present look_around(const base::Context& context, const store::StudyRow& row,
                            const Json& derived) {
  report::Present present;
  for (const std::string& path : report::files_of(derived)) {
    // A quantization made under a home that was named relative to another working folder.
    const fs::path moved = context.home / "quantized" / fs::path(path).filename();
    const bool is_elsewhere = !is_there(path) && is_there(moved);
    auto digest = base::sha256_hex_of_file(is_elsewhere ? moved : fs::path(path));
    if (digest.has_value()) present.digests.emplace(path, std::move(*digest));
  }
  if (const auto engine = endpoint::find_engine(context); engine.has_value()) {
    present.engine = engine->version;
  }
  present.machine = host::read_machine(context.home).to_json();
  auto changes = changes_since(context, row);
  if (changes.has_value()) {
    present.changes = std::move(*changes);
    if (!is_there(row.file)) present.trouble = "gone; the journal's copy was compared instead";
  } else {
    base::Error error = std::move(changes).error();
    error.hint.clear();  // Nothing has to be mended for the card's sake.
    present.trouble = "cannot be planned again: " + error.to_string();
  }
  return present;
}

}  // namespace assay::cli
