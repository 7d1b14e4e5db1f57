#include "gguf/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "gguf/estimate_compute.h"
#include "gguf/estimate_weights.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kCellsMultiple = 256;
constexpr std::uint64_t kFloatBytes = 4;
constexpr std::uint64_t kContextFallback = 4096;  ///< The engine's own, for files that say nothing.
constexpr std::uint64_t kSlotsMax = 256;

/// Figures of the server itself, read off llama-server 0.5.0 with models of several shapes; the
/// comparison is in docs/reference/memory-estimate.md.
constexpr std::uint64_t kServerBytes = std::uint64_t{18} << 20U;
constexpr std::uint64_t kTokenBytes = 154;
constexpr std::uint64_t kMergeBytes = 172;
constexpr std::uint64_t kNodeBytes = 920;

/// How many nodes the engine makes room for. Source: llama.cpp 0.5.0, src/llama-context.cpp,
/// graph_max_nodes().
constexpr std::uint64_t kNodesMin = 1024;
constexpr std::uint64_t kNodesPerTensor = 8;
constexpr std::uint64_t kLargeNodesPerTensor = 32;
constexpr std::uint64_t kLargeNodesPerToken = 40;

/// Checkpoints of a slot: after its first prompt, and llama-server's own limit (--ctx-checkpoints).
constexpr std::uint64_t kCheckpointsUsual = 2;
constexpr std::uint64_t kCheckpointsMax = 32;

constexpr std::array<std::string_view, 9> kCacheTypes{"f32",  "f16",    "bf16", "q8_0", "q4_0",
                                                      "q4_1", "iq4_nl", "q5_0", "q5_1"};
constexpr std::array<std::string_view, 3> kUnquantized{"f32", "f16", "bf16"};

bool is_one_of(std::span<const std::string_view> names, std::string_view wanted) {
  return std::find(names.begin(), names.end(), wanted) != names.end();
}

std::uint64_t pad(std::uint64_t value, std::uint64_t multiple) {
  const std::uint64_t over = value % multiple;
  return over == 0 ? value : saturating_add(value, multiple - over);
}

std::uint64_t row_bytes(std::uint64_t elements, std::string_view type_name) {
  const TensorType* type = find_tensor_type(type_name);
  if (type == nullptr) return saturating_multiply(elements, kFloatBytes);
  const std::uint64_t blocks = pad(elements, type->block_elements) / type->block_elements;
  return saturating_multiply(blocks, type->block_bytes);
}

std::uint64_t slots_of(const LoadSettings& settings) {
  return static_cast<std::uint64_t>(std::max(1, settings.slots));
}

/// Without flash attention values are kept transposed, and every layer's are as long as the
/// longest.
std::uint64_t value_elements(const Geometry& geometry, const LoadSettings& settings,
                             const Layer& layer) {
  if (settings.flash_attention || layer.key_elements == 0 || layer.latent) {
    return layer.value_elements;
  }
  std::uint64_t most = 0;
  for (const Layer& other : geometry.layers) most = std::max(most, other.value_elements);
  return most;
}

/// Of one layer's main cache; its indexer's is not counted.
std::uint64_t cell_bytes(const Geometry& geometry, const LoadSettings& settings,
                         const Layer& layer) {
  return saturating_add(
      row_bytes(layer.key_elements, settings.cache_type_k),
      row_bytes(value_elements(geometry, settings, layer), settings.cache_type_v));
}

std::uint64_t index_cell_bytes(const LoadSettings& settings, const Layer& layer) {
  return saturating_add(row_bytes(layer.index_key_elements, settings.cache_type_k),
                        row_bytes(layer.index_value_elements, settings.cache_type_v));
}

/// One snapshot of what cannot be rolled back: the windows' tokens and the recurrent states.
std::uint64_t checkpoint_bytes(const Geometry& geometry, const LoadSettings& settings,
                               const Cells& cells) {
  const std::uint64_t tokens = std::min(geometry.window, cells.windowed);
  std::uint64_t bytes = 0;
  for (const Layer& layer : geometry.layers) {
    if (layer.windowed) {
      const std::uint64_t cell = cell_bytes(geometry, settings, layer);
      bytes = saturating_add(bytes, saturating_multiply(tokens, cell));
    }
    bytes = saturating_add(bytes, saturating_multiply(layer.state_elements, kFloatBytes));
  }
  return bytes;
}

std::uint64_t array_length(const Header& header, std::string_view key) {
  const auto found = header.metadata.find(key);
  if (found == header.metadata.end()) return 0;
  const auto* array = std::get_if<Array>(&found->second);
  return array != nullptr ? array->length : 0;
}

std::uint64_t overhead_bytes(const Header& header, const Geometry& geometry,
                             const LoadSettings& settings) {
  const std::uint64_t tensors = header.tensors.size();
  const std::uint64_t nodes =
      geometry.rule.large_graph
          ? std::max(saturating_multiply(settings.micro_batch, kLargeNodesPerToken),
                     tensors * kLargeNodesPerTensor)
          : std::max(kNodesMin, tensors * kNodesPerTensor);
  const std::uint64_t merges = array_length(header, "tokenizer.ggml.merges");
  const std::uint64_t words = saturating_add(saturating_multiply(geometry.vocabulary, kTokenBytes),
                                             saturating_multiply(merges, kMergeBytes));
  return saturating_add(saturating_add(kServerBytes, words),
                        saturating_multiply(nodes, kNodeBytes));
}

}  // namespace

