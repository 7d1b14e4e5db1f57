// What the verbs that list models share: their common option, and how figures of models are
// written.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "catalog/survey.h"
#include "gguf/speed.h"

namespace assay::cli {

/// --models DIR, several times: folders beside the stores of other programs.
void add_model_folders(CLI::App& command, std::vector<std::string>& folders);

/// catalog::survey_models() on this machine, with a line on a terminal while it looks.
base::Result<catalog::Survey> look_for_models(base::Context& context,
                                              const std::vector<std::string>& folders);

/// "30.5B", "596M", "114K".
std::string parameter_words(std::uint64_t parameters);

/// "131,072"; "?" for 0.
std::string token_words(std::uint64_t tokens);

/// "12.3 (10.9-13.7)"; "?" where it cannot be said.
std::string range_words(const gguf::Range& range);

}  // namespace assay::cli
