// The journal's tables. Used by this room only.
#pragma once

#include "store/database_kind.h"

namespace assay::store {

/// docs/reference/journal.md shows the same statements.
const DatabaseKind& journal_kind();

}  // namespace assay::store
