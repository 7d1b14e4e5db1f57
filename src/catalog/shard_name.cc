#include "catalog/shard_name.h"

#include <charconv>
#include <string>
#include <string_view>

namespace assay::catalog {
namespace {

/// Exactly five digits.
std::optional<int> five_digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && text.size() == 5 && text.front() != '-' ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<ShardName> read_shard_name(const std::filesystem::path& path) {
  constexpr std::string_view kForm = "-00001-of-00003.gguf";
  const std::string name = path.filename().string();
  if (name.size() <= kForm.size() || !name.ends_with(".gguf")) return std::nullopt;
  const std::size_t stem = name.size() - kForm.size();
  const std::string_view ending = std::string_view(name).substr(stem);
  const auto number = five_digits(ending.substr(1, 5));
  const auto count = five_digits(ending.substr(10, 5));
  if (ending[0] != '-' || ending.substr(6, 4) != "-of-" || !number || !count) return std::nullopt;
  ShardName shard{*number, *count, {}};
  shard.first =
      path.parent_path() / (name.substr(0, stem) + "-00001" + std::string(ending.substr(6)));
  return shard;
}

}  // namespace assay::catalog
