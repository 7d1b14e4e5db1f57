#include "gguf/geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace assay::gguf {
namespace {

constexpr std::uint64_t kLayersMax = 1024;

/// Architectures whose windowed layers follow a period that the file need not state. Source:
/// llama.cpp 0.5.0, src/models/*.cpp.
struct WindowRule {
  std::string_view architecture;
  std::uint64_t period = 0;  ///< One layer in `period` attends to everything.
  bool dense_first = false;  ///< It is the first of its group instead of the last.
  std::uint64_t window = 0;  ///< Where the file does not give one; 0: none then.
};
constexpr std::array kWindowRules{
    WindowRule{"afmoe", 4, false, 0},        WindowRule{"cohere2", 4, false, 0},
    WindowRule{"cohere2moe", 4, true, 0},    WindowRule{"exaone4", 4, false, 0},
    WindowRule{"exaone-moe", 4, false, 128}, WindowRule{"gemma-embedding", 6, false, 0},
    WindowRule{"gemma2", 2, false, 4096},    WindowRule{"gemma3", 6, false, 0},
    WindowRule{"gemma3n", 5, false, 0},      WindowRule{"gpt-oss", 2, false, 0},
    WindowRule{"laguna", 4, true, 0},        WindowRule{"llama4", 4, false, 8192},
    WindowRule{"mellum", 4, false, 0},       WindowRule{"olmo2", 4, false, 0},
    WindowRule{"plamo3", 8, false, 0},       WindowRule{"smallthinker", 4, true, 0},
};

/// Gemma 3n's later layers reuse the cache of the first twenty; the file does not say so.
constexpr std::uint64_t kGemma3nOwnLayers = 20;

/// Reads "<architecture>.<key>", one number for all layers or one for each.
class Keys {
 public:
  explicit Keys(const Header& header)
      : header_(header), architecture_(header.text("general.architecture").value_or("")) {}

  const std::string& architecture() const { return architecture_; }

  std::uint64_t number(std::string_view key, std::uint64_t otherwise = 0) const {
    return header_.integer(full(key)).value_or(otherwise);
  }

  const Array* array(std::string_view key) const {
    const auto found = header_.metadata.find(full(key));
    return found == header_.metadata.end() ? nullptr : std::get_if<Array>(&found->second);
  }

  std::uint64_t at(std::string_view key, std::size_t layer, std::uint64_t otherwise) const {
    const Array* values = array(key);
    if (values == nullptr) return number(key, otherwise);
    if (layer >= values->head.size()) return otherwise;
    const Value& value = values->head[layer];
    if (const bool* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
    return integer_of(value).value_or(otherwise);
  }

  std::uint64_t largest(std::string_view key) const {
    const Array* values = array(key);
    if (values == nullptr) return number(key);
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < values->head.size(); ++i) most = std::max(most, at(key, i, 0));
    return most;
  }

 private:
  std::string full(std::string_view key) const { return fmt::format("{}.{}", architecture_, key); }

