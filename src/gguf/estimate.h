// How much memory a model will need as a guest, from its header alone, before it is loaded. For
// whoever starts a server, ranks models or explains a load that does not fit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/geometry.h"
#include "gguf/header.h"

namespace assay::gguf {

/// As llama-server is told.
struct LoadSettings {
  std::uint64_t context_tokens = 0;  ///< Of all slots together; 0: the model's own maximum.
  /// llama-server left to itself has 4 on a unified cache; told a number, it splits the context.
  int slots = 1;
  bool unified = false;  ///< All slots share one cache instead of splitting the context.
  /// One of cache_types(); another one counts as f32.
  std::string cache_type_k = "f16";
  std::string cache_type_v = "f16";
  std::uint64_t micro_batch = 512;
  bool flash_attention = true;  ///< As "on" and "auto"; false keeps every score in memory.
  bool repack = true;           ///< As without --no-repack.
  /// Instruction sets, named as host::MachineFacts::simd does: they decide what is rearranged.
  /// Empty: not known, which counts as having all of this kind of processor.
  std::vector<std::string> simd{};
  /// Old prompts that the server may keep (--cache-ram); its own default is 8 GiB, a guest has 0.
  std::uint64_t prompt_store_bytes = 0;
};

/// In bytes, by the kind of layer that keeps it.
struct CacheNeed {
  std::uint64_t full = 0;      ///< Keys and values of the whole context.
  std::uint64_t windowed = 0;  ///< Keys and values of a sliding window.
  /// Compressed keys of latent attention, which has no values, and keys of a sparse attention's
  /// indexer beside them.
  std::uint64_t latent = 0;
  std::uint64_t recurrent = 0;  ///< Fixed state of each sequence.
  std::uint64_t total() const;
  void add(const CacheNeed& other);
};

/// In bytes. Mapped weights can be dropped and read again when memory runs short; nothing else can.
struct MemoryNeed {
  std::uint64_t weights = 0;   ///< The file's tensors, mapped, all touched while loading.
  std::uint64_t repacked = 0;  ///< The engine's rearranged copy of some types, for the processor.
  CacheNeed cache{};
  std::uint64_t compute = 0;   ///< Activations and scheduler buffers.
  std::uint64_t output = 0;    ///< Logits of the tokens that are sampled from.
  std::uint64_t overhead = 0;  ///< The server itself and its vocabulary.
  /// Snapshots of windows and recurrent states that the server takes at the end of every prompt:
  /// two for each slot. 0 for other models.
  std::uint64_t checkpoints = 0;
  /// Part of `weights` before the first and after the last tensor that is used as it is in the
  /// file: unmapped when loading is over.
  std::uint64_t released = 0;
  /// What the server may take beyond total() as it serves: further checkpoints (32 a slot) and
  /// LoadSettings::prompt_store_bytes.
  std::uint64_t can_grow = 0;
  std::uint64_t loading() const;  ///< At the end of loading, when weights and copies are complete.
  std::uint64_t serving() const;  ///< Afterwards.
  std::uint64_t total() const;    ///< The larger of the two: the most that will be resident.
};

/// Resident memory on the processor, nothing offloaded. docs/reference/memory-estimate.md has the
/// formulas and the comparison with measured servers. Worked number: Qwen3-30B-A3B (48 layers, 4 KV
/// heads of 128) at 4,096 cells of f16 has a cache of 48 × 4096 × 4 × (128 + 128) × 2 B = 384 MiB.
MemoryNeed estimate_memory(const Header& header, const LoadSettings& settings);

/// How the context is laid out, in cells.
struct Cells {
  std::uint64_t streams = 1;   ///< Separate caches: 1 when unified, else one for each slot.
  std::uint64_t full = 0;      ///< Of one stream, in a layer that attends to everything.
  std::uint64_t windowed = 0;  ///< The same in a layer with a window.
};
Cells lay_out(const Geometry& geometry, const LoadSettings& settings);

/// What one layer keeps of the context.
CacheNeed layer_cache(const Geometry& geometry, const LoadSettings& settings, const Cells& cells,
                      std::size_t layer);

/// What the engine accepts for --cache-type-k and --cache-type-v.
std::span<const std::string_view> cache_types();

/// BadInput for what the engine would refuse: a cache type that it lacks, a quantized V cache
/// without flash attention, no slot or more than 256, more slots than tokens of context, an empty
/// micro-batch.
base::Status check_load_settings(const LoadSettings& settings);

}  // namespace assay::gguf
