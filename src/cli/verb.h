// What every verb's file offers and uses. A verb adds its subcommand with help and example to the
// CLI11 tree; when it is chosen it leaves an Action, which main runs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "base/context.h"
#include "base/result.h"

namespace assay::cli {

/// Does the verb's work. Prints results to context.out; its error becomes the exit code.
using Action = std::function<base::Status(base::Context&)>;

/// One row per verb, in the order of `assay --help`.
struct Verb {
  std::string_view name;
  void (*add)(CLI::App& app, Action& chosen);
};

void add_models(CLI::App& app, Action& chosen);
void add_shortlist(CLI::App& app, Action& chosen);
void add_study(CLI::App& app, Action& chosen);
void add_load(CLI::App& app, Action& chosen);
void add_decide(CLI::App& app, Action& chosen);
void add_export(CLI::App& app, Action& chosen);
void add_compare(CLI::App& app, Action& chosen);
void add_verify(CLI::App& app, Action& chosen);
void add_cost(CLI::App& app, Action& chosen);
void add_doctor(CLI::App& app, Action& chosen);
void add_scope(CLI::App& app, Action& chosen);
void add_twin(CLI::App& app, Action& chosen);
void add_gguf(CLI::App& app, Action& chosen);

/// A subcommand whose help ends with "Example:" and the given lines.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example);

/// The positional argument that names a study in the journal: see find_study().
void add_study_id(CLI::App& command, std::string& id);

/// --json: one record on stdout.
void add_json_flag(CLI::App& command, bool& json);

}  // namespace assay::cli
