// How fast a model will run on a machine whose speed was measured once, from the header alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gguf/estimate.h"
#include "gguf/header.h"

namespace assay::gguf {

/// A prediction and the interval it is expected to lie in. 0, 0, 0: cannot be said.
struct Range {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// What the engine reached with weights of one type on this machine.
struct TypeSpeed {
  std::string type;               ///< Name of the tensor type, "Q4_K".
  double decode_bytes_per_s = 0;  ///< Weight bytes read per second while generating one by one.
  double prefill_flops = 0;       ///< Multiplications and additions per second for long prompts.
};

/// What this machine can do, measured through the engine; see scope/engine_speed.h.
struct MachineSpeed {
  double read_bytes_per_s = 0;   ///< The memory's roof: nothing that misses the caches is faster.
  double token_overhead_s = 0;   ///< What one generated token costs besides its bytes, per layer.
  double cache_bytes_per_s = 0;  ///< KV cache read per second while generating.
  double attention_flops = 0;    ///< Of attention over a long prompt, per second.
  std::vector<TypeSpeed> types;  ///< Empty: nothing was measured.
};

struct SpeedEstimate {
  Range decode_tps;           ///< Tokens per second of one stream at an empty context.
  Range decode_tps_at_depth;  ///< The same with `depth` tokens in the cache.
  Range prefill_tps;          ///< Over a prompt of `prompt_tokens`.
  Range ttft_ms;              ///< Until the first token after such a prompt, nothing cached.
};

/// Everything 0 when `machine.types` is empty. A type that was not measured is taken to be as fast
/// as the slowest measured one, and widens the interval.
SpeedEstimate estimate_speed(const Header& header, const LoadSettings& settings,
                             const MachineSpeed& machine, std::uint64_t depth,
                             std::uint64_t prompt_tokens);

}  // namespace assay::gguf
