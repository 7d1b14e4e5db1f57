// The header of a GGUF file: metadata and tensor list, read without trusting a byte of it. Format:
// ggml's docs/gguf.md, versions 2 and 3, little-endian.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace assay::gguf {

struct Array;
using Value = std::variant<std::uint64_t, std::int64_t, double, bool, std::string, Array>;
/// Long arrays (token lists) keep their length and first elements only.
struct Array {
  std::uint64_t length = 0;
  std::vector<Value> head;
};

struct Tensor {
  std::string name;
  std::vector<std::uint64_t> dimensions;  ///< Fastest first; 1 to 4.
  std::uint32_t type = 0;                 ///< ggml_type.
  std::uint64_t offset = 0;               ///< From the start of the data section.
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;  ///< 0 when the type is unknown.
};

struct Header {
  std::uint32_t version = 0;
  std::map<std::string, Value, std::less<>> metadata;
  std::vector<Tensor> tensors;
  std::uint64_t data_offset = 0;
  std::uint64_t file_bytes = 0;

  std::optional<std::string> text(std::string_view key) const;
  std::optional<std::uint64_t> integer(std::string_view key) const;
  /// `integer("<general.architecture>.<key>")`.
  std::optional<std::uint64_t> architecture_integer(std::string_view key) const;
  std::uint64_t parameters() const;    ///< Sum of tensor elements.
  std::uint64_t weight_bytes() const;  ///< Sum of tensor bytes.
  std::string quantization()
      const;  ///< "F16", "Q4_K_M" … from general.file_type, else the most common type.
};

/// BadInput when the file is missing, is not GGUF (says what it looks like), is of another version
/// or byte order, is truncated (header cut, or tensor data beyond the end of the file).
base::Result<Header> read_header(const std::filesystem::path& path);

/// The same from memory; `file_bytes` is the size the file is said to have. For tests and fuzzing.
base::Result<Header> parse_header(std::string_view bytes, std::uint64_t file_bytes);

}  // namespace assay::gguf
