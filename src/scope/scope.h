// What assay knows of this machine: the facts that can be read at any time, and what had to be
// measured, which is kept until the machine changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"
#include "gguf/speed.h"

namespace assay::scope {

/// Of a record that was measured on this machine as it is now.
struct KnownScope {
  std::string id;
  std::int64_t measured_unix_ms = 0;
  gguf::MachineSpeed speed;
  base::Json record;  ///< As `assay scope --json` prints it.
};

/// The newest measurement kept for this machine; none when it was never scoped or has changed
/// since. Measures nothing, takes milliseconds.
base::Result<std::optional<KnownScope>> known_scope(const base::Context& context);

/// Memory in bytes that a model may take now: what is available, less a margin that keeps the
/// system alive (5 % of the total, at least 512 MiB).
std::uint64_t memory_for_models();

}  // namespace assay::scope
