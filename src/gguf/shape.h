// The shape of a model, known without its file: enough to say how large a file of any quantization
// is, what is in it, and to build a hollow one. The catalog's table of common models and
// `assay gguf hollow` are made of these.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/header.h"

namespace assay::gguf {

struct ModelShape {
  std::string name;          ///< For people: "Llama 3.1 8B Instruct".
  std::string architecture;  ///< general.architecture: "llama", "qwen3moe" …
  std::uint64_t vocabulary = 0;
  bool tied_embedding = false;  ///< The token embedding is also the output: no output.weight.
  bool rope_factors = false;    ///< Has rope_freqs (llama 3), or long and short factors (phi3).
  /// The architecture's metadata without its prefix: "block_count", "attention.head_count_kv" …,
  /// where a value may be an array with one element per layer.
  std::map<std::string, Value, std::less<>> metadata;

  /// None when the key is missing, negative or an array.
  std::optional<std::uint64_t> integer(std::string_view key) const;
  /// The scalar, or the layer's element of an array; 0 when there is none. True counts as 1.
  std::uint64_t of_layer(std::string_view key, std::uint64_t layer) const;
};

/// Metadata values with one element per layer.
Value per_layer(const std::vector<std::uint64_t>& values);
Value per_layer_flags(const std::vector<bool>& values);

/// The header that llama.cpp's conversion and llama-quantize (0.5.0, without an importance matrix)
/// give a model of this shape: metadata, and all tensors with names, dimensions, types and offsets.
/// The tokenizer's arrays (tokens, token types, merges) have their lengths and no elements.
/// `quantization` is one of shape_quantizations(), in any case. BadInput for another one, for an
/// architecture that is not one of shape_architectures(), and for keys that are missing or absurd.
/// Worked number: Llama 3.1 8B in Q4_K_M is a file of 4.58 GiB, 4.89 bits per weight.
base::Result<Header> header_of(const ModelShape& shape, std::string_view quantization);

std::vector<std::string> shape_architectures();
std::vector<std::string> shape_quantizations();

}  // namespace assay::gguf
