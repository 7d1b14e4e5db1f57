#include "base/json.h"

#include <fmt/core.h>

namespace assay::base {
namespace {

constexpr int kDepthMax = 200;

std::string_view after_last_colon(std::string_view text) {
  // nlohmann's messages read "[json.exception.parse_error.101] parse error at …: syntax error …".
  const auto bracket = text.find("] ");
  return bracket == std::string_view::npos ? text : text.substr(bracket + 2);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  bool too_deep = false;
  const auto watch_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kDepthMax) too_deep = true;
    return !too_deep;
  };
  try {
    Json value = Json::parse(text.begin(), text.end(), watch_depth);
    if (too_deep) return bad_input(fmt::format("JSON is nested deeper than {} levels", kDepthMax));
    return value;
  } catch (const nlohmann::json::exception& failure) {
    return bad_input(fmt::format("expected JSON: {}", after_last_colon(failure.what())));
  }
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dump_json_pretty(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

bool json_equal(const Json& left, const Json& right) {
  if (left.is_object() && right.is_object()) {
    if (left.size() != right.size()) return false;
    for (const auto& [key, value] : left.items()) {
      const Json* other = find_member(right, key);
      if (other == nullptr || !json_equal(value, *other)) return false;
    }
    return true;
  }
  if (left.is_array() && right.is_array()) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!json_equal(left[i], right[i])) return false;
    }
    return true;
  }
  return left == right;
}

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(std::string(key));
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::string> string_member(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

std::optional<std::int64_t> integer_member(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_number_integer()) return std::nullopt;
  return member->get<std::int64_t>();
}

std::optional<double> number_member(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  return member->get<double>();
}

}  // namespace assay::base
