// What `assay gguf estimate` says of the correction that guests on this machine have taught.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "gguf/correction.h"

namespace assay::cli {

/// {"applied", "readings", "of_architecture", "compute_ratio", "output_ratio", "overhead_bytes",
/// "inexact", "record", "plain"}; the last two are {"readings", "error_median", "error_worst",
/// "error_bytes_median", "error_bytes_worst"}, null where nothing could be held against anything.
base::Json correction_json(const gguf::Correction& correction);

/// Lines that say which correction was applied, or why none, and how good it has been here.
std::string correction_text(const gguf::Correction& correction, std::string_view architecture);

}  // namespace assay::cli
