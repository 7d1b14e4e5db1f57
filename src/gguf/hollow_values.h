// Random weights for the few tensors of a hollow model that must not be zero.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"

namespace assay::gguf {

/// Bytes of `blocks` blocks of that ggml_type whose values are small, finite and average about
/// zero; empty for a type that this cannot make.
std::string random_blocks(std::uint32_t type, std::uint64_t blocks, base::Random& random);

}  // namespace assay::gguf
