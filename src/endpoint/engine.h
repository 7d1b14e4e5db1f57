// Which llama-server is used and where it was found.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/result.h"

namespace assay::endpoint {

struct Engine {
  std::filesystem::path server;    ///< llama-server.
  std::filesystem::path quantize;  ///< llama-quantize beside it; empty when there is none.
  std::string version;             ///< First line of `llama-server --version`, "version: N (HASH)".
  std::string source;              ///< "ASSAY_LLAMA_SERVER", "pinned", "PATH".
};

/// In this order: $ASSAY_LLAMA_SERVER; the pinned build in the per-user cache that tools/engine
/// makes; llama-server on PATH. BadInput when the variable names something that is not one; an
/// Unreachable error with the mending command when none is found.
base::Result<Engine> find_engine(const base::Context& context);

}  // namespace assay::endpoint
