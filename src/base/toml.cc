#include "base/toml.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace assay::base {

Result<toml::table> parse_toml(std::string_view text, std::string_view source) {
  try {
    return toml::parse(text, source);
  } catch (const toml::parse_error& failure) {
    return bad_input(fmt::format("expected TOML: {}", failure.description()), "",
                     fmt::format("{}:{}:{}", source, failure.source().begin.line,
                                 failure.source().begin.column));
  }
}

std::string toml_place(std::string_view source, const toml::node& node, std::string_view key) {
  return fmt::format("{}:{}: {}", source, node.source().begin.line, key);
}

Error toml_mismatch(std::string_view source, const toml::node& node, std::string_view key,
                    std::string_view expected) {
  return bad_input(fmt::format("expected {}, found {}", expected, describe(node)), "",
                   toml_place(source, node, key));
}

Status reject_unknown_keys(const toml::table& table, std::span<const std::string> known,
                           std::string_view source, std::string_view table_name) {
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string all;
    for (const std::string& candidate : known) all += (all.empty() ? "" : ", ") + candidate;
    const auto suggestion = nearest(name, known);
    return bad_input(fmt::format("unknown key `{}` in {}", name, table_name),
                     suggestion ? fmt::format("did you mean `{}`? known keys: {}", *suggestion, all)
                                : fmt::format("known keys: {}", all),
                     fmt::format("{}:{}", source, key.source().begin.line));
  }
  return Done{};
}

std::string describe(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return fmt::format("the string \"{}\"", ellipsize(node.as_string()->get(), 60));
    case toml::node_type::integer:
      return fmt::format("the integer {}", node.as_integer()->get());
    case toml::node_type::floating_point:
      return fmt::format("the number {}", node.as_floating_point()->get());
    case toml::node_type::boolean:
      return node.as_boolean()->get() ? "true" : "false";
    case toml::node_type::array:
      return fmt::format("an array of {} values", node.as_array()->size());
    case toml::node_type::table:
      return "a table";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

}  // namespace assay::base
