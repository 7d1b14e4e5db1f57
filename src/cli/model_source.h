// A model as a person names it on the command line: a file here or an http(s) address. Used by
// every verb that looks into a model without loading it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/context.h"
#include "base/result.h"
#include "gguf/byte_source.h"
#include "gguf/header.h"

namespace assay::cli {

struct ModelArgument {
  std::string name;            ///< FILE or URL; of a split model the first.
  std::string token_variable;  ///< Environment variable with a bearer token; empty: none is sent.
};

/// The positional argument and --token-variable.
void add_model_argument(CLI::App& command, ModelArgument& model);

bool is_model_url(std::string_view name);

/// Opens FILE or URL. Writes to context.err what it waits for when that takes over two seconds.
/// Errors as gguf::open_file() and net::RangeReader::open(); Usage when the token's variable is not
/// set. The source refers to `context`.
base::Result<gguf::ByteSource> open_model(base::Context& context, const ModelArgument& model);

/// The header of all files of the model.
base::Result<gguf::Header> read_model(base::Context& context, const ModelArgument& model);

}  // namespace assay::cli
