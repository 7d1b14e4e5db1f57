// How a model's weights and cache divide between the processor and one graphics card, and which
// division is best for a given memory of the card. The card's own figures come from the engine's
// source; none was measured on a card.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gguf/estimate.h"

namespace assay::gguf {

/// As llama-server is told.
struct Placement {
  std::uint64_t gpu_layers = 0;  ///< --gpu-layers: the last so many, the output being the very last.
  std::uint64_t cpu_moe_layers = 0;  ///< --n-cpu-moe: the first so many keep experts in memory.

  friend bool operator==(const Placement&, const Placement&) = default;
};

/// In bytes.
struct OffloadNeed {
  std::uint64_t gpu_weights = 0;
  std::uint64_t gpu_cache = 0;
  std::uint64_t gpu_compute = 0;
  std::uint64_t gpu_overhead = 0;  ///< The driver's context: a stated allowance.
  /// What the processor keeps. Nothing is repacked beside a card: the engine takes the card's
  /// buffers for host memory instead.
  MemoryNeed host;
  /// Read from the processor's memory for one token at a full context: weights that are used, and
  /// the cache of layers that are not on the card.
  std::uint64_t host_read_per_token = 0;
  std::uint64_t gpu_total() const;
};

OffloadNeed split_memory(const Header& header, const LoadSettings& settings,
                         const Placement& placement);

/// Layers that a card can take: the model's blocks, and the output as one more.
std::uint64_t offloadable_layers(const Header& header);

/// Of all placements that the card holds with 5 % of its memory (at least 256 MiB) left, the one
/// that reads the fewest bytes for a token from the processor's memory; among equals the one with
/// the fewest experts kept back. None when the card cannot take a single layer.
std::optional<Placement> best_placement(const Header& header, const LoadSettings& settings,
                                        std::uint64_t gpu_memory_bytes);

/// "--gpu-layers 49 --n-cpu-moe 20".
std::string placement_flags(const Placement& placement);

}  // namespace assay::gguf
