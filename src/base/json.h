// JSON values as the whole program uses them. Object members keep the order they were written in.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::base {

using Json = nlohmann::ordered_json;

/// Parses one JSON value. On failure a BadInput error whose message has the byte position and what
/// was expected there. Invalid UTF-8 is an error; nesting deeper than 200 is one too.
Result<Json> parse_json(std::string_view text);

/// One line, invalid UTF-8 replaced by U+FFFD, so that it never throws.
std::string dump_json(const Json& value);
/// The same with two spaces of indentation.
std::string dump_json_pretty(const Json& value);

/// Equal as JSON values: member order does not matter, 1 equals 1.0.
bool json_equal(const Json& left, const Json& right);

/// The member's value when `object` is an object that has it with that type, else none.
std::optional<std::string> string_member(const Json& object, std::string_view key);
std::optional<std::int64_t> integer_member(const Json& object, std::string_view key);
std::optional<double> number_member(const Json& object, std::string_view key);
/// The member, or nullptr.
const Json* find_member(const Json& object, std::string_view key);

}  // namespace assay::base
