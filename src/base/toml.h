// TOML documents with errors that name file, line and key. The parsed tree is toml++'s own.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

// Version 3.3 asserts that a table header starts with a key, although the text decides that; with
// the assertion gone, its next line reports the error like any other.
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include "base/result.h"

namespace assay::base {

/// Parses a document; `source` names it in errors ("study.toml").
Result<toml::table> parse_toml(std::string_view text, std::string_view source);

/// "study.toml:12: [study] repeats": where a node stands, for an error's context.
std::string toml_place(std::string_view source, const toml::node& node, std::string_view key);

/// A BadInput error at `node`: "expected <expected>, found <type and value>".
Error toml_mismatch(std::string_view source, const toml::node& node, std::string_view key,
                    std::string_view expected);

/// An error for the first key of `table` that is not in `known`, with the nearest known one as
/// hint.
Status reject_unknown_keys(const toml::table& table, std::span<const std::string> known,
                           std::string_view source, std::string_view table_name);

/// What the node is, for messages: `the string "abc"`, `the integer 3`, `an array of 2 values`.
std::string describe(const toml::node& node);

}  // namespace assay::base
