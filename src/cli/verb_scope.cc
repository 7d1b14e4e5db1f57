#include <algorithm>
#include <memory>
#include <ostream>

#include "catalog/survey.h"
#include "cli/scope_table.h"
#include "cli/verb.h"
#include "endpoint/engine.h"
#include "host/disk_speed.h"
#include "scope/measurement.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;
using base::Result;
using base::Status;

struct ScopeOptions {
  bool fresh = false;
  bool no_engine = false;
  bool json = false;
};

/// The largest model of this machine that lies whole on the disk; empty when there is none.
fs::path largest_model(const base::Context& context) {
  const auto survey = catalog::survey_models({context}, {});
  fs::path largest;
  std::uint64_t bytes = 0;
  if (!survey.has_value()) return largest;
  for (const catalog::LocalModel& model : survey->models) {
    if (model.header.file_bytes <= bytes || !host::is_wholly_on_disk(model.path)) continue;
    largest = model.path;
    bytes = model.header.file_bytes;
  }
  return largest;
}

Result<scope::KnownScope> measure_now(const base::Context& context,
                                      std::optional<endpoint::Engine> engine) {
  scope::MeasureRequest request;
  request.model_file = largest_model(context);
  request.engine = std::move(engine);
  request.measure_engine = scope::measure_engine_speed;
  return scope::measure(context, request);
}

/// What is kept, unless it is to be measured anew, or lacks the engine that is there now.
Result<scope::KnownScope> find_or_measure(const base::Context& context,
                                          const ScopeOptions& options) {
  std::optional<endpoint::Engine> engine;
  if (!options.no_engine) {
    auto found = endpoint::find_engine(context);
    if (found.has_value()) engine = std::move(*found);
  }
  if (!options.fresh) {
    auto known = scope::known_scope(context);
    if (known.has_value() && *known && (!engine || !(*known)->speed.types.empty())) {
      return std::move(**known);
    }
    // A record that cannot be read is measured again; a store that cannot be opened says so then.
  }
  return measure_now(context, std::move(engine));
}

Status show_scope(base::Context& context, const ScopeOptions& options) {
  ASSAY_TRY(const scope::KnownScope known, find_or_measure(context, options));
  const scope::Present present = scope::look_around(context);
  if (options.json) {
    base::Json record = known.record;
    record["now"] = scope::now_json(present, known);
    context.out << base::dump_json(record) << '\n';
  } else {
    context.out << scope_table(known, present);
  }
  return base::Done{};
}

}  // namespace

void add_scope(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ScopeOptions>();
  CLI::App* command = add_command(
      app, "scope",
      "What this machine has, how fast its memory, disk and engine are, and what is left for a "
      "model; measured once and kept",
      "  assay scope            measures on the first call, then shows what it kept\n"
      "  assay scope --fresh    measures again");
  command->add_flag("--fresh", options->fresh, "Measure again even though a measurement is kept");
  command->add_flag("--no-engine", options->no_engine,
                    "Leave the engine out: memory and disk only, a few seconds");
  add_json_flag(*command, options->json);
  command->callback([options, &chosen] {
    chosen = [options](base::Context& context) { return show_scope(context, *options); };
  });
}

}  // namespace assay::cli
