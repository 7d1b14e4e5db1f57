#include "gguf/quantization_mix.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/check.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

enum Type : std::uint32_t {
  F32 = 0,
  F16 = 1,
  Q4_0 = 2,
  Q4_1 = 3,
  Q5_0 = 6,
  Q5_1 = 7,
  Q8_0 = 8,
  Q2_K = 10,
  Q3_K = 11,
  Q4_K = 12,
  Q5_K = 13,
  Q6_K = 14,
  IQ4_NL = 20,
  IQ4_XS = 23,
  BF16 = 30,
  MXFP4 = 39
};

constexpr std::array kMixes{
    Mix{"Q2_K", Q2_K},     Mix{"Q3_K_S", Q3_K},   Mix{"Q3_K_M", Q3_K}, Mix{"Q3_K_L", Q3_K},
    Mix{"Q4_0", Q4_0},     Mix{"Q4_1", Q4_1},     Mix{"Q4_K_S", Q4_K}, Mix{"Q4_K_M", Q4_K},
    Mix{"IQ4_NL", IQ4_NL}, Mix{"IQ4_XS", IQ4_XS}, Mix{"MXFP4", MXFP4}, Mix{"Q5_0", Q5_0},
    Mix{"Q5_1", Q5_1},     Mix{"Q5_K_S", Q5_K},   Mix{"Q5_K_M", Q5_K}, Mix{"Q6_K", Q6_K},
    Mix{"Q8_0", Q8_0},     Mix{"BF16", BF16},     Mix{"F16", F16},     Mix{"F32", F32},
};

/// Mixtures of this many experts keep attention at more bits: it is small beside them.
constexpr std::uint64_t kEightExperts = 8;
constexpr std::uint64_t kManyHeadsPerKeyValue = 4;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool quantizable(const Tensor& tensor) {
  const std::string_view name = tensor.name;
  const bool flat = std::count_if(tensor.dimensions.begin(), tensor.dimensions.end(),
                                  [](std::uint64_t dimension) { return dimension > 1; }) < 2;
  return !flat && name.ends_with("weight") && !contains(name, "_norm.weight") &&
         !contains(name, "ffn_gate_inp") && !contains(name, "per_layer_model_proj") &&
         !contains(name, "ssm_conv1d") && !contains(name, "shortconv.conv.weight");
}

/// The kinds of tensor that a mix tells apart.
enum class Part { Embedding, Output, Values, Keys, AttentionOutput, Down, Other };

Part part_of(std::string_view name) {
  if (name == "output.weight") return Part::Output;
  if (name == "token_embd.weight" || name == "per_layer_token_embd.weight") return Part::Embedding;
  if (contains(name, "attn_qkv.weight") || contains(name, "attn_kv_b.weight") ||
      contains(name, "attn_v.weight")) {
    return Part::Values;
  }
  if (contains(name, "attn_k.weight")) return Part::Keys;
  if (contains(name, "attn_output.weight")) return Part::AttentionOutput;
  return contains(name, "ffn_down") ? Part::Down : Part::Other;
}

/// The first and last eighth of the layers, and every third between.
bool gets_more_bits(std::uint64_t layer, std::uint64_t layers) {
  const std::uint64_t eighth = layers / 8;
  return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
}

std::uint64_t layer_of(std::string_view name) {
  std::uint64_t layer = 0;
  constexpr std::string_view kPrefix = "blk.";
  if (name.starts_with(kPrefix)) {
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), layer);
  }
  return layer;
}

/// Chooses tensor by tensor, in the file's order.
class Chooser {
 public:
  Chooser(const Mix& mix, const MixFacts& facts, const std::vector<Tensor>& tensors)
      : mix_(mix), facts_(facts) {
    for (const Tensor& tensor : tensors) {
      const Part part = part_of(tensor.name);
      if (part == Part::Output) tied_ = false;
      if (part == Part::Values) ++values_;
    }
  }

  std::uint32_t choose(const Tensor& tensor) {
    if (mix_.type == F32) return F32;
    if (!quantizable(tensor)) return F32;
    if (mix_.type == F16 || mix_.type == BF16) return mix_.type;
    return fitting(tensor, wished(tensor));
  }

 private:
  bool is(std::string_view name) const { return mix_.name == name; }

  std::uint32_t wished(const Tensor& tensor) {
    const Part part = part_of(tensor.name);
    if (part == Part::Output || (tied_ && part == Part::Embedding)) return for_output(tensor);
    if (is("MXFP4")) return tensor.dimensions.size() > 2 && tensor.dimensions[2] > 1 ? MXFP4 : Q8_0;
    switch (part) {
      case Part::Values:
        return for_values();
      case Part::Keys:
        return facts_.experts == kEightExperts ? std::uint32_t{Q8_0} : mix_.type;
      case Part::Down:
        return for_down(tensor);
      case Part::AttentionOutput:
        return for_attention_output();
      case Part::Embedding:
      case Part::Output:
      case Part::Other:
        break;
    }
    return mix_.type;
  }

  std::uint32_t for_output(const Tensor& tensor) const {
    const TensorType* type = find_tensor_type(mix_.type);
    const bool fits = tensor.dimensions.front() % type->block_elements == 0;
    return is("MXFP4") || !fits || mix_.type == Q8_0 ? Q8_0 : Q6_K;
  }

