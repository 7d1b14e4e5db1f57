#include "gguf/shape_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "gguf/shape_block.h"

namespace assay::gguf {
namespace {

/// More than the engine takes; bounds the work for a shape that makes no sense.
constexpr std::uint64_t kLayersMax = 512;
constexpr std::uint64_t kSigmoidGating = 2;  ///< expert_gating_func of routers with a bias.

/// How an architecture's attention and norms differ from Llama's.
struct Traits {
  bool bias = false;            ///< On queries, keys and values.
  bool query_key_norm = false;  ///< One norm per head of queries and keys.
  bool fused = false;           ///< One tensor for queries, keys and values.
  bool gated_queries = false;   ///< Queries are twice as wide: half of them gate the output.
};

void add_attention(Block& block, const Traits& traits) {
  const std::uint64_t embedding = block.embedding();
  const std::uint64_t attended = block.heads() * block.key_length();
  const std::uint64_t queries = attended * (traits.gated_queries ? 2 : 1);
  const std::uint64_t keys = block.key_value_heads() * block.key_length();
  const std::uint64_t values = block.key_value_heads() * block.value_length();
  if (traits.fused) {
    block.weight("attn_qkv", {embedding, queries + keys + values});
  } else {
    block.weight("attn_q", {embedding, queries});
    block.weight("attn_k", {embedding, keys});
    block.weight("attn_v", {embedding, values});
  }
  if (traits.bias) {
    block.bias("attn_q", {queries});
    block.bias("attn_k", {keys});
    block.bias("attn_v", {values});
  }
  if (traits.query_key_norm) {
    block.weight("attn_q_norm", {block.key_length()});
    block.weight("attn_k_norm", {block.key_length()});
  }
  block.weight("attn_output", {attended, embedding});
}

/// Gate, up and down of `suffix` ("", "_shexp"), `width` wide.
void add_gated_feed_forward(Block& block, std::string_view suffix, std::uint64_t width) {
  block.weight(fmt::format("ffn_gate{}", suffix), {block.embedding(), width});
  block.weight(fmt::format("ffn_up{}", suffix), {block.embedding(), width});
  block.weight(fmt::format("ffn_down{}", suffix), {width, block.embedding()});
}

void add_experts(Block& block) {
  const std::uint64_t experts = block.value("expert_count");
  std::uint64_t width = block.value("expert_feed_forward_length");
  if (width == 0) width = block.value("feed_forward_length");
  block.weight("ffn_gate_inp", {block.embedding(), experts});
  block.weight("ffn_gate_exps", {block.embedding(), width, experts});
  block.weight("ffn_up_exps", {block.embedding(), width, experts});
  block.weight("ffn_down_exps", {width, block.embedding(), experts});
  if (block.value("expert_gating_func") == kSigmoidGating) block.bias("exp_probs_b", {experts});
  std::uint64_t shared = block.value("expert_shared_feed_forward_length");
  if (shared == 0) shared = width * block.value("expert_shared_count");
  if (shared != 0) add_gated_feed_forward(block, "_shexp", shared);
}

/// Experts where the model has them and the layer is not one of the leading dense ones.
void add_feed_forward(Block& block) {
  if (block.value("expert_count") != 0 && block.layer() >= block.value("leading_dense_block_count"))
    return add_experts(block);
  add_gated_feed_forward(block, "", block.value("feed_forward_length"));
}

void add_layer_norms(Block& block) {
  block.weight("attn_norm", {block.embedding()});
  block.weight("ffn_norm", {block.embedding()});
}

void add_plain(Block& block, const Traits& traits) {
  add_layer_norms(block);
  add_attention(block, traits);
  add_feed_forward(block);
}

void add_llama(Block& block) { add_plain(block, {}); }
void add_qwen2(Block& block) { add_plain(block, {.bias = true}); }
void add_qwen3(Block& block) { add_plain(block, {.query_key_norm = true}); }

void add_post_norms(Block& block) {
  block.weight("post_attention_norm", {block.embedding()});
  block.weight("post_ffw_norm", {block.embedding()});
}

void add_gemma2(Block& block) {
  add_plain(block, {});
  add_post_norms(block);
}

void add_gemma3(Block& block) {
  add_plain(block, {.query_key_norm = true});
  add_post_norms(block);
}

/// Layers that reuse an earlier one's keys and values have their weights in published files too.
void add_gemma4(Block& block) {
  add_layer_norms(block);
  add_attention(block, {.query_key_norm = true});
  add_post_norms(block);
  block.weight("layer_output_scale", {1});
  add_gated_feed_forward(block, "", block.value("feed_forward_length"));
  const std::uint64_t embedding = block.embedding();
  if (const std::uint64_t experts = block.value("expert_count"); experts != 0) {
    const std::uint64_t width = block.value("expert_feed_forward_length");
    block.weight("ffn_gate_inp", {embedding, experts});
    block.add("ffn_gate_inp.scale", {embedding});
    block.weight("pre_ffw_norm_2", {embedding});
    block.weight("post_ffw_norm_1", {embedding});
    block.weight("post_ffw_norm_2", {embedding});
    block.weight("ffn_gate_up_exps", {embedding, 2 * width, experts});
    block.weight("ffn_down_exps", {width, embedding, experts});
  }
  if (const std::uint64_t width = block.value("embedding_length_per_layer_input"); width != 0) {
    block.weight("inp_gate", {embedding, width});
    block.weight("proj", {width, embedding});
    block.weight("post_norm", {embedding});
  }
}

void add_gpt_oss(Block& block) {
  const std::uint64_t embedding = block.embedding();
  const std::uint64_t experts = block.value("expert_count");
  const std::uint64_t width = block.value("expert_feed_forward_length");
  block.weight("attn_norm", {embedding});
  block.weight("post_attention_norm", {embedding});
  add_attention(block, {.bias = true});
  block.bias("attn_output", {embedding});
  block.weight("attn_sinks", {block.heads()});
  add_experts(block);
  block.bias("ffn_gate_inp", {experts});
  block.bias("ffn_gate_exps", {width, experts});
  block.bias("ffn_up_exps", {width, experts});
  block.bias("ffn_down_exps", {embedding, experts});
}

void add_deepseek2(Block& block) {
  const std::uint64_t embedding = block.embedding();
  const std::uint64_t heads = block.heads();
  const std::uint64_t rotated = block.value("rope.dimension_count");
  const std::uint64_t rank = block.value("attention.kv_lora_rank");
  const std::uint64_t query_rank = block.value("attention.q_lora_rank");
  const std::uint64_t key_length = block.value("attention.key_length_mla");
  const std::uint64_t value_length = block.value("attention.value_length_mla");
  add_layer_norms(block);
  if (query_rank != 0) {
    block.weight("attn_q_a_norm", {query_rank});
    block.weight("attn_q_a", {embedding, query_rank});
    block.weight("attn_q_b", {query_rank, heads * key_length});
  } else {
    block.weight("attn_q", {embedding, heads * key_length});
  }
  block.weight("attn_kv_a_norm", {rank});
  block.weight("attn_kv_a_mqa", {embedding, rank + rotated});
  block.weight("attn_k_b", {key_length - std::min(rotated, key_length), rank, heads});
  block.weight("attn_v_b", {rank, value_length, heads});
  block.weight("attn_output", {heads * value_length, embedding});
  add_feed_forward(block);
}

/// Gate and up are one tensor.
void add_fused_feed_forward(Block& block) {
  const std::uint64_t width = block.value("feed_forward_length");
  block.weight("ffn_up", {block.embedding(), 2 * width});
  block.weight("ffn_down", {width, block.embedding()});
}

void add_phi3(Block& block) {
  add_layer_norms(block);
  add_attention(block, {.fused = true});
  add_fused_feed_forward(block);
}

void add_glm4(Block& block) {
  add_layer_norms(block);
  add_attention(block, {});
  add_fused_feed_forward(block);
  add_post_norms(block);
}

/// The last layers predict further tokens and bring their own embedding and output.
void add_glm4_moe(Block& block) {
  const std::uint64_t embedding = block.embedding();
  block.weight("attn_norm", {embedding});
  block.weight("post_attention_norm", {embedding});
  add_attention(block, {.bias = true});
  add_feed_forward(block);
  if (block.layer() + block.value("nextn_predict_layers") < block.value("block_count")) return;
  block.weight("nextn.eh_proj", {2 * embedding, embedding});
  block.weight("nextn.enorm", {embedding});
  block.weight("nextn.hnorm", {embedding});
  block.weight("nextn.embed_tokens", {embedding, block.shape().vocabulary});
  block.weight("nextn.shared_head_head", {embedding, block.shape().vocabulary});
  block.weight("nextn.shared_head_norm", {embedding});
}

void add_mamba2(Block& block) {
  const std::uint64_t inner = block.value("ssm.inner_size");
  const std::uint64_t heads = block.value("ssm.time_step_rank");
  const std::uint64_t groups = std::max<std::uint64_t>(block.value("ssm.group_count"), 1);
  const std::uint64_t convolved = inner + 2 * groups * block.value("ssm.state_size");
  block.weight("ssm_in", {block.embedding(), inner + convolved + heads});
  block.weight("ssm_conv1d", {block.value("ssm.conv_kernel"), convolved});
  block.bias("ssm_conv1d", {convolved});
  block.bias("ssm_dt", {heads});
  block.add("ssm_a", {1, heads});
  block.add("ssm_d", {1, heads});
  block.weight("ssm_norm", {inner / groups, groups});
  block.weight("ssm_out", {inner, block.embedding()});
}

void add_granite_hybrid(Block& block) {
  add_layer_norms(block);
  if (block.key_value_heads() == 0) {
    add_mamba2(block);
  } else {
    add_attention(block, {});
  }
  add_feed_forward(block);
}

void add_delta_net(Block& block) {
  const std::uint64_t state = block.value("ssm.state_size");
  const std::uint64_t heads = block.value("ssm.time_step_rank");
  const std::uint64_t mixed = 2 * state * block.value("ssm.group_count") + state * heads;
  block.weight("attn_qkv", {block.embedding(), mixed});
  block.weight("attn_gate", {block.embedding(), state * heads});
  block.weight("ssm_conv1d", {block.value("ssm.conv_kernel"), mixed});
  block.bias("ssm_dt", {heads});
  block.add("ssm_a", {heads});
  block.weight("ssm_ba", {block.embedding(), 2 * heads});
  block.weight("ssm_norm", {state});
  block.weight("ssm_out", {state * heads, block.embedding()});
}

void add_qwen3_next(Block& block) {
  const std::uint64_t interval = std::max<std::uint64_t>(block.value("full_attention_interval"), 1);
  block.weight("attn_norm", {block.embedding()});
  block.weight("post_attention_norm", {block.embedding()});
  if ((block.layer() + 1) % interval != 0) {
    add_delta_net(block);
  } else {
    add_attention(block, {.query_key_norm = true, .gated_queries = true});
  }
  add_experts(block);
  block.weight("ffn_gate_inp_shexp", {block.embedding()});
}

void add_lfm2(Block& block) {
  const std::uint64_t embedding = block.embedding();
  add_layer_norms(block);
  if (block.key_value_heads() == 0) {
    block.weight("shortconv.conv", {block.value("shortconv.l_cache"), embedding});
    block.weight("shortconv.in_proj", {embedding, 3 * embedding});
    block.weight("shortconv.out_proj", {embedding, embedding});
  } else {
    add_attention(block, {.query_key_norm = true});
  }
  add_feed_forward(block);
}

struct Architecture {
  std::string_view name;
  void (*add_layer)(Block&);
};

constexpr std::array kArchitectures{
    Architecture{"deepseek2", add_deepseek2},
    Architecture{"gemma2", add_gemma2},
    Architecture{"gemma3", add_gemma3},
    Architecture{"gemma4", add_gemma4},
    Architecture{"glm4", add_glm4},
    Architecture{"glm4moe", add_glm4_moe},
    Architecture{"gpt-oss", add_gpt_oss},
    Architecture{"granitehybrid", add_granite_hybrid},
    Architecture{"lfm2", add_lfm2},
    Architecture{"llama", add_llama},
    Architecture{"phi3", add_phi3},
    Architecture{"qwen2", add_qwen2},
    Architecture{"qwen3", add_qwen3},
    Architecture{"qwen3moe", add_qwen3},
    Architecture{"qwen3next", add_qwen3_next},
};

/// Half a head's rotated length, which rotation factors have one of each for.
std::uint64_t rotation_pairs(const ModelShape& shape) {
  if (const auto rotated = shape.integer("rope.dimension_count")) return *rotated / 2;
  if (const auto length = shape.integer("attention.key_length")) return *length / 2;
  const std::uint64_t heads = shape.of_layer("attention.head_count", 0);
  return heads == 0 ? 0 : shape.of_layer("embedding_length", 0) / heads / 2;
}

void add_outside_layers(const ModelShape& shape, std::vector<Tensor>& tensors) {
  const auto add = [&tensors](std::string_view name, Dimensions dimensions) {
    tensors.push_back({std::string(name), std::move(dimensions), 0, 0, 0, 0});
  };
  const std::uint64_t embedding = shape.of_layer("embedding_length", 0);
  const std::uint64_t layers = shape.of_layer("block_count", 0);
  if (!shape.tied_embedding) add("output.weight", {embedding, shape.vocabulary});
  add(shape.architecture == "lfm2" ? "token_embd_norm.weight" : "output_norm.weight", {embedding});
  add("token_embd.weight", {embedding, shape.vocabulary});
  if (shape.rope_factors && shape.architecture == "phi3") {
    add("rope_factors_long.weight", {rotation_pairs(shape)});
    add("rope_factors_short.weight", {rotation_pairs(shape)});
  } else if (shape.rope_factors) {
    add("rope_freqs.weight", {rotation_pairs(shape)});
  }
  if (const auto width = shape.integer("embedding_length_per_layer_input"); width.value_or(0) > 0) {
    add("per_layer_token_embd.weight", {*width * layers, shape.vocabulary});
    add("per_layer_model_proj.weight", {embedding, *width * layers});
    add("per_layer_proj_norm.weight", {*width});
  }
}

base::Status check_counts(const ModelShape& shape, const std::vector<Tensor>& tensors) {
  for (const Tensor& tensor : tensors) {
    std::uint64_t elements = 1;
    for (const std::uint64_t dimension : tensor.dimensions) {
      elements = saturating_multiply(elements, dimension);
    }
    if (elements == 0 || elements > std::uint64_t{1} << 50U) {
      return base::bad_input(
          fmt::format("expected dimensions that a model can have, found {} in tensor `{}`",
                      fmt::join(tensor.dimensions, " × "), tensor.name),
          "a key of the shape is missing or wrong", shape.name);
    }
  }
  return base::Done{};
}

}  // namespace

base::Result<std::vector<Tensor>> tensors_of(const ModelShape& shape) {
  const auto* architecture =
      std::find_if(kArchitectures.begin(), kArchitectures.end(),
                   [&](const Architecture& row) { return row.name == shape.architecture; });
  if (architecture == kArchitectures.end()) {
    return base::bad_input(
        fmt::format("no tensors are known for the architecture `{}`", shape.architecture),
        fmt::format("known: {}", fmt::join(shape_architectures(), ", ")), shape.name);
  }
  const std::uint64_t layers = shape.integer("block_count").value_or(0);
  if (layers == 0 || layers > kLayersMax) {
    return base::bad_input(
        fmt::format("expected a block_count of 1 to {}, found {}", kLayersMax, layers),
        "give the shape's number of layers", shape.name);
  }
  std::vector<Tensor> tensors;
  add_outside_layers(shape, tensors);
  const auto by_name = [](const Tensor& left, const Tensor& right) {
    return left.name < right.name;
  };
  std::sort(tensors.begin(), tensors.end(), by_name);
  for (std::uint64_t layer = 0; layer < layers; ++layer) {
    const auto start = static_cast<std::ptrdiff_t>(tensors.size());
    Block block(shape, layer, tensors);
    architecture->add_layer(block);
    std::sort(tensors.begin() + start, tensors.end(), by_name);
  }
  ASSAY_TRY_DONE(check_counts(shape, tensors));
  return tensors;
}

std::vector<std::string> shape_architectures() {
  std::vector<std::string> names;
  for (const Architecture& row : kArchitectures) names.emplace_back(row.name);
  return names;
}

}  // namespace assay::gguf
