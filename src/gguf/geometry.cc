#include "gguf/geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "gguf/architecture_keys.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kLayersMax = 1024;
constexpr std::uint64_t kTokenShifts = 2;  ///< Of RWKV files that do not say.
constexpr std::uint64_t kDeltaConvolution = 3;
constexpr std::uint64_t kDeltaProjections = 3;  ///< Query, key and value are convolved each.

bool in_period(std::size_t layer, std::uint64_t period, bool dense_first) {
  if (period <= 1) return period == 0;
  return dense_first ? layer % period != 0 : layer % period + 1 < period;
}

/// A row that errs upward, for an architecture that the table lacks.
Architecture guess_rule(const ArchitectureKeys& keys) {
  Architecture rule{.name = "unknown", .prediction_layers_cached = true};
  const bool states = keys.number("ssm.inner_size") > 0;
  if (keys.number("wkv.head_size") > 0) rule.state = StateKind::Rwkv;
  if (keys.number("shortconv.l_cache") > 0) rule.state = StateKind::ShortConv;
  if (keys.number("kda.head_dim") > 0) rule.state = StateKind::DeltaAttention;
  if (states) rule.state = StateKind::Mamba;
  if (rule.state != StateKind::None) rule.recurrent = RecurrentRule::Both;
  return rule;
}

std::uint64_t read_window(const ArchitectureKeys& keys, const Architecture& rule,
                          std::size_t layers) {
  if (rule.windows == WindowRule::Never) return 0;
  if (rule.window_layers != 0 && rule.window_layers != layers) return 0;
  const std::uint64_t given = keys.number("attention.sliding_window", rule.window_default);
  return given > 0 && rule.window_fixed > 0 ? rule.window_fixed : given;
}

/// Marks the windowed layers; those of WindowRule::Attending wait until it is known which attend.
void mark_windows(const ArchitectureKeys& keys, Geometry& geometry) {
  constexpr std::string_view kPattern = "attention.sliding_window_pattern";
  const Architecture& rule = geometry.rule;
  geometry.window = read_window(keys, rule, geometry.layers.size());
  if (geometry.window == 0 || rule.windows == WindowRule::Attending) return;
  const bool listed = keys.array(kPattern) != nullptr;
  if (!listed && rule.windows == WindowRule::Pattern) return;
  const std::uint64_t period = keys.number(kPattern, rule.window_period);
  for (std::size_t i = 0; i < geometry.layers.size(); ++i) {
    geometry.layers[i].windowed =
        listed ? keys.at(kPattern, i, 0) != 0 : in_period(i, period, rule.dense_first);
  }
}

void set_attention(const ArchitectureKeys& keys, Geometry& geometry) {
  const bool latent = geometry.rule.latent && keys.number("attention.key_length_mla") > 0 &&
                      keys.number("attention.value_length_mla") > 0;
  const std::uint64_t shared =
      geometry.rule.shares_layers ? keys.number("attention.shared_kv_layers") : 0;
  const std::uint64_t layers = geometry.layers.size();
  std::uint64_t own = layers - std::min(layers, shared);
  if (geometry.rule.own_layers > 0) own = std::min(own, geometry.rule.own_layers);
  for (std::size_t i = 0; i < layers; ++i) {
    Layer& layer = geometry.layers[i];
    layer.shared = i >= own;
    if (layer.shared) continue;
    const std::uint64_t heads = keys.at("attention.head_count", i, geometry.heads);
    const std::uint64_t kv_heads = keys.at("attention.head_count_kv", i, heads);
    const std::string_view windowed = layer.windowed ? "_swa" : "";
    const std::uint64_t key_length =
        keys.number(fmt::format("attention.key_length{}", windowed), geometry.head_length);
    const std::uint64_t value_length =
        keys.number(fmt::format("attention.value_length{}", windowed), geometry.value_length);
    layer.latent = latent;
    layer.key_elements = saturating_multiply(kv_heads, key_length);
    layer.value_elements = latent ? 0 : saturating_multiply(kv_heads, value_length);
  }
}

