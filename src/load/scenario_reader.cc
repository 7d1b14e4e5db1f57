#include "load/scenario_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace assay::load {

using base::Done;
using base::Result;
using base::Status;

namespace {

constexpr double kSecondsMost = 7 * 24 * 3600.0;

}  // namespace

std::vector<std::string> words(std::string_view text) { return base::split(text, ' '); }

Result<std::vector<const toml::table*>> tables_of(std::string_view source,
                                                  const toml::table& document,
                                                  std::string_view name) {
  std::vector<const toml::table*> tables;
  const toml::node* node = document.get(name);
  if (node == nullptr) return tables;
  if (const auto* table = node->as_table()) return std::vector<const toml::table*>{table};
  const auto* array = node->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    tables.push_back(array->get(i)->as_table());
  }
  if (array == nullptr || std::find(tables.begin(), tables.end(), nullptr) != tables.end()) {
    return base::toml_mismatch(source, *node, name, fmt::format("one or more [[{}]] tables", name));
  }
  return tables;
}

Result<const toml::table*> table_of(std::string_view source, const toml::table& document,
                                    std::string_view name) {
  const toml::node* node = document.get(name);
  if (node == nullptr) return static_cast<const toml::table*>(nullptr);
  if (const auto* table = node->as_table()) return table;
  return base::toml_mismatch(source, *node, name, fmt::format("one [{}] table", name));
}

std::string TableReader::key_place(std::string_view key) const {
  return place_.empty() ? std::string(key) : fmt::format("{} {}", place_, key);
}

Status TableReader::known(std::string_view keys) const {
  return base::reject_unknown_keys(table_, words(keys), source_, place_);
}

Status TableReader::text(std::string_view key, std::string& target) const {
  const toml::node* value = node(key);
  if (value == nullptr) return Done{};
  ASSAY_TRY(target, base::toml_text(source_, *value, key_place(key)));
  return Done{};
}

Status TableReader::flag(std::string_view key, bool& target) const {
  const toml::node* value = node(key);
  if (value == nullptr) return Done{};
  if (!value->is_boolean()) {
    return base::toml_mismatch(source_, *value, key_place(key), "true or false");
  }
  target = value->as_boolean()->get();
  return Done{};
}

Status TableReader::count(std::string_view key, std::int64_t& target) const {
  const toml::node* value = node(key);
  if (value == nullptr) return Done{};
  ASSAY_TRY(target, base::toml_integer(source_, *value, key_place(key), 1));
  return Done{};
}

Status TableReader::number(std::string_view key, double low, double high, double& target) const {
  const toml::node* value = node(key);
  if (value == nullptr) return Done{};
  ASSAY_TRY(target, base::toml_number(source_, *value, key_place(key), low, high));
  return Done{};
}

Status TableReader::duration(std::string_view key, double& target) const {
  const toml::node* value = node(key);
  if (value == nullptr) return Done{};
  const auto* text = value->as_string();
  const auto seconds = text == nullptr ? std::nullopt : base::parse_duration_s(text->get());
  if (!seconds || *seconds > kSecondsMost) {
    return base::toml_mismatch(source_, *value, key_place(key),
                               "a time such as \"30 s\", \"5 min\" or \"2 h\"");
  }
  target = *seconds;
  return Done{};
}

Status TableReader::tokens(std::string_view key, TokenRange& target) const {
  const toml::node* value = node(key);
  if (value == nullptr) return Done{};
  const auto* pair = value->as_array();
  if (pair == nullptr) {
    ASSAY_TRY(target.low, base::toml_integer(source_, *value, key_place(key), 1));
    target.high = target.low;
    return Done{};
  }
  if (pair->size() != 2) {
    return base::toml_mismatch(source_, *value, key_place(key),
                               "a number of tokens or two, [from, to]");
  }
  ASSAY_TRY(target.low, base::toml_integer(source_, *pair->get(0), key_place(key), 1));
  ASSAY_TRY(target.high, base::toml_integer(source_, *pair->get(1), key_place(key), target.low));
  return Done{};
}

}  // namespace assay::load