  std::uint32_t for_values() {
    const std::uint64_t index = values_seen_++;
    if (facts_.experts == kEightExperts) return Q8_0;
    const std::uint32_t chosen = mixed_values(index);
    const bool raise = facts_.seventy_billion && (chosen == Q3_K || chosen == Q4_K);
    return raise ? std::uint32_t{Q5_K} : chosen;
  }

  std::uint32_t mixed_values(std::uint64_t index) const {
    const bool many = facts_.heads_per_key_value >= kManyHeadsPerKeyValue;
    if (is("Q2_K")) return many ? Q4_K : Q3_K;
    if (is("Q3_K_M")) return index < 2 ? Q5_K : Q4_K;
    if (is("Q3_K_L")) return Q5_K;
    if ((is("IQ4_NL") || is("IQ4_XS")) && many) return Q5_K;
    if ((is("Q4_K_M") || is("Q5_K_M")) && gets_more_bits(index, values_)) return Q6_K;
    if (is("Q4_K_S") && index < 4) return Q5_K;
    return mix_.type;
  }

  std::uint32_t for_down(const Tensor& tensor) {
    const std::uint64_t index = facts_.experts > 1 ? layer_of(tensor.name) : downs_seen_;
    ++downs_seen_;
    const std::uint64_t layers = facts_.layers;
    const bool first_eighth = index < layers / 8;
    if (is("Q2_K")) return Q3_K;
    if (is("Q3_K_M")) return index < layers / 16 ? Q5_K : Q4_K;
    if (is("Q3_K_L")) return Q5_K;
    if ((is("Q4_K_M") || is("Q5_K_M")) && gets_more_bits(index, layers)) return Q6_K;
    if ((is("IQ4_NL") || is("IQ4_XS") || is("Q4_K_S")) && first_eighth) return Q5_K;
    return mix_.type;
  }

  std::uint32_t for_attention_output() const {
    if (facts_.experts == kEightExperts) {
      constexpr std::array<std::string_view, 7> kRaised{"Q2_K",   "Q3_K_S", "Q3_K_M", "IQ4_NL",
                                                        "Q4_K_S", "Q4_K_M", "IQ4_XS"};
      const bool raised = std::find(kRaised.begin(), kRaised.end(), mix_.name) != kRaised.end();
      return raised ? std::uint32_t{Q5_K} : mix_.type;
    }
    if (is("Q2_K")) return Q3_K;
    if (is("Q3_K_M")) return Q4_K;
    return is("Q3_K_L") ? std::uint32_t{Q5_K} : mix_.type;
  }

  /// The type itself, or one of smaller blocks where the tensor's rows are no multiple of a block.
  static std::uint32_t fitting(const Tensor& tensor, std::uint32_t wished) {
    const std::uint64_t row = tensor.dimensions.front();
    const auto fits = [row](std::uint32_t type) {
      return row % find_tensor_type(type)->block_elements == 0;
    };
    if (fits(wished)) return wished;
    const std::uint32_t smaller = smaller_blocks(wished);
    return fits(smaller) ? smaller : std::uint32_t{F16};
  }

  static std::uint32_t smaller_blocks(std::uint32_t type) {
    switch (type) {
      case IQ4_XS:
        return IQ4_NL;
      case Q2_K:
      case Q3_K:
        return Q4_0;
      case Q4_K:
        return Q5_0;
      case Q5_K:
        return Q5_1;
      case Q6_K:
        return Q8_0;
      default:
        return type;
    }
  }

  const Mix& mix_;
  const MixFacts& facts_;
  bool tied_ = true;
  std::uint64_t values_ = 0;
  std::uint64_t values_seen_ = 0;
  std::uint64_t downs_seen_ = 0;
};

}  // namespace

const Mix* find_mix(std::string_view name) {
  const auto same = [name](const Mix& mix) {
    return std::equal(name.begin(), name.end(), mix.name.begin(), mix.name.end(),
                      [](char left, char right) {
                        return std::toupper(static_cast<unsigned char>(left)) == right;
                      });
  };
  const auto* found = std::find_if(kMixes.begin(), kMixes.end(), same);
  return found == kMixes.end() ? nullptr : found;
}

std::vector<std::string> mix_names() {
  std::vector<std::string> names;
  for (const Mix& mix : kMixes) names.emplace_back(mix.name);
  return names;
}

void apply_mix(const Mix& mix, const MixFacts& facts, std::vector<Tensor>& tensors) {
  Chooser chooser(mix, facts, tensors);
  for (Tensor& tensor : tensors) {
    tensor.elements = 1;
    for (const std::uint64_t dimension : tensor.dimensions) {
      tensor.elements = saturating_multiply(tensor.elements, dimension);
    }
    tensor.type = chooser.choose(tensor);
    const TensorType* type = find_tensor_type(tensor.type);
    ASSAY_CHECK(type != nullptr, "mixes use types that the table has");
    tensor.bytes = saturating_multiply(tensor.elements / type->block_elements, type->block_bytes);
  }
}

}  // namespace assay::gguf
