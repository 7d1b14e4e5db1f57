// What the readers of a scenario's tables share. Internal to this room.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml_value.h"
#include "load/scenario.h"

namespace assay::load {

std::vector<std::string> words(std::string_view text);

/// The tables of `[[name]]`; BadInput for anything else under that name.
base::Result<std::vector<const toml::table*>> tables_of(std::string_view source,
                                                        const toml::table& document,
                                                        std::string_view name);
/// The one table of `[name]`, or null.
base::Result<const toml::table*> table_of(std::string_view source, const toml::table& document,
                                          std::string_view name);

/// A table with the words that its errors need. Every read leaves `target` as it is where the key
/// is missing.
class TableReader {
 public:
  /// All three must outlive it. `place` is how errors call the table: "[work]".
  TableReader(std::string_view source, const toml::table& table, std::string_view place)
      : source_(source), table_(table), place_(place) {}

  const toml::node* node(std::string_view key) const { return table_.get(key); }
  std::string key_place(std::string_view key) const;
  std::string place() const { return base::toml_place(source_, table_, place_); }
  std::string_view source() const { return source_; }

  base::Status known(std::string_view keys) const;
  base::Status text(std::string_view key, std::string& target) const;
  base::Status flag(std::string_view key, bool& target) const;
  base::Status count(std::string_view key, std::int64_t& target) const;
  base::Status number(std::string_view key, double low, double high, double& target) const;
  /// "30 s" and the like, in seconds.
  base::Status duration(std::string_view key, double& target) const;
  /// A length in tokens: one number, or two, [from, to].
  base::Status tokens(std::string_view key, TokenRange& target) const;

 private:
  std::string_view source_;
  const toml::table& table_;
  std::string_view place_;
};

/// [[stage]], [sweep], [replay] or [breakpoint]: exactly one of them.
base::Status read_shape(std::string_view source, const std::filesystem::path& folder,
                        const toml::table& document, Scenario& scenario);

/// Name, arrivals, seed, timeout, objectives and thresholds.
base::Status read_head(std::string_view source, const toml::table& document, Scenario& scenario);

/// [client]; nothing to do without one.
base::Status read_client(std::string_view source, const toml::table& document, Scenario& scenario);

base::Status read_work(std::string_view source, const std::filesystem::path& folder,
                       const toml::table& document, Scenario& scenario);

}  // namespace assay::load
