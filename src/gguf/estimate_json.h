// The record of one estimate, as `assay gguf estimate --json` prints it.
#pragma once

#include <optional>

#include "base/json.h"
#include "gguf/estimate.h"
#include "gguf/fit.h"
#include "gguf/offload.h"
#include "gguf/parameters.h"
#include "gguf/speed.h"

namespace assay::gguf {

/// A placement on a graphics card and what it needs.
struct PlacedEstimate {
  Placement placement;
  OffloadNeed need;
};

/// All that is said about one model with one set of settings.
struct Estimate {
  std::string architecture;
  bool known = false;  ///< The table of architectures has it; else the cache errs upward.
  LoadSettings settings;
  std::uint64_t context_tokens = 0;  ///< As laid out: of one slot, padded.
  std::uint64_t layers_shared = 0;   ///< Layers that reuse another one's cache.
  ParameterCount parameters;
  MemoryNeed need;  ///< What the processor's memory holds, offloaded parts taken off.
  std::optional<PlacedEstimate> placed;
  std::uint64_t available_bytes = 0;
  Fit fit;
  std::uint64_t context_most = 0;      ///< See largest_context().
  int slots_most = 0;                  ///< See largest_slots().
  std::optional<SpeedEstimate> speed;  ///< None: this machine was not measured.
  std::uint64_t prompt_tokens = 0;     ///< That the speed was estimated for.
  std::uint64_t depth_tokens = 0;
};

/// Bytes by component; "decode_tps" and "prefill_tps" are {"value", "low", "high"} or null.
base::Json estimate_json(const Estimate& estimate);

/// The memory part alone, the same keys: what predictions are kept as.
base::Json memory_json(const MemoryNeed& need);

}  // namespace assay::gguf
