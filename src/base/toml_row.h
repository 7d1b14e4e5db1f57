// One row of a table that ships with assay and that the user may edit: what every column of such a
// table needs. Used by the tables of models and of prices.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/toml.h"

namespace assay::base {

/// Errors are BadInput with file, line and key. `row` outlives it.
struct TomlRow {
  std::string_view source;  ///< The file, for errors.
  std::string_view kind;    ///< "[[price]]".
  const toml::table& row;

  Result<const toml::node*> required(const char* key) const;
  /// A string of 1 to 300 bytes.
  Result<std::string> text(const char* key) const;
  Result<std::chrono::year_month_day> date(const char* key) const;
};

}  // namespace assay::base
