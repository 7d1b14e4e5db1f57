// The journal's tables, and the steps that make a database file a journal. Used by this room only.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/sqlite.h"

namespace assay::store {

/// "asay" in ASCII; SQLite's header field for the program a database belongs to.
inline constexpr std::int64_t kApplicationId = 0x61736179;
inline constexpr std::int64_t kSchemaVersion = 1;

/// The statements that make the tables. docs/reference/journal.md shows the same text.
std::string_view schema_sql();

/// Makes a new file a journal, and an existing journal ready for reading and appending. BadInput,
/// with the file left as it was, for a database of another program and for a newer schema.
base::Status make_ready(Connection& connection);

}  // namespace assay::store