void set_index(const ArchitectureKeys& keys, Geometry& geometry) {
  const IndexRule rule = geometry.rule.index;
  const std::uint64_t length = keys.number("attention.indexer.key_length");
  if (rule == IndexRule::Never || keys.number("attention.indexer.top_k") == 0) return;
  const std::uint64_t leading = keys.number("leading_dense_block_count");
  for (std::size_t i = 0; i < geometry.layers.size(); ++i) {
    if (rule == IndexRule::KeysOfFull && keys.at("attention.indexer.types", i, 1) == 0) continue;
    if (rule == IndexRule::KeysAndValues && i < leading) continue;
    geometry.layers[i].index_key_elements = length;
    if (rule == IndexRule::KeysAndValues) {
      geometry.layers[i].index_value_elements = geometry.value_length;
    }
  }
}

/// f32 elements one recurrent layer keeps for each sequence.
std::uint64_t state_elements(const ArchitectureKeys& keys, const Geometry& geometry) {
  const std::uint64_t kernel = keys.number("ssm.conv_kernel");
  switch (geometry.rule.state) {
    case StateKind::None:
      return 0;
    case StateKind::Rwkv:
      return saturating_multiply(geometry.embedding,
                                 saturating_add(keys.number("token_shift_count", kTokenShifts),
                                                keys.number("wkv.head_size")));
    case StateKind::ShortConv: {
      const std::uint64_t length = keys.number("shortconv.l_cache");
      return saturating_multiply(geometry.embedding, length > 0 ? length - 1 : 0);
    }
    case StateKind::DeltaAttention: {
      const std::uint64_t past = kernel > 0 ? kernel - 1 : kDeltaConvolution;
      return saturating_multiply(geometry.recurrent_inner,
                                 saturating_add(saturating_multiply(kDeltaProjections, past),
                                                keys.number("kda.head_dim")));
    }
    case StateKind::LinearAttention:
      return saturating_multiply(geometry.recurrent_inner, geometry.head_length);
    case StateKind::Mamba:
    case StateKind::DeltaNet:
      break;
  }
  return saturating_add(
      saturating_multiply(kernel > 0 ? kernel - 1 : 0, geometry.recurrent_convolved),
      saturating_multiply(keys.number("ssm.state_size"), geometry.recurrent_inner));
}

/// How wide a recurrent layer's activations are.
void set_recurrent_width(const ArchitectureKeys& keys, Geometry& geometry) {
  switch (geometry.rule.state) {
    case StateKind::None:
      return;
    case StateKind::Rwkv:
    case StateKind::ShortConv:
      geometry.recurrent_inner = geometry.embedding;
      geometry.recurrent_convolved = geometry.embedding;
      return;
    case StateKind::DeltaAttention:
      geometry.recurrent_inner = saturating_multiply(geometry.heads, keys.number("kda.head_dim"));
      geometry.recurrent_convolved =
          saturating_multiply(kDeltaProjections, geometry.recurrent_inner);
      return;
    case StateKind::LinearAttention:
      geometry.recurrent_inner = saturating_multiply(geometry.heads, geometry.head_length);
      geometry.recurrent_convolved = geometry.recurrent_inner;
      return;
    case StateKind::Mamba:
    case StateKind::DeltaNet:
      break;
  }
  geometry.recurrent_inner = keys.number("ssm.inner_size");
  geometry.recurrent_convolved =
      saturating_add(geometry.recurrent_inner,
                     saturating_multiply(saturating_multiply(2, keys.number("ssm.group_count")),
                                         keys.number("ssm.state_size")));
}

bool is_recurrent(const ArchitectureKeys& keys, const Architecture& rule, std::size_t layer) {
  constexpr std::string_view kListed = "attention.recurrent_layers";
  switch (rule.recurrent) {
    case RecurrentRule::Never:
      return false;
    case RecurrentRule::Always:
    case RecurrentRule::Both:
      return true;
    case RecurrentRule::WithoutHeads:
      return keys.at("attention.head_count_kv", layer, 1) == 0;
    case RecurrentRule::WithoutHeadsOrFeedForward:
      return keys.at("attention.head_count_kv", layer, 1) == 0 &&
             keys.at("feed_forward_length", layer, 0) == 0;
    case RecurrentRule::Interval:
      if (keys.array(kListed) != nullptr) return keys.at(kListed, layer, 0) != 0;
      return in_period(layer, keys.number("full_attention_interval", rule.recurrent_period), false);
  }
  return false;
}

