// The command line: parses, runs the chosen verb, turns errors into last lines and exit codes.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/context.h"
#include "cli/verb.h"

namespace assay::cli {

/// Runs `assay <arguments>` and returns the exit code. Sets context.home from --home. Never throws.
int run(base::Context& context, const std::vector<std::string>& arguments);

/// The whole command tree, for parsing and for the reference.
std::unique_ptr<CLI::App> make_app(Action& chosen, std::string& home);

}  // namespace assay::cli
