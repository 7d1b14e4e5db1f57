// What is true of this machine at this moment, beside what was measured and kept.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "host/machine.h"
#include "scope/residents.h"
#include "scope/scope.h"
#include "scope/size_hint.h"

namespace assay::scope {

/// A fact that is not part of the fingerprint but may explain another speed.
struct ChangedFact {
  std::string name;  ///< As in the machine's JSON.
  std::string then;
  std::string now;
};

struct Present {
  std::int64_t unix_ms = 0;
  host::MachineFacts machine;
  ModelMemory memory;
  Residents residents;
};

Present look_around(const base::Context& context);

/// Of the settings and versions that change without a new machine: kernel, system, limits, swap,
/// huge pages, drivers.
std::vector<ChangedFact> changes_since(const KnownScope& known, const host::MachineFacts& machine);

/// The member `now` of `assay scope --json`; docs/reference/scope.md has its fields.
base::Json now_json(const Present& present, const KnownScope& known);

}  // namespace assay::scope
