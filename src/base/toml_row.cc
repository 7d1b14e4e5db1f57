#include "base/toml_row.h"

#include <fmt/core.h>

namespace assay::base {
namespace {

constexpr std::size_t kTextBytesMost = 300;

}  // namespace

Result<const toml::node*> TomlRow::required(const char* key) const {
  const toml::node* node = row.get(key);
  if (node != nullptr) return node;
  return bad_input(fmt::format("a {} lacks `{}`", kind, key), "", toml_place(source, row, kind));
}

Result<std::string> TomlRow::text(const char* key) const {
  ASSAY_TRY(const toml::node* node, required(key));
  const auto* value = node->as_string();
  if (value == nullptr || value->get().empty() || value->get().size() > kTextBytesMost) {
    return toml_mismatch(source, *node, key,
                         fmt::format("a text of 1 to {} bytes", kTextBytesMost));
  }
  return value->get();
}

Result<std::chrono::year_month_day> TomlRow::date(const char* key) const {
  ASSAY_TRY(const toml::node* node, required(key));
  const auto* value = node->as_date();
  if (value == nullptr) {
    return toml_mismatch(source, *node, key, "a date such as 2026-09-30, without quotes");
  }
  const toml::date& day = value->get();
  return std::chrono::year_month_day(std::chrono::year(day.year), std::chrono::month(day.month),
                                     std::chrono::day(day.day));
}

}  // namespace assay::base
