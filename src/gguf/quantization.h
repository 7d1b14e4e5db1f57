// The tensor types of ggml and the file types of llama.cpp: names and sizes. Source: llama.cpp
// 0.5.0, ggml/include/ggml.h and include/llama.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace assay::gguf {

/// `block_elements` neighbours in a row share one block of `block_bytes`.
struct TensorType {
  std::uint32_t id = 0;  ///< ggml_type.
  std::string_view name;
  std::uint64_t block_elements = 1;
  std::uint64_t block_bytes = 0;
};

/// Null for a type that this table does not have: newer, or removed from the format.
const TensorType* find_tensor_type(std::uint32_t id);
/// By name in any case ("q8_0", "F16"); null when unknown.
const TensorType* find_tensor_type(std::string_view name);

/// "Q4_0_4_4" for 31: types that GGUF files once had and no engine reads any more; none for others.
std::optional<std::string_view> removed_type_name(std::uint32_t id);

/// "Q4_K_M" for general.file_type 15; none when unknown.
std::optional<std::string_view> file_type_name(std::uint64_t file_type);

}  // namespace assay::gguf
