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
#include "gguf/byte_source.h"

namespace assay::gguf {

struct Array;
using Value = std::variant<std::uint64_t, std::int64_t, double, bool, std::string, Array>;
/// Long arrays (token lists) keep their length and first 1,024 elements only.
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
  std::uint64_t file_bytes = 0;  ///< Of all files of a split model together.

  /// None when the key is missing or of another type.
  std::optional<std::string> text(std::string_view key) const;
  std::optional<std::uint64_t> integer(std::string_view key) const;
  /// `integer("<general.architecture>.<key>")`.
  std::optional<std::uint64_t> architecture_integer(std::string_view key) const;
  std::uint64_t parameters() const;    ///< Sum of tensor elements, at most 2^64 − 1.
  std::uint64_t weight_bytes() const;  ///< Sum of tensor bytes, at most 2^64 − 1.
  std::string quantization()
      const;  ///< "F16", "Q4_K_M" … from general.file_type, else the most common type.
};

/// The value as a number that is not negative; none for any other.
std::optional<std::uint64_t> integer_of(const Value& value);

/// The largest 64-bit number instead of an overflow: figures from a file are only as sane as it is.
constexpr std::uint64_t saturating_add(std::uint64_t left, std::uint64_t right) {
  const std::uint64_t sum = left + right;
  return sum < left ? ~std::uint64_t{0} : sum;
}
constexpr std::uint64_t saturating_multiply(std::uint64_t left, std::uint64_t right) {
  return right != 0 && left > ~std::uint64_t{0} / right ? ~std::uint64_t{0} : left * right;
}

/// Reads the header only, however large the file is; of a split model the headers of all its files,
/// with all their tensors. BadInput when the file is missing, is not GGUF (says what it looks
/// like), is of another version or byte order, is truncated (header cut, or tensor data beyond the
/// end of the file: says how much is missing).
base::Result<Header> read_header(const std::filesystem::path& path);

/// The same of a model behind a source, whose other files `open` gives by their names.
base::Result<Header> read_header(const ByteSource& source, const OpenSource& open);

/// Of this file alone, also when it is one of a split model's.
base::Result<Header> read_one_header(const ByteSource& source);

/// The same from memory; `file_bytes` is the size the file is said to have. For tests and fuzzing.
base::Result<Header> parse_header(std::string_view bytes, std::uint64_t file_bytes);

}  // namespace assay::gguf
