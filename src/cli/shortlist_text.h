// What `assay shortlist` prints: the ranked table, why the others were dropped, where to begin.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/candidate.h"

namespace assay::cli {

/// `ranked` as catalog::rank() left it. At most `top` kept models are shown.
std::string shortlist_text(const std::vector<catalog::Assessment>& ranked,
                           const catalog::Wish& wish, std::size_t top);

/// {"task", "context_tokens", …, "rows": [{"model", "path", "fits", "resident_bytes", …}]}, every
/// row, those kept first; docs/reference/catalog.md lists the members.
base::Json shortlist_json(const std::vector<catalog::Assessment>& ranked,
                          const catalog::Wish& wish);

}  // namespace assay::cli
