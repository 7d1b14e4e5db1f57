#include "endpoint/twin_table.h"

#include <fmt/core.h>

#include <sstream>

namespace assay::endpoint {

base::Status TwinTable::allow_only(const std::vector<std::string>& keys) const {
  return base::reject_unknown_keys(*table_, keys, source_, name_.empty() ? "the script" : name_);
}

std::string TwinTable::place(std::string_view key) const {
  return name_.empty() ? std::string(key) : fmt::format("{} {}", name_, key);
}

base::Error TwinTable::mismatch(std::string_view key, std::string_view expected) const {
  return base::toml_mismatch(source_, *table_->get(key), place(key), expected);
}

base::Error TwinTable::problem(std::string message, std::string hint) const {
  return base::bad_input(std::move(message), std::move(hint),
                         base::toml_place(source_, *table_, name_));
}

base::Result<std::optional<std::string>> TwinTable::text(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::optional<std::string>();
  if (!node->is_string()) return mismatch(key, "a string");
  return std::optional<std::string>(node->as_string()->get());
}

base::Result<std::optional<bool>> TwinTable::boolean(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::optional<bool>();
  if (!node->is_boolean()) return mismatch(key, "true or false");
  return std::optional<bool>(node->as_boolean()->get());
}

base::Result<std::optional<std::int64_t>> TwinTable::integer(std::string_view key,
                                                             std::int64_t at_least,
                                                             std::int64_t at_most) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::optional<std::int64_t>();
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < at_least || *value > at_most) {
    return mismatch(key, at_most == INT64_MAX
                             ? fmt::format("an integer of at least {}", at_least)
                             : fmt::format("an integer from {} to {}", at_least, at_most));
  }
  return value;
}

base::Result<std::optional<double>> TwinTable::number(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::optional<double>();
  if (!node->is_number()) return mismatch(key, "a number");
  return node->value<double>();
}

base::Result<std::optional<TwinTable>> TwinTable::table(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::optional<TwinTable>();
  if (!node->is_table()) return mismatch(key, "a table");
  return std::optional<TwinTable>(TwinTable(*node->as_table(), place(key), source_));
}

base::Result<std::vector<std::string>> TwinTable::texts(std::string_view key) const {
  std::vector<std::string> all;
  const toml::node* node = table_->get(key);
  if (node == nullptr) return all;
  if (node->is_string()) return std::vector<std::string>{node->as_string()->get()};
  if (!node->is_array()) return mismatch(key, "a string or a list of strings");
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_string()) return base::toml_mismatch(source_, item, place(key), "a string");
    all.push_back(item.as_string()->get());
  }
  return all;
}

base::Result<std::vector<TwinTable>> TwinTable::tables(std::string_view key) const {
  std::vector<TwinTable> all;
  const toml::node* node = table_->get(key);
  if (node == nullptr) return all;
  if (!node->is_array()) return mismatch(key, "a list of tables");
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_table()) return base::toml_mismatch(source_, item, place(key), "a table");
    all.emplace_back(*item.as_table(), fmt::format("{} {}", place(key), all.size() + 1), source_);
  }
  return all;
}

base::Json to_json(const toml::node& node) {
  if (const toml::table* table = node.as_table()) {
    base::Json object = base::Json::object();
    for (const auto& [key, value] : *table) object[std::string(key.str())] = to_json(value);
    return object;
  }
  if (const toml::array* array = node.as_array()) {
    base::Json list = base::Json::array();
    for (const toml::node& item : *array) list.push_back(to_json(item));
    return list;
  }
  if (node.is_string()) return node.as_string()->get();
  if (node.is_boolean()) return node.as_boolean()->get();
  if (node.is_integer()) return node.as_integer()->get();
  if (node.is_floating_point()) return node.as_floating_point()->get();
  std::ostringstream date_or_time;
  node.visit([&](const auto& value) { date_or_time << value; });
  return date_or_time.str();
}

}  // namespace assay::endpoint
