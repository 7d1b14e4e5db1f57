// How much memory a model will need as a guest, from its header alone, before it is loaded.
#pragma once

#include <cstdint>
#include <string>

#include "gguf/header.h"

namespace assay::gguf {

/// As llama-server is told. A type unknown to the cache counts as f32.
struct LoadSettings {
  std::uint64_t context_tokens = 0;  ///< Of all slots together; 0: the model's own maximum.
  /// llama-server left to itself has 4 on a unified cache; told a number, it splits the context.
  int slots = 1;
  bool unified = false;  ///< All slots share one cache instead of splitting the context.
  std::string cache_type_k = "f16";
  std::string cache_type_v = "f16";
  std::uint64_t micro_batch = 512;
  bool flash_attention = true;  ///< As "on" and "auto"; false keeps every score in memory.
  bool repack = true;           ///< As without --no-repack.
};

/// In bytes, by the kind of layer that keeps it.
struct CacheNeed {
  std::uint64_t full = 0;       ///< Keys and values of the whole context.
  std::uint64_t windowed = 0;   ///< Keys and values of a sliding window.
  std::uint64_t latent = 0;     ///< Compressed keys of latent attention, which has no values.
  std::uint64_t recurrent = 0;  ///< Fixed state of each sequence.
  std::uint64_t total() const;
};

/// In bytes. Mapped weights can be dropped and read again when memory runs short; nothing else can.
struct MemoryNeed {
  std::uint64_t weights = 0;   ///< The file's tensors, mapped.
  std::uint64_t repacked = 0;  ///< The engine's rearranged copy of some types, for the processor.
  CacheNeed cache;
  std::uint64_t compute = 0;   ///< Activations and scheduler buffers.
  std::uint64_t output = 0;    ///< Logits of the tokens that are sampled from.
  std::uint64_t overhead = 0;  ///< The server itself and its vocabulary.
  std::uint64_t total() const;
};

/// Resident memory on the processor, nothing offloaded. Errs upward; docs/reference/
/// memory-estimate.md has the formulas and the comparison with measured servers. Worked number:
/// Qwen3-30B-A3B (48 layers, 4 KV heads of 128) at 4,096 cells of f16 has a cache of
/// 48 × 4096 × 4 × (128 + 128) × 2 B = 384 MiB.
MemoryNeed estimate_memory(const Header& header, const LoadSettings& settings);

}  // namespace assay::gguf
