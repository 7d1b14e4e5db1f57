// From the lines of a JSONL file to checked cases. Used by parse_cases and load_pack.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "task/case.h"

namespace assay::task {

/// A line longer than this is refused: it is a mistake, or far more than a model's context.
inline constexpr std::size_t kLineBytesMax = std::size_t{4} << 20U;

/// What a pack says once for all of its cases that do not say it themselves.
struct CaseDefaults {
  base::Json scorer;  ///< A name or {"type": …}; null: every case has its own.
  std::int64_t tier = 1;
  std::vector<std::string> tags;
  std::string system;  ///< Empty: none is added.
};

/// The cases in the order of their lines; blank lines and a byte-order mark are passed over.
/// Duplicate ids are not looked for: they matter over all files of a pack.
base::Result<std::vector<Case>> read_cases(std::string_view jsonl, std::string_view source,
                                           const CaseDefaults& defaults);

/// BadInput naming both places when two cases have one id.
base::Status reject_duplicate_ids(const std::vector<Case>& cases);

/// Tiers go from 1, easy, to this, hard.
inline constexpr std::int64_t kTierMax = 3;

}  // namespace assay::task
