#include "gguf/header.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gguf/byte_source.h"
#include "gguf/parse.h"
#include "gguf/quantization.h"
#include "gguf/shards.h"

namespace assay::gguf {
std::optional<std::string> Header::text(std::string_view key) const {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  const auto* value = std::get_if<std::string>(&found->second);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::uint64_t> Header::integer(std::string_view key) const {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::nullopt : integer_of(found->second);
}

std::optional<std::uint64_t> Header::architecture_integer(std::string_view key) const {
  const auto architecture = text("general.architecture");
  return architecture ? integer(fmt::format("{}.{}", *architecture, key)) : std::nullopt;
}

std::uint64_t Header::parameters() const {
  std::uint64_t sum = 0;
  for (const Tensor& tensor : tensors) sum = saturating_add(sum, tensor.elements);
  return sum;
}

std::uint64_t Header::weight_bytes() const {
  std::uint64_t sum = 0;
  for (const Tensor& tensor : tensors) sum = saturating_add(sum, tensor.bytes);
  return sum;
}

std::string Header::quantization() const {
  if (const auto file_type = integer("general.file_type")) {
    if (const auto name = file_type_name(*file_type)) return std::string(*name);
  }
  std::map<std::uint32_t, std::uint64_t> elements;
  for (const Tensor& tensor : tensors) {
    elements[tensor.type] = saturating_add(elements[tensor.type], tensor.elements);
  }
  const auto most = std::max_element(
      elements.begin(), elements.end(),
      [](const auto& left, const auto& right) { return left.second < right.second; });
  if (most == elements.end()) return "unknown";
  const TensorType* type = find_tensor_type(most->first);
  return type != nullptr ? std::string(type->name) : fmt::format("type {}", most->first);
}

std::optional<std::uint64_t> integer_of(const Value& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

base::Result<Header> read_one_header(const ByteSource& source) {
  Cursor cursor(source);
  auto header = parse(cursor, source.bytes);
  if (!header.has_value()) return std::move(header.error()).in(source.name);
  return header;
}

base::Result<Header> read_header(const ByteSource& source, const OpenSource& open) {
  ASSAY_TRY(Header header, read_one_header(source));
  ASSAY_TRY_DONE(add_shards(header, source.name, open));
  return header;
}

base::Result<Header> read_header(const std::filesystem::path& path) {
  ASSAY_TRY(const ByteSource source, open_file(path));
  return read_header(source, [](const std::string& name) { return open_file(name); });
}

base::Result<Header> parse_header(std::string_view bytes, std::uint64_t file_bytes) {
  Cursor cursor(bytes);
  return parse(cursor, file_bytes);
}

}  // namespace assay::gguf
