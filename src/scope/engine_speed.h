// Measures what the engine reaches on this machine, so that gguf/speed.h can predict any model.
// `assay scope` calls it and keeps the result in its record. Each of the eleven steps runs the
// engine for a few seconds where nothing else uses the processor, and for much longer where
// something does.
//
// Hollow models stand in for real ones: true shapes, no content (gguf/hollow.h). Those for weights
// are larger than twice the last-level cache, since a rate out of the cache says nothing of a real
// model; tiny ones show what a token costs beside its bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/engine.h"
#include "gguf/speed.h"

namespace assay::scope {

struct EngineSpeedRequest {
  std::filesystem::path folder;   ///< Hollow models are written here and removed; a few MB on disk.
  double read_bytes_per_s = 0;    ///< The memory bandwidth, measured before; copied to the result.
  std::uint64_t cache_bytes = 0;  ///< The last-level cache of the processor; 0: not known.
  std::uint64_t memory_bytes = 0;  ///< What a hollow model may take; 0: 4 GiB.
  /// Told before each step: what is measured, and how many of how many steps are done. May be
  /// empty.
  std::function<void(std::string_view what, int done, int steps)> progress;
};

/// Errors: Unreachable (the engine has no llama-bench beside llama-server), OutOfMemory, System
/// (the program crashed, or a step took longer than two minutes; the disk is full), Interrupted.
base::Result<gguf::MachineSpeed> measure_engine_speed(const base::Context& context,
                                                      const endpoint::Engine& engine,
                                                      const EngineSpeedRequest& request);

}  // namespace assay::scope
