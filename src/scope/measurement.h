// Measures this machine, which takes seconds for memory and disk and up to a minute for the engine,
// and keeps the record. Called by `assay scope`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/engine.h"
#include "scope/engine_speed.h"
#include "scope/scope.h"

namespace assay::scope {

/// As measure_engine_speed() of scope/engine_speed.h.
using MeasureEngine = std::function<base::Result<gguf::MachineSpeed>(
    const base::Context& context, const endpoint::Engine& engine,
    const EngineSpeedRequest& request)>;

struct MeasureRequest {
  /// A model to time the disk with; empty: a temporary file in the home folder.
  std::filesystem::path model_file;
  std::uint64_t array_bytes = 0;           ///< 0: host::bandwidth_array_bytes() says.
  std::optional<endpoint::Engine> engine;  ///< None: memory and disk only.
  MeasureEngine measure_engine;            ///< Not empty when there is an engine.
};

/// Says on context.err what it does. What cannot be measured beside the memory's bandwidth is left
/// out with a warning in the record. Nothing is kept when bandwidth cannot be measured (System),
/// the person interrupts (Interrupted) or the store refuses (its errors).
base::Result<KnownScope> measure(const base::Context& context, const MeasureRequest& request);

}  // namespace assay::scope
