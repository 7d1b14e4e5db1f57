#include "gguf/known_shapes.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <utility>

namespace assay::gguf {
namespace {

using Extras = std::initializer_list<std::pair<std::string_view, Value>>;

/// Figures from the models' own published configurations.
struct Row {
  std::string_view name;
  std::string_view title;
  std::string_view architecture;
  std::uint64_t layers;
  std::uint64_t embedding;
  std::uint64_t feed_forward;
  std::uint64_t heads;
  std::uint64_t key_value_heads;
  std::uint64_t head_length;
  std::uint64_t vocabulary;
  std::uint64_t context;
  bool tied;
};

constexpr bool kTied = true;
constexpr bool kUntied = false;

constexpr std::array kRows{
    Row{"llama-3.2-1b", "Llama 3.2 1B", "llama", 16, 2048, 8192, 32, 8, 64, 128256, 131072, kTied},
    Row{"llama-3.2-3b", "Llama 3.2 3B", "llama", 28, 3072, 8192, 24, 8, 128, 128256, 131072, kTied},
    Row{"llama-3.1-8b", "Llama 3.1 8B", "llama", 32, 4096, 14336, 32, 8, 128, 128256, 131072,
        kUntied},
    Row{"llama-3.3-70b", "Llama 3.3 70B", "llama", 80, 8192, 28672, 64, 8, 128, 128256, 131072,
        kUntied},
    Row{"mistral-7b", "Mistral 7B v0.3", "llama", 32, 4096, 14336, 32, 8, 128, 32768, 32768,
        kUntied},
    Row{"mistral-nemo", "Mistral Nemo 12B", "llama", 40, 5120, 14336, 32, 8, 128, 131072, 1024000,
        kUntied},
    Row{"mistral-small-24b", "Mistral Small 3 24B", "llama", 40, 5120, 32768, 32, 8, 128, 131072,
        32768, kUntied},
    Row{"mixtral-8x7b", "Mixtral 8x7B", "llama", 32, 4096, 14336, 32, 8, 128, 32000, 32768,
        kUntied},
    Row{"smollm2-1.7b", "SmolLM2 1.7B", "llama", 24, 2048, 8192, 32, 32, 64, 49152, 8192, kTied},
    Row{"qwen2.5-0.5b", "Qwen2.5 0.5B", "qwen2", 24, 896, 4864, 14, 2, 64, 151936, 32768, kTied},
    Row{"qwen2.5-1.5b", "Qwen2.5 1.5B", "qwen2", 28, 1536, 8960, 12, 2, 128, 151936, 32768, kTied},
    Row{"qwen2.5-3b", "Qwen2.5 3B", "qwen2", 36, 2048, 11008, 16, 2, 128, 151936, 32768, kTied},
    Row{"qwen2.5-7b", "Qwen2.5 7B", "qwen2", 28, 3584, 18944, 28, 4, 128, 152064, 32768, kUntied},
    Row{"qwen2.5-14b", "Qwen2.5 14B", "qwen2", 48, 5120, 13824, 40, 8, 128, 152064, 32768, kUntied},
    Row{"qwen2.5-32b", "Qwen2.5 32B", "qwen2", 64, 5120, 27648, 40, 8, 128, 152064, 32768, kUntied},
    Row{"qwen2.5-72b", "Qwen2.5 72B", "qwen2", 80, 8192, 29568, 64, 8, 128, 152064, 32768, kUntied},
    Row{"qwen3-0.6b", "Qwen3 0.6B", "qwen3", 28, 1024, 3072, 16, 8, 128, 151936, 40960, kTied},
    Row{"qwen3-1.7b", "Qwen3 1.7B", "qwen3", 28, 2048, 6144, 16, 8, 128, 151936, 40960, kTied},
    Row{"qwen3-4b", "Qwen3 4B", "qwen3", 36, 2560, 9728, 32, 8, 128, 151936, 40960, kTied},
    Row{"qwen3-8b", "Qwen3 8B", "qwen3", 36, 4096, 12288, 32, 8, 128, 151936, 40960, kUntied},
    Row{"qwen3-14b", "Qwen3 14B", "qwen3", 40, 5120, 17408, 40, 8, 128, 151936, 40960, kUntied},
    Row{"qwen3-32b", "Qwen3 32B", "qwen3", 64, 5120, 25600, 64, 8, 128, 151936, 40960, kUntied},
    Row{"qwen3-30b-a3b", "Qwen3 30B A3B", "qwen3moe", 48, 2048, 6144, 32, 4, 128, 151936, 40960,
        kUntied},
    Row{"qwen3-235b-a22b", "Qwen3 235B A22B", "qwen3moe", 94, 4096, 12288, 64, 4, 128, 151936,
        40960, kUntied},
    Row{"qwen3-next-80b-a3b", "Qwen3 Next 80B A3B", "qwen3next", 48, 2048, 5120, 16, 2, 256, 151936,
        262144, kUntied},
    Row{"gemma-2-2b", "Gemma 2 2B", "gemma2", 26, 2304, 9216, 8, 4, 256, 256000, 8192, kTied},
    Row{"gemma-2-9b", "Gemma 2 9B", "gemma2", 42, 3584, 14336, 16, 8, 256, 256000, 8192, kTied},
    Row{"gemma-2-27b", "Gemma 2 27B", "gemma2", 46, 4608, 36864, 32, 16, 128, 256000, 8192, kTied},
    Row{"gemma-3-270m", "Gemma 3 270M", "gemma3", 18, 640, 2048, 4, 1, 256, 262144, 32768, kTied},
    Row{"gemma-3-1b", "Gemma 3 1B", "gemma3", 26, 1152, 6912, 4, 1, 256, 262144, 32768, kTied},
    Row{"gemma-3-4b", "Gemma 3 4B", "gemma3", 34, 2560, 10240, 8, 4, 256, 262208, 131072, kTied},
    Row{"gemma-3-12b", "Gemma 3 12B", "gemma3", 48, 3840, 15360, 16, 8, 256, 262208, 131072, kTied},
    Row{"gemma-3-27b", "Gemma 3 27B", "gemma3", 62, 5376, 21504, 32, 16, 128, 262208, 131072,
        kTied},
    Row{"gpt-oss-20b", "gpt-oss 20B", "gpt-oss", 24, 2880, 2880, 64, 8, 64, 201088, 131072,
        kUntied},
    Row{"gpt-oss-120b", "gpt-oss 120B", "gpt-oss", 36, 2880, 2880, 64, 8, 64, 201088, 131072,
        kUntied},
    Row{"deepseek-v2-lite", "DeepSeek V2 Lite 16B", "deepseek2", 27, 2048, 10944, 16, 1, 576,
        102400, 163840, kUntied},
    Row{"deepseek-v3", "DeepSeek V3 671B", "deepseek2", 61, 7168, 18432, 128, 1, 576, 129280,
        163840, kUntied},
    Row{"phi-3.5-mini", "Phi 3.5 mini 3.8B", "phi3", 32, 3072, 8192, 32, 32, 96, 32064, 131072,
        kUntied},
    Row{"phi-4-mini", "Phi 4 mini 3.8B", "phi3", 32, 3072, 8192, 24, 8, 128, 200064, 131072, kTied},
    Row{"phi-4", "Phi 4 14B", "phi3", 40, 5120, 17920, 40, 10, 128, 100352, 16384, kUntied},
    Row{"glm-4-9b", "GLM 4 9B 0414", "glm4", 40, 4096, 13696, 32, 2, 128, 151552, 32768, kUntied},
    Row{"glm-4-32b", "GLM 4 32B 0414", "glm4", 61, 6144, 23040, 48, 2, 128, 151552, 32768, kUntied},
    Row{"glm-4.5-air", "GLM 4.5 Air 106B", "glm4moe", 47, 4096, 10944, 96, 8, 128, 151552, 131072,
        kUntied},
    Row{"granite-4.0-h-micro", "Granite 4.0 H Micro 3B", "granitehybrid", 40, 2048, 8192, 32, 8, 64,
        100352, 131072, kTied},
    Row{"granite-4.0-h-tiny", "Granite 4.0 H Tiny 7B", "granitehybrid", 40, 1536, 512, 12, 4, 128,
        100352, 131072, kTied},
    Row{"lfm2-350m", "LFM2 350M", "lfm2", 16, 1024, 4608, 16, 8, 64, 65536, 128000, kTied},
    Row{"lfm2-700m", "LFM2 700M", "lfm2", 16, 1536, 6912, 24, 8, 64, 65536, 128000, kTied},
    Row{"lfm2-1.2b", "LFM2 1.2B", "lfm2", 16, 2048, 8192, 32, 8, 64, 65536, 128000, kTied},
};

std::uint64_t whole(std::uint64_t value) { return value; }

void add(ModelShape& shape, Extras extras) {
  for (const auto& [key, value] : extras) shape.metadata[std::string(key)] = value;
}

void add_experts(ModelShape& shape, std::uint64_t experts, std::uint64_t used,
                 std::uint64_t width) {
  add(shape, {{"expert_count", experts},
              {"expert_used_count", used},
              {"expert_feed_forward_length", width}});
}

/// Attention in the given layers and a recurrence in all others, which have no KV heads.
void attend_only_in(ModelShape& shape, std::initializer_list<std::uint64_t> layers) {
  std::vector<std::uint64_t> heads(shape.of_layer("block_count", 0), 0);
  for (const std::uint64_t layer : layers) {
    heads.at(layer) = shape.of_layer("attention.head_count_kv", 0);
  }
  shape.metadata["attention.head_count_kv"] = per_layer(heads);
}

/// `period` − 1 windowed layers and a full one, over and over.
void add_window(ModelShape& shape, std::uint64_t window, std::uint64_t period) {
  std::vector<bool> windowed;
  for (std::uint64_t layer = 0; layer < shape.of_layer("block_count", 0); ++layer) {
    windowed.push_back((layer + 1) % period != 0);
  }
  add(shape, {{"attention.sliding_window", window},
              {"attention.sliding_window_pattern", per_layer_flags(windowed)}});
}

void add_gemma(const Row& row, ModelShape& shape) {
  if (row.architecture == "gemma2") {
    add_window(shape, 4096, 2);
    add(shape, {{"attn_logit_softcapping", 50.0}, {"final_logit_softcapping", 30.0}});
  } else if (row.architecture == "gemma3") {
    add_window(shape, row.context == 32768 ? 512 : 1024, 6);
    add(shape, {{"rope.freq_base", 1000000.0}});
  }
}

void add_mixture(const Row& row, ModelShape& shape) {
  if (row.name == "mixtral-8x7b") {
    add(shape, {{"expert_count", whole(8)}, {"expert_used_count", whole(2)}});
  } else if (row.name == "qwen3-30b-a3b") {
    add_experts(shape, 128, 8, 768);
  } else if (row.name == "qwen3-235b-a22b") {
    add_experts(shape, 128, 8, 1536);
  } else if (row.architecture == "gpt-oss") {
    add_experts(shape, row.layers == 24 ? 32 : 128, 4, 2880);
    add_window(shape, 128, 2);
    add(shape, {{"rope.freq_base", 150000.0},
                {"rope.scaling.type", std::string("yarn")},
                {"rope.scaling.factor", 32.0},
                {"rope.scaling.original_context_length", whole(4096)}});
  } else if (row.name == "glm-4.5-air") {
    add_experts(shape, 128, 8, 1408);
    add(shape, {{"expert_shared_count", whole(1)},
                {"expert_gating_func", whole(2)},
                {"expert_weights_norm", true},
                {"leading_dense_block_count", whole(1)},
                {"nextn_predict_layers", whole(1)},
                {"rope.dimension_count", whole(64)}});
  }
}

void add_latent_attention(const Row& row, ModelShape& shape) {
  if (row.architecture != "deepseek2") return;
  const bool lite = row.name == "deepseek-v2-lite";
  add_experts(shape, lite ? 64 : 256, lite ? 6 : 8, lite ? 1408 : 2048);
  add(shape, {{"attention.value_length", whole(512)},
              {"attention.key_length_mla", whole(192)},
              {"attention.value_length_mla", whole(128)},
              {"attention.kv_lora_rank", whole(512)},
              {"rope.dimension_count", whole(64)},
              {"expert_shared_count", whole(lite ? 2 : 1)},
              {"expert_weights_scale", lite ? 1.0 : 2.5},
              {"expert_gating_func", whole(lite ? 1 : 2)},
              {"leading_dense_block_count", whole(lite ? 1 : 3)},
              {"rope.scaling.type", std::string("yarn")},
              {"rope.scaling.factor", 40.0},
              {"rope.scaling.original_context_length", whole(4096)}});
  if (lite) return;
  add(shape, {{"attention.q_lora_rank", whole(1536)},
              {"expert_weights_norm", true},
              {"expert_group_count", whole(8)},
              {"expert_group_used_count", whole(4)}});
}

void add_recurrence(const Row& row, ModelShape& shape) {
  if (row.architecture == "qwen3next") {
    add_experts(shape, 512, 10, 512);
    add(shape, {{"expert_shared_feed_forward_length", whole(512)},
                {"rope.dimension_count", whole(64)},
                {"full_attention_interval", whole(4)},
                {"ssm.conv_kernel", whole(4)},
                {"ssm.inner_size", whole(4096)},
                {"ssm.state_size", whole(128)},
                {"ssm.group_count", whole(16)},
                {"ssm.time_step_rank", whole(32)}});
  } else if (row.architecture == "granitehybrid") {
    add(shape, {{"ssm.conv_kernel", whole(4)},
                {"ssm.inner_size", 2 * row.embedding},
                {"ssm.state_size", whole(128)},
                {"ssm.group_count", whole(1)},
                {"ssm.time_step_rank", 2 * row.embedding / 64}});
    attend_only_in(shape, {5, 15, 25, 35});
    if (row.name != "granite-4.0-h-tiny") return;
    add_experts(shape, 64, 6, 512);
    add(shape, {{"expert_shared_feed_forward_length", whole(1024)}});
  } else if (row.architecture == "lfm2") {
    add(shape, {{"shortconv.l_cache", whole(3)}});
    attend_only_in(shape, {2, 5, 8, 10, 12, 14});
  }
}

void add_rotation(const Row& row, ModelShape& shape) {
  if (row.name.starts_with("llama-3")) {
    shape.rope_factors = true;
    add(shape, {{"rope.freq_base", 500000.0}});
  } else if (row.name == "phi-3.5-mini" || row.name == "phi-4-mini") {
    shape.rope_factors = true;
    add(shape, {{"rope.dimension_count", whole(96)},
                {"rope.scaling.original_context_length", whole(4096)}});
  } else if (row.architecture == "glm4") {
    add(shape, {{"rope.dimension_count", whole(64)}});
  } else if (row.architecture.starts_with("qwen") || row.name == "mistral-nemo" ||
             row.name.starts_with("mistral")) {
    add(shape, {{"rope.freq_base", 1000000.0}});
  }
}

ModelShape shape_of(const Row& row) {
  ModelShape shape;
  shape.name = row.title;
  shape.architecture = row.architecture;
  shape.vocabulary = row.vocabulary;
  shape.tied_embedding = row.tied;
  add(shape, {{"block_count", row.layers},
              {"context_length", row.context},
              {"embedding_length", row.embedding},
              {"feed_forward_length", row.feed_forward},
              {"attention.head_count", row.heads},
              {"attention.head_count_kv", row.key_value_heads},
              {"attention.key_length", row.head_length},
              {"attention.value_length", row.head_length},
              {"attention.layer_norm_rms_epsilon", 1e-6}});
  add_gemma(row, shape);
  add_mixture(row, shape);
  add_latent_attention(row, shape);
  add_recurrence(row, shape);
  add_rotation(row, shape);
  return shape;
}

bool same_letters(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

}  // namespace

std::optional<ModelShape> known_shape(std::string_view name) {
  for (const Row& row : kRows) {
    if (same_letters(row.name, name)) return shape_of(row);
  }
  return std::nullopt;
}

std::vector<std::string> known_shape_names() {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.emplace_back(row.name);
  return names;
}

}  // namespace assay::gguf
