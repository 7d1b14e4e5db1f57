// What reading and writing GGUF share of its format: the types of metadata values and the few
// constants. Source: ggml's docs/gguf.md, gguf_metadata_value_type.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace assay::gguf {

constexpr std::string_view kMagic = "GGUF";
constexpr std::uint32_t kVersionWritten = 3;
constexpr std::uint64_t kAlignmentDefaultBytes = 32;

enum class ValueType : std::uint32_t {
  Uint8,
  Int8,
  Uint16,
  Int16,
  Uint32,
  Int32,
  Float32,
  Bool,
  Text,
  Array,
  Uint64,
  Int64,
  Float64
};
constexpr std::uint32_t kValueTypes = 13;
/// Bytes of one value; 0 for texts and arrays, which say their own length.
constexpr std::array<std::uint64_t, kValueTypes> kValueBytes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

/// Of the data section and each tensor in it: a power of two that fits 32 bits.
constexpr bool is_alignment(std::uint64_t bytes) {
  return bytes != 0 && (bytes & (bytes - 1)) == 0 &&
         bytes <= std::numeric_limits<std::uint32_t>::max();
}

}  // namespace assay::gguf
