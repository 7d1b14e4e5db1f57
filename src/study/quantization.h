// Where the file of a quantization level is, and how it is made when it is nowhere.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/engine.h"

namespace assay::study {

/// The file that holds `model` at `level` ("Q4_K_M", any case):
/// the model itself when it is of that type; else a file beside it whose name differs only in the
/// type ("m-f16.gguf" → "m-Q4_K_M.gguf"); else a path under `home`/quantized where make_quantized()
/// will put it. Pure but for looking which files exist. BadInput when the model's header is not
/// readable, or when the file would have to be made from weights that are quantized already.
base::Result<std::filesystem::path> quantized_file(const std::filesystem::path& model,
                                                   std::string_view level,
                                                   const std::filesystem::path& home);

/// Makes `target` from `model` by llama-quantize unless it is there. Written under another name
/// first, so that an interruption leaves no half file. BadInput, with the last lines of its log,
/// for a type that llama-quantize does not know.
base::Status make_quantized(const base::Context& context, const endpoint::Engine& engine,
                            const std::filesystem::path& model, std::string_view level,
                            const std::filesystem::path& target);

}  // namespace assay::study
