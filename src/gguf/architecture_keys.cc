#include "gguf/architecture_keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::gguf {
namespace {

std::uint64_t element(const Value& value, std::uint64_t otherwise) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  return integer_of(value).value_or(otherwise);
}

}  // namespace

ArchitectureKeys::ArchitectureKeys(const Header& header)
    : header_(header), architecture_(header.text("general.architecture").value_or("")) {}

const Value* ArchitectureKeys::find(std::string_view key) const {
  const auto found = header_.metadata.find(fmt::format("{}.{}", architecture_, key));
  return found == header_.metadata.end() ? nullptr : &found->second;
}

std::uint64_t ArchitectureKeys::number(std::string_view key, std::uint64_t otherwise) const {
  const Value* value = find(key);
  return value == nullptr ? otherwise : integer_of(*value).value_or(otherwise);
}

const Array* ArchitectureKeys::array(std::string_view key) const {
  const Value* value = find(key);
  return value == nullptr ? nullptr : std::get_if<Array>(value);
}

std::uint64_t ArchitectureKeys::at(std::string_view key, std::size_t layer,
                                   std::uint64_t otherwise) const {
  const Array* values = array(key);
  if (values == nullptr) return number(key, otherwise);
  return layer < values->head.size() ? element(values->head[layer], otherwise) : otherwise;
}

std::uint64_t ArchitectureKeys::largest(std::string_view key) const {
  const Array* values = array(key);
  if (values == nullptr) return number(key);
  std::uint64_t most = 0;
  for (const Value& value : values->head) most = std::max(most, element(value, 0));
  return most;
}

}  // namespace assay::gguf
