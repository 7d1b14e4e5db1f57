// The steps that make a database file one of assay's, ready for reading and writing. Used by this
// room only.
#pragma once

#include <chrono>
#include <filesystem>

#include "base/result.h"
#include "store/database_kind.h"
#include "store/sqlite.h"

namespace assay::store {

/// Makes a new file, and missing folders, a database of that kind. BadInput, with the file left as
/// it was, for one of another program or kind and for a newer schema; System when it cannot be
/// written or is locked for longer than `lock_wait_max`.
base::Result<Connection> open_database(const std::filesystem::path& file, const DatabaseKind& kind,
                                       std::chrono::milliseconds lock_wait_max);

}  // namespace assay::store
