// What differs between two plans of one study: the one its journal keeps and the one its file gives
// now. Called by `cli` for the report's section on registration and for `assay verify`. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace assay::finding {

/// One member that is no longer what it was, in words a person can check against the study file.
struct PlanChange {
  std::string what;  ///< "margin", "levels of temperature", "task pack deskwork".
  std::string then;  ///< As the journal has it; "none" for what was not there.
  std::string now;

  friend bool operator==(const PlanChange&, const PlanChange&) = default;
};

/// Both are plans of docs/reference/plan.md; members that a plan lacks count as absent. In the
/// plan's order: design, baselines, factors, models, packs, canaries. Guesses (envelope, notes) are
/// not compared.
/// {"margin": 0.05} and {"margin": 0.1} give {"margin", "0.05", "0.1"}.
std::vector<PlanChange> plan_changes(const base::Json& then, const base::Json& now);

/// "margin: 0.05 → 0.1".
std::string describe(const PlanChange& change);

}  // namespace assay::finding
