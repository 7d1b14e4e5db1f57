// Values of a TOML document with the checks every file of ours needs, and errors that name file,
// line, key, what was expected and what was found.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/toml.h"

namespace assay::base {

/// `source` names the file and `key` the place in it ("[study] repeats"), for errors only.
Result<std::int64_t> toml_integer(std::string_view source, const toml::node& node,
                                  std::string_view key, std::int64_t low);
/// Any number from `low` to `high`; an integer will do.
Result<double> toml_number(std::string_view source, const toml::node& node, std::string_view key,
                           double low, double high = std::numeric_limits<double>::infinity());
/// A string that is not empty.
Result<std::string> toml_text(std::string_view source, const toml::node& node,
                              std::string_view key);
/// One of `choices`, which are separated by spaces.
Result<std::string> toml_choice(std::string_view source, const toml::node& node,
                                std::string_view key, std::string_view choices);

/// "500 ms", "90 s", "30 min" (or m), "2 h" in seconds, above 0; none for anything else.
std::optional<double> parse_duration_s(std::string_view text);

}  // namespace assay::base
