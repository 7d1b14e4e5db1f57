// The subcommands of `assay gguf`, one file each; verb_gguf.cc hangs them below their parent.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/verb.h"

namespace assay::cli {

void add_gguf_show(CLI::App& gguf, Action& chosen);
void add_gguf_hollow(CLI::App& gguf, Action& chosen);
/// Memory and speed of a model on this machine: src/cli/gguf_estimate.cc.
void add_gguf_estimate(CLI::App& gguf, Action& chosen);

}  // namespace assay::cli
