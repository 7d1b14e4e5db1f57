// What assay knows of this machine: the facts that can be read at any time, and what had to be
// measured, which is kept until the machine changes. Asked by estimates, the shortlist and studies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"
#include "gguf/speed.h"
#include "host/memory.h"

namespace assay::scope {

/// Of a record that was measured on this machine as it is now.
struct KnownScope {
  std::string id;
  std::int64_t measured_unix_ms = 0;
  gguf::MachineSpeed speed;  ///< Without types when the engine was not measured.
  base::Json record;         ///< As `assay scope --json` prints it, without `now`.
};

/// The newest measurement kept for this machine with its present engine, else the newest without
/// the engine; none when it was never scoped or has changed since. Measures nothing, takes
/// milliseconds, makes no file. Errors: those of store::MachineStore, BadInput for a record that
/// makes no sense.
base::Result<std::optional<KnownScope>> known_scope(const base::Context& context);

/// In bytes.
struct ModelMemory {
  std::uint64_t available = 0;
  std::uint64_t margin = 0;      ///< Kept free: 5 % of what there can be at most, 512 MiB at least.
  std::uint64_t for_models = 0;  ///< What a model may take now, everything it needs included.
};

/// 24 GiB in all and 20 GiB available leave 20 − 1.2 = 18.8 GiB. Under a cgroup's limit its bytes
/// are all there is.
ModelMemory model_memory(const host::MemoryFacts& memory);

/// ModelMemory::for_models of this moment; 0 where memory cannot be read.
std::uint64_t memory_for_models();

}  // namespace assay::scope
