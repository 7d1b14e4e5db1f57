// Which type each tensor gets when a model is quantized: the named mixes ("Q4_K_M") keep some
// tensors at more bits than others. As llama-quantize of llama.cpp 0.5.0 chooses without an
// importance matrix.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gguf/header.h"

namespace assay::gguf {

/// What the choice depends on besides the tensors.
struct MixFacts {
  std::uint64_t layers = 0;
  std::uint64_t experts = 0;              ///< 0: not a mixture of experts.
  std::uint64_t heads_per_key_value = 1;  ///< Of the first layer; 0 where it has no attention.
  bool seventy_billion = false;           ///< The engine treats 80-layer Llama and Qwen2 apart.
};

/// A mix this table knows.
struct Mix {
  std::string_view name;
  std::uint32_t type = 0;  ///< ggml_type of most tensors.
};

/// In any case; null when unknown.
const Mix* find_mix(std::string_view name);
std::vector<std::string> mix_names();

/// Sets type and bytes of every tensor. They must be in llama-quantize's order (see tensors_of()),
/// because which layers get more bits is counted in it.
void apply_mix(const Mix& mix, const MixFacts& facts, std::vector<Tensor>& tensors);

}  // namespace assay::gguf
