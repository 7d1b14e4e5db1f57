// Common open models by shape, so that one can ask how a model would do here before a byte of it is
// downloaded, and rehearse it hollow.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gguf/shape.h"

namespace assay::gguf {

/// By name in any case, "qwen3-8b"; none when unknown.
std::optional<ModelShape> known_shape(std::string_view name);

/// Every name, families together, small before large.
std::vector<std::string> known_shape_names();

}  // namespace assay::gguf
