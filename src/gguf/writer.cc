#include "gguf/writer.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "gguf/value_type.h"

namespace assay::gguf {
namespace {

template <typename T>
void put(std::string& bytes, T value) {
  const std::size_t end = bytes.size();
  bytes.resize(end + sizeof(T));
  std::memcpy(bytes.data() + end, &value, sizeof(T));
}

void put_text(std::string& bytes, std::string_view text) {
  put<std::uint64_t>(bytes, text.size());
  bytes += text;
}

constexpr std::uint64_t kUint32Max = std::numeric_limits<std::uint32_t>::max();

ValueType type_of(const Value& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    return *number <= kUint32Max ? ValueType::Uint32 : ValueType::Uint64;
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    const bool fits = *number >= std::numeric_limits<std::int32_t>::min() &&
                      *number <= std::numeric_limits<std::int32_t>::max();
    return fits ? ValueType::Int32 : ValueType::Int64;
  }
  if (std::holds_alternative<double>(value)) return ValueType::Float32;
  if (std::holds_alternative<bool>(value)) return ValueType::Bool;
  return std::holds_alternative<std::string>(value) ? ValueType::Text : ValueType::Array;
}

base::Status put_array(std::string& bytes, std::string_view key, const Array& array);

/// Without its type, which the caller has written.
base::Status put_value(std::string& bytes, std::string_view key, const Value& value) {
  switch (type_of(value)) {
    case ValueType::Uint32:
      put(bytes, static_cast<std::uint32_t>(std::get<std::uint64_t>(value)));
      break;
    case ValueType::Uint64:
      put(bytes, std::get<std::uint64_t>(value));
      break;
    case ValueType::Int32:
      put(bytes, static_cast<std::int32_t>(std::get<std::int64_t>(value)));
      break;
    case ValueType::Int64:
      put(bytes, std::get<std::int64_t>(value));
      break;
    case ValueType::Float32:
      put(bytes, static_cast<float>(std::get<double>(value)));
      break;
    case ValueType::Bool:
      put(bytes, static_cast<std::uint8_t>(std::get<bool>(value) ? 1 : 0));
      break;
    case ValueType::Text:
      put_text(bytes, std::get<std::string>(value));
      break;
    case ValueType::Array:
      return put_array(bytes, key, std::get<Array>(value));
    case ValueType::Uint8:
    case ValueType::Int8:
    case ValueType::Uint16:
    case ValueType::Int16:
    case ValueType::Float64:
      break;  // type_of() gives none of these.
  }
  return base::Done{};
}

base::Status put_array(std::string& bytes, std::string_view key, const Array& array) {
  if (array.head.size() != array.length) {
    return base::bad_input(
        fmt::format("expected all {} elements of `{}` to write it, found the first {}",
                    array.length, key, array.head.size()));
  }
  const ValueType type = array.head.empty() ? ValueType::Uint32 : type_of(array.head.front());
  put(bytes, static_cast<std::uint32_t>(type));
  put<std::uint64_t>(bytes, array.length);
  for (const Value& value : array.head) {
    if (type_of(value) != type) {
      return base::bad_input(fmt::format("expected elements of one type in `{}`", key));
    }
    ASSAY_TRY_DONE(put_value(bytes, key, value));
  }
  return base::Done{};
}

void put_tensor(std::string& bytes, const Tensor& tensor) {
  put_text(bytes, tensor.name);
  put(bytes, static_cast<std::uint32_t>(tensor.dimensions.size()));
  for (const std::uint64_t dimension : tensor.dimensions) put(bytes, dimension);
  put(bytes, tensor.type);
  put(bytes, tensor.offset);
}

}  // namespace

base::Result<std::string> write_header(const Header& header) {
  const std::uint64_t alignment =
      header.integer("general.alignment").value_or(kAlignmentDefaultBytes);
  if (!is_alignment(alignment)) {
    return base::bad_input(
        fmt::format("expected general.alignment to be a power of two, found {}", alignment));
  }
  std::string bytes(kMagic);
  put(bytes, kVersionWritten);
  put<std::uint64_t>(bytes, header.tensors.size());
  put<std::uint64_t>(bytes, header.metadata.size());
  for (const auto& [key, value] : header.metadata) {
    put_text(bytes, key);
    put(bytes, static_cast<std::uint32_t>(type_of(value)));
    ASSAY_TRY_DONE(put_value(bytes, key, value));
  }
  for (const Tensor& tensor : header.tensors) put_tensor(bytes, tensor);
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
  return bytes;
}

}  // namespace assay::gguf
