#include "task/json_difference.h"

#include <fmt/core.h>

#include "base/text.h"
#include "task/json_member.h"

namespace assay::task {
namespace {

bool is_bare(const base::Json& value) { return value.is_number() || value.is_boolean(); }

/// The number or truth value that a string spells, or null.
base::Json spelled(const base::Json& text) {
  auto value = base::parse_json(base::trim(text.get_ref<const std::string&>()));
  return value.has_value() && is_bare(*value) ? *value : base::Json();
}

bool leaves_agree(const base::Json& expected, const base::Json& found, const JsonRule& rule) {
  if (base::json_equal(expected, found)) return true;
  if (!rule.lenient) return false;
  if (expected.is_string() && is_bare(found)) return spelled(expected) == found;
  if (found.is_string() && is_bare(expected)) return spelled(found) == expected;
  return false;
}

std::string difference_at(const std::string& path, std::string_view expected,
                          std::string_view found) {
  return fmt::format("{}expected {}, found {}", path.empty() ? "" : fmt::format("at {}: ", path),
                     expected, found);
}

// The recursion is bounded: parse_json refuses values nested deeper than 200 levels.
class Comparison {
 public:
  explicit Comparison(const JsonRule& rule) : rule_(rule) {}

  std::optional<std::string> values(const base::Json& expected, const base::Json& found,
                                    const std::string& path) const {
    if (expected.is_object() && found.is_object()) return objects(expected, found, path);
    if (expected.is_array() && found.is_array()) return lists(expected, found, path);
    if (leaves_agree(expected, found, rule_)) return std::nullopt;
    return difference_at(path, describe(expected), describe(found));
  }

 private:
  std::optional<std::string> objects(const base::Json& expected, const base::Json& found,
                                     const std::string& path) const {
    for (const auto& [key, value] : expected.items()) {
      const std::string member_path = fmt::format("{}/{}", path, key);
      const base::Json* member = base::find_member(found, key);
      if (member == nullptr) return difference_at(member_path, describe(value), "nothing");
      if (auto difference = values(value, *member, member_path)) return difference;
    }
    if (rule_.subset) return std::nullopt;
    for (const auto& [key, value] : found.items()) {
      if (base::find_member(expected, key) != nullptr) continue;
      return difference_at(fmt::format("{}/{}", path, key), "nothing", describe(value));
    }
    return std::nullopt;
  }

  std::optional<std::string> lists(const base::Json& expected, const base::Json& found,
                                   const std::string& path) const {
    if (expected.size() != found.size()) {
      return difference_at(path, describe(expected), describe(found));
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      auto difference = values(expected[i], found[i], fmt::format("{}/{}", path, i));
      if (difference) return difference;
    }
    return std::nullopt;
  }

  const JsonRule& rule_;
};

}  // namespace

std::optional<std::string> json_difference(const base::Json& expected, const base::Json& found,
                                           const JsonRule& rule) {
  return Comparison(rule).values(expected, found, "");
}

}  // namespace assay::task