  const Header& header_;
  std::string architecture_;
};

bool in_period(std::size_t layer, std::uint64_t period, bool dense_first) {
  if (period <= 1) return period == 0;
  return dense_first ? layer % period != 0 : layer % period + 1 < period;
}

/// Marks the windowed layers. Where the pattern is not known all layers count as full, which errs
/// upward.
void mark_windows(const Keys& keys, Geometry& geometry) {
  const auto rule = std::find_if(
      kWindowRules.begin(), kWindowRules.end(),
      [&](const WindowRule& candidate) { return candidate.architecture == keys.architecture(); });
  const bool has_rule = rule != kWindowRules.end();
  geometry.window = keys.number("attention.sliding_window", has_rule ? rule->window : 0);
  const bool has_array = keys.array("attention.sliding_window_pattern") != nullptr;
  if (geometry.window == 0 || (!has_rule && !has_array)) return;
  const std::uint64_t period =
      has_rule ? keys.number("attention.sliding_window_pattern", rule->period) : 0;
  for (std::size_t i = 0; i < geometry.layers.size(); ++i) {
    geometry.layers[i].windowed = has_array ? keys.at("attention.sliding_window_pattern", i, 0) != 0
                                            : in_period(i, period, rule->dense_first);
  }
}

/// f32 elements one recurrent layer keeps for each sequence; 0 for models without such layers.
std::uint64_t state_elements(const Keys& keys, const Geometry& geometry) {
  if (const std::uint64_t head = keys.number("wkv.head_size"); head > 0) {
    const std::uint64_t shifts = keys.number("token_shift_count", 2);
    return saturating_multiply(geometry.embedding, saturating_add(shifts, head));
  }
  if (const std::uint64_t length = keys.number("shortconv.l_cache"); length > 0) {
    return saturating_multiply(geometry.embedding, length - 1);
  }
  const std::uint64_t kernel = keys.number("ssm.conv_kernel");
  if (const std::uint64_t head = keys.number("kda.head_dim"); head > 0) {
    const std::uint64_t inner = saturating_multiply(geometry.heads, head);
    const std::uint64_t rows = saturating_add(3 * (kernel > 0 ? kernel - 1 : 3), head);
    return saturating_multiply(inner, rows);
  }
  const std::uint64_t inner = keys.number("ssm.inner_size");
  const std::uint64_t state = keys.number("ssm.state_size");
  const std::uint64_t groups = saturating_multiply(2 * keys.number("ssm.group_count"), state);
  const std::uint64_t shifted =
      saturating_multiply(kernel > 0 ? kernel - 1 : 0, saturating_add(inner, groups));
  return saturating_add(shifted, saturating_multiply(state, inner));
}

/// Which layers are recurrent instead of attending. Where a model mixes both and does not say which
/// is which, every layer is counted as both, less what `head_count_kv` rules out.
void mark_recurrent(const Keys& keys, Geometry& geometry) {
  const std::uint64_t elements = state_elements(keys, geometry);
  if (elements == 0) return;
  const bool listed = keys.array("attention.recurrent_layers") != nullptr;
  const bool hybrid = keys.architecture() == "qwen3next" || keys.architecture() == "qwen35" ||
                      keys.architecture() == "qwen35moe";
  const std::uint64_t interval = keys.number("full_attention_interval", hybrid ? 4 : 0);
  for (std::size_t i = 0; i < geometry.layers.size(); ++i) {
    Layer& layer = geometry.layers[i];
    if (!listed && interval == 0) {
      const bool attends_only =
          keys.array("attention.head_count_kv") != nullptr && layer.key_elements > 0;
      layer.state_elements = attends_only ? 0 : elements;
      continue;
    }
    const bool recurrent =
        listed ? keys.at("attention.recurrent_layers", i, 0) != 0 : in_period(i, interval, false);
    if (!recurrent) continue;
    layer.key_elements = 0;
    layer.value_elements = 0;
    layer.state_elements = elements;
  }
}

/// Later layers that reuse an earlier one's cache keep none of their own.
void drop_shared(const Keys& keys, Geometry& geometry) {
  std::uint64_t own = geometry.layers.size();
  if (keys.architecture() == "gemma3n") own = std::min(own, kGemma3nOwnLayers);
  own -= std::min(own, keys.number("attention.shared_kv_layers"));
  for (std::size_t i = own; i < geometry.layers.size(); ++i) {
    geometry.layers[i].key_elements = 0;
    geometry.layers[i].value_elements = 0;
  }
}

void set_attention(const Keys& keys, Geometry& geometry) {
  const bool latent = keys.number("attention.key_length_mla") > 0;
  const std::uint64_t value_length = keys.number("attention.value_length", geometry.head_length);
  for (std::size_t i = 0; i < geometry.layers.size(); ++i) {
    Layer& layer = geometry.layers[i];
    const std::uint64_t heads = keys.at("attention.head_count", i, geometry.heads);
    const std::uint64_t kv_heads = keys.at("attention.head_count_kv", i, heads);
    const std::string_view windowed = layer.windowed ? "_swa" : "";
    const std::uint64_t key_length =
        keys.number(fmt::format("attention.key_length{}", windowed), geometry.head_length);
    const std::uint64_t value_length_here =
        keys.number(fmt::format("attention.value_length{}", windowed), value_length);
    layer.key_elements = saturating_multiply(kv_heads, key_length);
    layer.value_elements = latent ? 0 : saturating_multiply(kv_heads, value_length_here);
  }
}

std::uint64_t count_vocabulary(const Header& header, const Keys& keys) {
  const auto tokens = header.metadata.find("tokenizer.ggml.tokens");
  if (tokens != header.metadata.end()) {
    if (const auto* array = std::get_if<Array>(&tokens->second)) return array->length;
  }
  return keys.number("vocab_size");
}

}  // namespace

Geometry read_geometry(const Header& header) {
  const Keys keys(header);
  Geometry geometry;
  geometry.context_tokens = keys.number("context_length");
  geometry.embedding = keys.number("embedding_length");
  geometry.heads = keys.largest("attention.head_count");
  geometry.head_length = keys.number("attention.key_length",
                                     geometry.heads > 0 ? geometry.embedding / geometry.heads : 0);
  const std::uint64_t expert_width = saturating_multiply(
      keys.number("expert_feed_forward_length"),
      saturating_add(keys.largest("expert_used_count"), keys.number("expert_shared_count")));
  geometry.feed_forward = std::max(keys.largest("feed_forward_length"), expert_width);
  geometry.vocabulary = count_vocabulary(header, keys);
  const std::uint64_t predicting = keys.number("nextn_predict_layers");
  const std::uint64_t blocks = keys.number("block_count");
  geometry.layers.resize(std::min(kLayersMax, blocks - std::min(blocks, predicting)));
  mark_windows(keys, geometry);
  set_attention(keys, geometry);
  mark_recurrent(keys, geometry);
  drop_shared(keys, geometry);
  return geometry;
}

}  // namespace assay::gguf