std::uint64_t CacheNeed::total() const {
  return saturating_add(saturating_add(full, windowed), saturating_add(latent, recurrent));
}

void CacheNeed::add(const CacheNeed& other) {
  full = saturating_add(full, other.full);
  windowed = saturating_add(windowed, other.windowed);
  latent = saturating_add(latent, other.latent);
  recurrent = saturating_add(recurrent, other.recurrent);
}

std::uint64_t MemoryNeed::loading() const {
  return saturating_add(saturating_add(weights, repacked), overhead);
}

std::uint64_t MemoryNeed::serving() const {
  const std::uint64_t kept = loading() - std::min(released, weights);
  const std::uint64_t buffers = saturating_add(compute, saturating_add(output, checkpoints));
  return saturating_add(kept, saturating_add(cache.total(), buffers));
}

std::uint64_t MemoryNeed::total() const { return std::max(loading(), serving()); }

Cells lay_out(const Geometry& geometry, const LoadSettings& settings) {
  const std::uint64_t slots = slots_of(settings);
  std::uint64_t context = settings.context_tokens;
  if (context == 0) context = geometry.context_tokens;
  if (context == 0) context = kContextFallback;
  Cells cells;
  cells.streams = settings.unified ? 1 : slots;
  cells.full = pad(pad(context, kCellsMultiple) / cells.streams, kCellsMultiple);
  const std::uint64_t window = saturating_add(
      saturating_multiply(geometry.window, settings.unified ? slots : 1), settings.micro_batch);
  cells.windowed = pad(std::min(cells.full, window), kCellsMultiple);
  return cells;
}

CacheNeed layer_cache(const Geometry& geometry, const LoadSettings& settings, const Cells& cells,
                      std::size_t layer_index) {
  const Layer& layer = geometry.layers[layer_index];
  CacheNeed need;
  std::uint64_t& kept = layer.windowed ? need.windowed : layer.latent ? need.latent : need.full;
  const std::uint64_t count =
      saturating_multiply(cells.streams, layer.windowed ? cells.windowed : cells.full);
  kept = saturating_multiply(cell_bytes(geometry, settings, layer), count);
  need.latent =
      saturating_add(need.latent, saturating_multiply(index_cell_bytes(settings, layer), count));
  need.recurrent = saturating_multiply(saturating_multiply(layer.state_elements, kFloatBytes),
                                       slots_of(settings));
  return need;
}

MemoryNeed estimate_memory(const Header& header, const LoadSettings& settings) {
  const Geometry geometry = read_geometry(header);
  const Cells cells = lay_out(geometry, settings);
  const WeightNeed weights = estimate_weights(header, settings.simd, settings.repack);
  const std::uint64_t slots = slots_of(settings);
  MemoryNeed need;
  need.weights = weights.mapped;
  need.repacked = weights.repacked;
  need.released = weights.released;
  for (std::size_t i = 0; i < geometry.layers.size(); ++i) {
    need.cache.add(layer_cache(geometry, settings, cells, i));
  }
  need.compute = compute_bytes(geometry, settings, cells);
  need.output = saturating_multiply(saturating_multiply(geometry.vocabulary, kFloatBytes), slots);
  need.overhead = overhead_bytes(header, geometry, settings);
  const std::uint64_t checkpoint =
      saturating_multiply(checkpoint_bytes(geometry, settings, cells), slots);
  need.checkpoints = saturating_multiply(checkpoint, kCheckpointsUsual);
  need.can_grow =
      saturating_add(saturating_multiply(checkpoint, kCheckpointsMax - kCheckpointsUsual),
                     settings.prompt_store_bytes);
  return need;
}

std::span<const std::string_view> cache_types() { return kCacheTypes; }

base::Status check_load_settings(const LoadSettings& settings) {
  for (const std::string& type : {settings.cache_type_k, settings.cache_type_v}) {
    if (is_one_of(kCacheTypes, type)) continue;
    return base::bad_input(
        fmt::format("expected a cache type that the engine has, found \"{}\"", type),
        fmt::format("known: {}", fmt::join(kCacheTypes, ", ")));
  }
  if (!settings.flash_attention && !is_one_of(kUnquantized, settings.cache_type_v)) {
    return base::bad_input(
        fmt::format("a quantized V cache ({}) needs flash attention, which is off",
                    settings.cache_type_v),
        "turn flash attention on, or take f16 for the V cache");
  }
  if (settings.slots < 1 || static_cast<std::uint64_t>(settings.slots) > kSlotsMax) {
    return base::bad_input(
        fmt::format("expected 1 to {} slots, found {}", kSlotsMax, settings.slots));
  }
  if (settings.context_tokens > 0 &&
      settings.context_tokens < static_cast<std::uint64_t>(settings.slots)) {
    return base::bad_input(fmt::format("expected at least one token of context for each slot, "
                                       "found {} tokens for {} slots",
                                       settings.context_tokens, settings.slots),
                           "give a larger context or fewer slots");
  }
  if (settings.micro_batch == 0) {
    return base::bad_input("expected a micro-batch of at least 1 token, found 0");
  }
  return base::Done{};
}

}  // namespace assay::gguf