void drop_attention(Layer& layer) {
  layer.key_elements = 0;
  layer.value_elements = 0;
  layer.latent = false;
  layer.windowed = false;
}

void mark_recurrent(const ArchitectureKeys& keys, Geometry& geometry) {
  const Architecture& rule = geometry.rule;
  set_recurrent_width(keys, geometry);
  const std::uint64_t elements = state_elements(keys, geometry);
  for (std::size_t i = 0; i < geometry.layers.size(); ++i) {
    Layer& layer = geometry.layers[i];
    const bool recurrent = is_recurrent(keys, rule, i);
    if (recurrent) layer.state_elements = elements;
    const bool feeds_forward = rule.recurrent == RecurrentRule::WithoutHeadsOrFeedForward &&
                               keys.at("feed_forward_length", i, 0) != 0;
    const bool attends = rule.recurrent == RecurrentRule::Both || !recurrent;
    if (!attends || feeds_forward) drop_attention(layer);
    if (rule.windows == WindowRule::Attending && geometry.window > 0) {
      layer.windowed = attends;
    }
  }
}

std::uint64_t count_vocabulary(const Header& header, const ArchitectureKeys& keys) {
  const auto tokens = header.metadata.find("tokenizer.ggml.tokens");
  if (tokens != header.metadata.end()) {
    if (const auto* array = std::get_if<Array>(&tokens->second)) return array->length;
  }
  return keys.number("vocab_size");
}

void read_widths(const Header& header, const ArchitectureKeys& keys, Geometry& geometry) {
  geometry.context_tokens = keys.number("context_length");
  geometry.embedding = keys.number("embedding_length");
  geometry.heads = keys.largest("attention.head_count");
  const std::uint64_t even = geometry.heads > 0 ? geometry.embedding / geometry.heads : 0;
  geometry.head_length = keys.number("attention.key_length", even);
  geometry.value_length = keys.number("attention.value_length", even);
  geometry.head_length_expanded = keys.number("attention.key_length_mla");
  geometry.value_length_expanded = keys.number("attention.value_length_mla");
  geometry.feed_forward = keys.largest("feed_forward_length");
  geometry.experts_used = keys.largest("expert_used_count");
  if (geometry.experts_used > 0) {
    geometry.expert_feed_forward = keys.largest("expert_feed_forward_length");
    if (geometry.expert_feed_forward == 0) geometry.expert_feed_forward = geometry.feed_forward;
  }
  geometry.shared_feed_forward = std::max(
      keys.number("expert_shared_feed_forward_length"),
      saturating_multiply(keys.number("expert_shared_count"), geometry.expert_feed_forward));
  geometry.vocabulary = count_vocabulary(header, keys);
}

}  // namespace

std::uint64_t count_running_blocks(const Header& header) {
  const ArchitectureKeys keys(header);
  const std::uint64_t blocks = keys.number("block_count");
  return blocks - std::min(blocks, keys.number("nextn_predict_layers"));
}

Geometry read_geometry(const Header& header) {
  const ArchitectureKeys keys(header);
  Geometry geometry;
  geometry.architecture = keys.architecture();
  const Architecture* row = find_architecture(keys.architecture());
  geometry.known = row != nullptr;
  geometry.rule = row != nullptr ? *row : guess_rule(keys);
  read_widths(header, keys, geometry);
  const std::uint64_t blocks = geometry.rule.prediction_layers_cached
                                   ? keys.number("block_count")
                                   : count_running_blocks(header);
  geometry.layers.resize(std::min(kLayersMax, blocks));
  if (!geometry.rule.cached) return geometry;
  mark_windows(keys, geometry);
  set_attention(keys, geometry);
  set_index(keys, geometry);
  mark_recurrent(keys, geometry);
  return geometry;
}

}  // namespace assay::gguf
