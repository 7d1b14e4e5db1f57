#include "gguf/estimate.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "gguf/geometry.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kCellsMultiple = 256;
constexpr std::uint64_t kFloatBytes = 4;
constexpr std::uint64_t kContextFallback = 4096;  ///< The engine's own, for files that say nothing.

/// Figures of the server itself, read off llama-server 0.5.0 with models of several shapes; the
/// comparison is in docs/reference/memory-estimate.md.
constexpr std::uint64_t kServerBytes = std::uint64_t{32} << 20U;
constexpr std::uint64_t kTokenBytes = 256;
constexpr std::uint64_t kMergeBytes = 192;
constexpr std::uint64_t kFeedForwardRows = 3;
constexpr std::uint64_t kEmbeddingRows = 5;

/// Types of which the engine makes a rearranged copy for this kind of processor, when the tensor's
/// rows come in eights. Source: llama.cpp 0.5.0, ggml/src/ggml-cpu/repack.cpp.
#if defined(__aarch64__)
constexpr std::array<std::string_view, 7> kRepackedTypes{"Q4_0",   "Q4_K",  "Q5_K", "Q6_K",
                                                         "IQ4_NL", "MXFP4", "Q8_0"};
#else
constexpr std::array<std::string_view, 5> kRepackedTypes{"Q4_0", "Q4_K", "Q2_K", "IQ4_NL", "MXFP4"};
#endif
constexpr std::uint64_t kRepackedRows = 8;

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

/// How the context is laid out.
struct Cells {
  std::uint64_t streams = 1;
  std::uint64_t full = 0;      ///< Of one stream, in a layer that attends to everything.
  std::uint64_t windowed = 0;  ///< The same in a layer with a window.
};

Cells lay_out(const Geometry& geometry, const LoadSettings& settings) {
  const auto slots = static_cast<std::uint64_t>(std::max(1, settings.slots));
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

CacheNeed cache_need(const Geometry& geometry, const LoadSettings& settings, const Cells& cells) {
  const auto slots = static_cast<std::uint64_t>(std::max(1, settings.slots));
  CacheNeed need;
  for (const Layer& layer : geometry.layers) {
    const std::uint64_t cell =
        saturating_add(row_bytes(layer.key_elements, settings.cache_type_k),
                       row_bytes(layer.value_elements, settings.cache_type_v));
    const std::uint64_t count =
        saturating_multiply(cells.streams, layer.windowed ? cells.windowed : cells.full);
    std::uint64_t& kept = layer.windowed                                        ? need.windowed
                          : layer.key_elements > 0 && layer.value_elements == 0 ? need.latent
                                                                                : need.full;
    kept = saturating_add(kept, saturating_multiply(cell, count));
    const std::uint64_t state = saturating_multiply(layer.state_elements, kFloatBytes);
    need.recurrent = saturating_add(need.recurrent, saturating_multiply(state, slots));
  }
  return need;
}

/// The widest moment of one layer for every token of a micro-batch, the attention mask, and without
/// flash attention the scores of every head.
std::uint64_t compute_bytes(const Geometry& geometry, const LoadSettings& settings,
                            const Cells& cells) {
  const std::uint64_t wide = saturating_multiply(kFeedForwardRows, geometry.feed_forward);
  const std::uint64_t narrow = saturating_multiply(
      kEmbeddingRows,
      std::max(geometry.embedding, saturating_multiply(geometry.heads, geometry.head_length)));
  const std::uint64_t activations = saturating_multiply(saturating_add(wide, narrow), kFloatBytes);
  const std::uint64_t mask_bytes = settings.flash_attention ? 2 : kFloatBytes;
  const std::uint64_t scores =
      settings.flash_attention ? 0 : saturating_multiply(geometry.heads, kFloatBytes);
  const std::uint64_t cells_bytes =
      saturating_multiply(cells.full, saturating_add(mask_bytes, scores));
  const std::uint64_t per_token = saturating_add(activations, cells_bytes);
  return saturating_multiply(per_token, settings.micro_batch);
}

/// The logits of each slot's last token, and their copy for sampling.
std::uint64_t output_bytes(const Geometry& geometry, const LoadSettings& settings) {
  const auto slots = static_cast<std::uint64_t>(std::max(1, settings.slots));
  return saturating_multiply(saturating_multiply(geometry.vocabulary, 2 * kFloatBytes), slots);
}

bool is_repacked(const Tensor& tensor) {
  // The embedding table is looked up by row, which the rearranged form does not serve.
  if (tensor.dimensions.size() < 2 || tensor.name == "token_embd.weight") return false;
  const TensorType* type = find_tensor_type(tensor.type);
  return type != nullptr && tensor.dimensions[1] % kRepackedRows == 0 &&
         std::find(kRepackedTypes.begin(), kRepackedTypes.end(), type->name) !=
             kRepackedTypes.end();
}

std::uint64_t repacked_bytes(const Header& header) {
  std::uint64_t sum = 0;
  for (const Tensor& tensor : header.tensors) {
    if (is_repacked(tensor)) sum = saturating_add(sum, tensor.bytes);
  }
  return sum;
}

std::uint64_t array_length(const Header& header, std::string_view key) {
  const auto found = header.metadata.find(key);
  if (found == header.metadata.end()) return 0;
  const auto* array = std::get_if<Array>(&found->second);
  return array != nullptr ? array->length : 0;
}

}  // namespace

std::uint64_t CacheNeed::total() const {
  return saturating_add(saturating_add(full, windowed), saturating_add(latent, recurrent));
}

std::uint64_t MemoryNeed::total() const {
  const std::uint64_t held = saturating_add(saturating_add(weights, repacked), cache.total());
  return saturating_add(held, saturating_add(saturating_add(compute, output), overhead));
}

MemoryNeed estimate_memory(const Header& header, const LoadSettings& settings) {
  const Geometry geometry = read_geometry(header);
  const Cells cells = lay_out(geometry, settings);
  MemoryNeed need;
  need.weights = header.weight_bytes();
  need.repacked = settings.repack ? repacked_bytes(header) : 0;
  need.cache = cache_need(geometry, settings, cells);
  need.compute = compute_bytes(geometry, settings, cells);
  need.output = output_bytes(geometry, settings);
  const std::uint64_t merges = array_length(header, "tokenizer.ggml.merges");
  need.overhead = saturating_add(
      kServerBytes, saturating_add(saturating_multiply(geometry.vocabulary, kTokenBytes),
                                   saturating_multiply(merges, kMergeBytes)));
  return need;
}

}  // namespace assay::gguf
