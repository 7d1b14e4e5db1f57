// What tells one kind of database file that assay keeps from another. Used by this room only.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay::store {

/// Its texts live as long as the program.
struct DatabaseKind {
  std::string_view name;     ///< As messages call it after "the" and "a": "journal".
  std::string_view move_by;  ///< How a person has it kept elsewhere: "point --home at" a folder.
  std::string_view schema;   ///< The statements that make its tables.
  std::int64_t application_id = 0;  ///< SQLite's header field for the program a file belongs to.
  std::int64_t schema_version = 0;
  /// How long the write-ahead log is made at the start, so that commits need not lengthen it; 0: it
  /// grows as it is written, and goes when the last connection closes.
  std::int64_t log_bytes = 0;
};

}  // namespace assay::store
