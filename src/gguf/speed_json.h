// A machine's measured speed as JSON, kept inside the record of a scope.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "gguf/speed.h"

namespace assay::gguf {

/// Every member under its own name; `caches` and `types` are arrays of objects.
base::Json to_json(const MachineSpeed& speed);

/// {"value", "low", "high"}.
base::Json to_json(const Range& range);

/// What to_json() gave. Members that are missing count as 0. BadInput when it is not an object, a
/// figure is negative or not finite, or a list has more than 256 rows.
base::Result<MachineSpeed> machine_speed_from_json(const base::Json& json);

}  // namespace assay::gguf
