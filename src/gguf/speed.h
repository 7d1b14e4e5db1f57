// How fast a model will run on a machine whose speed was measured once, from the header alone.
// scope measures a MachineSpeed through the engine; `gguf estimate` and `shortlist` ask here.
//
// The model, in words; docs/reference/speed-estimate.md compares it with measurements.
//   One generated token takes
//     token overhead + vocabulary × vocabulary overhead + layers × layer overhead
//     + Σ tensors: bytes × share per token ÷ read rate of the type
//     + Σ attending layers: heads × cells × (2 × (key length + value length) ÷ flops + score time)
//     + recurrent state, read and written, ÷ memory bandwidth.
//   One micro-batch of a prompt, r tokens, takes
//     layers × (layer overhead + r × (row overhead + (embedding + feed-forward) × element
//     overhead))
//     + Σ tensors: bytes touched ÷ read rate + 2 × r × elements × share ÷ flops of the type (of
//     experts its expert flops)
//     + attention as above for r tokens, each over the tokens before it.
//   Of E experts, k used, r tokens touch E × (1 − (1 − k/E)^r).
//
// Worked number: 8.03e9 parameters in Q4_0 read 4.3e9 bytes a token; at 14.3 GB/s, 32 layers of
// 30 µs and 1 ms for the server and the sampler that is 0.301 + 0.001 + 0.001 s: 3.30 tokens/s.
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
  /// Multiplications and additions per second over a prompt, beside reading the weights once.
  double prefill_flops = 0;
  /// The same with experts that each token chooses for itself; 0: not measured.
  double expert_flops = 0;
  double spread = 0;  ///< Repeated readings lay within ± this share of the one kept.
};

/// Attention over a KV cache of one type, keys and values alike, with flash attention. One head of
/// one token over one cell takes 2 × (key length + value length) ÷ flops + the score's time, in
/// which the softmax is; what is left of a length beyond whole vectors (speed_work.h) takes its own
/// time for each element instead.
struct CacheSpeed {
  std::string type;         ///< Lower case, as the engine is told: "f16", "q8_0".
  double decode_flops = 0;  ///< Multiplications and additions per second, one token at a time.
  double decode_score_s = 0;
  double decode_odd_s = 0;
  double prefill_flops = 0;
  double prefill_score_s = 0;
  double prefill_odd_s = 0;
  double spread = 0;
};

/// What this machine can do, measured through the engine; see scope/engine_speed.h.
struct MachineSpeed {
  double read_bytes_per_s = 0;    ///< The memory's roof: nothing that misses the caches is faster.
  std::uint64_t cache_bytes = 0;  ///< The last-level cache; a model that fits may beat the roof.
  double cached_bytes_per_s =
      0;  ///< F16 weights that stay in the cache are read so fast; 0: unknown.
  double token_overhead_s = 0;       ///< Server and sampler, for one generated token.
  double vocabulary_overhead_s = 0;  ///< The same for each entry of the vocabulary.
  double layer_overhead_s = 0;       ///< Starting one layer's work, for a token or a micro-batch.
  double row_overhead_s = 0;         ///< Prompts: per token and layer.
  double element_overhead_s = 0;     ///< The same for each element of the layer's activations.
  double request_overhead_s = 0;     ///< What a request costs before its prompt is begun.
  int threads = 0;                   ///< With which it was measured.
  std::vector<CacheSpeed> caches;
  std::vector<TypeSpeed> types;  ///< Empty: nothing was measured.
};

struct SpeedEstimate {
  Range decode_tps;           ///< Tokens per second of one stream at an empty context.
  Range decode_tps_at_depth;  ///< The same with `depth` tokens in the cache.
  Range prefill_tps;          ///< Over a prompt of `prompt_tokens`; 0 for an empty one.
  Range ttft_ms;              ///< Until the first token after such a prompt, nothing cached.
};

/// Everything 0 when `machine.types` is empty. A type that was not measured is taken to be as fast
/// as the measured one nearest in bytes per element, and widens the interval; so does a file that
/// would be repacked where `settings.repack` is false, since the engine was measured with it. All
/// figures are finite whatever the header claims.
SpeedEstimate estimate_speed(const Header& header, const LoadSettings& settings,
                             const MachineSpeed& machine, std::uint64_t depth,
                             std::uint64_t prompt_tokens);

}  // namespace assay::gguf
