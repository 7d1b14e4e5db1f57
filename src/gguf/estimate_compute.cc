#include "gguf/estimate_compute.h"

#include <algorithm>

namespace assay::gguf {
namespace {

constexpr std::uint64_t kFloatBytes = 4;
constexpr std::uint64_t kMaskBytes = 2;  ///< With flash attention; a float without.

std::uint64_t times(std::uint64_t left, std::uint64_t right) {
  return saturating_multiply(left, right);
}

std::uint64_t sum(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t total = 0;
  for (const std::uint64_t part : parts) total = saturating_add(total, part);
  return total;
}

bool is_latent(const Geometry& geometry) {
  return std::any_of(geometry.layers.begin(), geometry.layers.end(),
                     [](const Layer& layer) { return layer.latent; });
}

std::uint64_t query_width(const Geometry& geometry) {
  return times(geometry.heads, geometry.head_length);
}

// Below are widths in f32 elements per token. E is the embedding's length.

/// Up, gate and their product, beside residual, input and the attention's query as it is before
/// compression.
std::uint64_t dense_moment(const Geometry& geometry) {
  const std::uint64_t query = is_latent(geometry)
                                  ? times(geometry.heads, geometry.head_length_expanded)
                                  : query_width(geometry);
  return sum({times(3, geometry.feed_forward), times(3, geometry.embedding), query});
}

/// The same for all experts that a token uses. Their outputs go where up and gate were, unless they
/// are longer than both.
std::uint64_t mixture_moment(const Geometry& geometry) {
  if (geometry.expert_feed_forward == 0) return 0;
  const std::uint64_t inner = times(geometry.experts_used, geometry.expert_feed_forward);
  const bool reused = geometry.embedding <= times(2, geometry.expert_feed_forward);
  const std::uint64_t outputs = reused ? 0 : times(geometry.experts_used, geometry.embedding);
  return sum({times(3, inner), outputs, geometry.shared_feed_forward, times(3, geometry.embedding),
              query_width(geometry)});
}

/// Query, keys and values, and the attention's result.
std::uint64_t attention_moment(const Geometry& geometry) {
  if (is_latent(geometry)) {
    const std::uint64_t lengths =
        sum({geometry.head_length, geometry.value_length, geometry.head_length_expanded,
             geometry.value_length_expanded});
    return saturating_add(times(4, geometry.embedding), times(geometry.heads, lengths));
  }
  std::uint64_t cached = 0;
  for (const Layer& layer : geometry.layers) {
    cached = std::max(cached, saturating_add(layer.key_elements, layer.value_elements));
  }
  return sum({times(3, geometry.embedding), times(2, query_width(geometry)), cached});
}

std::uint64_t recurrent_moment(const Geometry& geometry) {
  if (geometry.rule.state == StateKind::None) return 0;
  const std::uint64_t convolutions = geometry.rule.state == StateKind::Mamba ? 3 : 2;
  return sum({times(3, geometry.embedding), times(convolutions, geometry.recurrent_convolved),
              times(2, geometry.recurrent_inner)});
}

/// Scores of every head for every cell, which flash attention never holds together.
std::uint64_t score_elements(const Geometry& geometry, const LoadSettings& settings,
                             const Cells& cells) {
  if (settings.flash_attention) return 0;
  bool attends = false;
  bool full = false;
  for (const Layer& layer : geometry.layers) {
    if (layer.key_elements == 0) continue;
    attends = true;
    full = full || !layer.windowed;
  }
  if (!attends) return 0;
  return times(geometry.heads, full ? cells.full : cells.windowed);
}

std::uint64_t tokens_of(const LoadSettings& settings, const Cells& cells) {
  return std::min(settings.micro_batch, times(cells.full, cells.streams));
}

/// Which cells a token may attend to, once for each kind of layer.
std::uint64_t mask_bytes(const Geometry& geometry, const LoadSettings& settings,
                         const Cells& cells) {
  bool full = false;
  bool windowed = false;
  for (const Layer& layer : geometry.layers) {
    if (layer.key_elements == 0 && !layer.shared) continue;
    (layer.windowed ? windowed : full) = true;
  }
  const std::uint64_t seen = saturating_add(full ? cells.full : 0, windowed ? cells.windowed : 0);
  const std::uint64_t bytes = settings.flash_attention ? kMaskBytes : kFloatBytes;
  return times(times(seen, bytes), tokens_of(settings, cells));
}

}  // namespace

std::uint64_t compute_bytes(const Geometry& geometry, const LoadSettings& settings,
                            const Cells& cells) {
  const std::uint64_t slots = static_cast<std::uint64_t>(std::max(1, settings.slots));
  const std::uint64_t attention =
      saturating_add(attention_moment(geometry), score_elements(geometry, settings, cells));
  const std::uint64_t widest = std::max(
      {dense_moment(geometry), mixture_moment(geometry), attention, recurrent_moment(geometry)});
  std::uint64_t state = 0;
  for (const Layer& layer : geometry.layers) state = std::max(state, layer.state_elements);
  const std::uint64_t tokens = tokens_of(settings, cells);
  const std::uint64_t recurrent_elements =
      saturating_add(times(recurrent_moment(geometry), tokens), times(times(2, state), slots));
  const std::uint64_t layer_elements = std::max(times(widest, tokens), recurrent_elements);
  const std::uint64_t output_elements =
      saturating_add(times(geometry.vocabulary, slots), times(geometry.embedding, tokens));
  return saturating_add(times(std::max(layer_elements, output_elements), kFloatBytes),
                        mask_bytes(geometry, settings, cells));
}

std::uint64_t input_bytes(const Geometry& geometry, const LoadSettings& settings,
                          const Cells& cells) {
  const std::uint64_t embedded =
      times(times(geometry.embedding, kFloatBytes), tokens_of(settings, cells));
  return saturating_add(embedded, mask_bytes(geometry, settings, cells));
}

}  // namespace assay::gguf
