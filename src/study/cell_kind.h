// What a cell of a study is there for. Used by the plan, the runner and `finding`.
#pragma once

#include <string_view>

namespace assay::study {

enum class CellKind {
  Baseline,
  Level,        ///< Moves exactly one setting: one level of a factor, or a [[cell]] of the file.
  Check,        ///< Moves prompt and reasoning together: thin or rich, thinking or not. No verdict.
  Combination,  ///< Moves several levels that each won alone.
};

/// As in the plan's JSON: "baseline", "level", "check", "combination".
std::string_view name_of(CellKind kind);

}  // namespace assay::study
