// The time between tokens as another tool computes it, beside ours: `--itl-convention`.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "load/itl_convention.h"
#include "load/run_folder.h"

namespace assay::cli {

/// Of one target: `theirs` by the tool's formula and `ours` by our own, over the same requests.
struct ItlBeside {
  std::string target;
  load::ItlSummary theirs;
  load::ItlSummary ours;
};

/// Of every target of a run whose folder that is.
base::Result<std::vector<ItlBeside>> itl_beside(const std::filesystem::path& folder,
                                                const load::StoredRun& run,
                                                load::ItlConvention convention);

/// A table that names both formulas.
std::string itl_text(const std::vector<ItlBeside>& targets);

/// docs/reference/load-json.md describes it.
base::Json itl_json(const std::vector<ItlBeside>& targets);

}  // namespace assay::cli
