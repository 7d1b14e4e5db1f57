// Typed reading of one table of a twin's script. Every error names file, line and key, what was
// expected and what was found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/toml.h"

namespace assay::endpoint {

/// A view: the table and the source name must outlive it.
class TwinTable {
 public:
  /// `name` is the table's place in the script for messages, "rule 2"; empty for the whole.
  TwinTable(const toml::table& table, std::string name, std::string_view source)
      : table_(&table), name_(std::move(name)), source_(source) {}

  base::Status allow_only(const std::vector<std::string>& keys) const;

  bool has(std::string_view key) const { return table_->contains(key); }
  const toml::table& raw() const { return *table_; }
  const std::string& name() const { return name_; }

  // Each gives none when the key is absent.
  base::Result<std::optional<std::string>> text(std::string_view key) const;
  base::Result<std::optional<bool>> boolean(std::string_view key) const;
  base::Result<std::optional<std::int64_t>> integer(std::string_view key, std::int64_t at_least,
                                                    std::int64_t at_most) const;
  base::Result<std::optional<double>> number(std::string_view key) const;
  base::Result<std::optional<TwinTable>> table(std::string_view key) const;

  /// A string or a list of strings; empty when the key is absent.
  base::Result<std::vector<std::string>> texts(std::string_view key) const;
  /// A list of tables; empty when the key is absent.
  base::Result<std::vector<TwinTable>> tables(std::string_view key) const;

  /// "expected <expected>, found …" at the key, which must be there.
  base::Error mismatch(std::string_view key, std::string_view expected) const;
  /// An error about the table as a whole.
  base::Error problem(std::string message, std::string hint = "") const;

 private:
  std::string place(std::string_view key) const;

  const toml::table* table_;
  std::string name_;
  std::string_view source_;
};

/// The same value as JSON; dates and times become strings.
base::Json to_json(const toml::node& node);

}  // namespace assay::endpoint
