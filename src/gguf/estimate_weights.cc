#include "gguf/estimate_weights.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "gguf/geometry.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

struct RepackRule {
  std::string_view instructions;  ///< As host::MachineFacts::simd names them.
  std::string_view type;
  std::uint64_t rows = 0;  ///< Their number must be a multiple of this.
};
constexpr std::array kRepackRules{
    RepackRule{"avx2", "Q4_0", 8},    RepackRule{"avx2", "Q4_K", 8},
    RepackRule{"avx2", "IQ4_NL", 8},  RepackRule{"avx2", "MXFP4", 8},
    RepackRule{"avx512f", "Q2_K", 8}, RepackRule{"neon", "Q4_0", 4},
    RepackRule{"neon", "Q8_0", 4},    RepackRule{"neon", "IQ4_NL", 4},
    RepackRule{"neon", "MXFP4", 4},   RepackRule{"neon", "Q4_K", 8},
    RepackRule{"neon", "Q5_K", 8},    RepackRule{"neon", "Q6_K", 8},
};

#if defined(__aarch64__)
constexpr std::array<std::string_view, 1> kAllInstructions{"neon"};
#else
constexpr std::array<std::string_view, 2> kAllInstructions{"avx2", "avx512f"};
#endif

constexpr std::string_view kEmbedding = "token_embd.weight";
/// Tables that are looked up by row.
constexpr std::array<std::string_view, 3> kTables{"per_layer_token_embd.weight",
                                                  "position_embd.weight", "token_types.weight"};

template <typename Names>
bool contains(const Names& names, std::string_view wanted) {
  return std::find(names.begin(), names.end(), wanted) != names.end();
}

bool has_instructions(const std::vector<std::string>& simd, std::string_view wanted) {
  return simd.empty() ? contains(kAllInstructions, wanted) : contains(simd, wanted);
}

/// A matrix, or a stack of them that is multiplied by expert.
bool is_multiplied(const Header& header, const Tensor& tensor) {
  if (tensor.name == kEmbedding) return has_tied_embedding(header);
  if (contains(kTables, tensor.name)) return false;
  const auto past_second = std::count_if(
      tensor.dimensions.begin() +
          static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, tensor.dimensions.size())),
      tensor.dimensions.end(), [](std::uint64_t length) { return length > 1; });
  return tensor.dimensions.size() >= 2 &&
         (past_second == 0 || (past_second == 1 && holds_experts(tensor)));
}

/// The part of the only file that no tensor used in place reaches. Offsets of several files cannot
/// be told apart, and then none counts as released.
std::uint64_t released_bytes(const Header& header, const std::vector<const Tensor*>& in_place,
                             std::uint64_t mapped) {
  if (header.integer("split.count").value_or(1) > 1 || in_place.empty()) return 0;
  std::uint64_t first = ~std::uint64_t{0};
  std::uint64_t last = 0;
  for (const Tensor* tensor : in_place) {
    first = std::min(first, tensor->offset);
    last = std::max(last, saturating_add(tensor->offset, tensor->bytes));
  }
  return mapped - std::min(mapped, last - std::min(last, first));
}

}  // namespace

bool has_tied_embedding(const Header& header) {
  return std::none_of(header.tensors.begin(), header.tensors.end(),
                      [](const Tensor& tensor) { return tensor.name == "output.weight"; });
}

std::int64_t block_of(const Tensor& tensor) {
  constexpr std::string_view kPrefix = "blk.";
  if (!tensor.name.starts_with(kPrefix)) return -1;
  std::int64_t block = -1;
  const char* start = tensor.name.data() + kPrefix.size();
  const char* end = tensor.name.data() + tensor.name.size();
  const auto [stop, failure] = std::from_chars(start, end, block);
  return failure == std::errc() && stop != end && *stop == '.' ? block : -1;
}

bool holds_experts(const Tensor& tensor) { return tensor.name.find("exps.") != std::string::npos; }

std::uint64_t repacked_bytes(const Header& header, const Tensor& tensor,
                             const std::vector<std::string>& simd) {
  const TensorType* type = find_tensor_type(tensor.type);
  if (type == nullptr || !is_multiplied(header, tensor)) return 0;
  const bool rearranged =
      std::any_of(kRepackRules.begin(), kRepackRules.end(), [&](const RepackRule& rule) {
        return rule.type == type->name && tensor.dimensions[1] % rule.rows == 0 &&
               has_instructions(simd, rule.instructions);
      });
  return rearranged ? tensor.bytes : 0;
}

WeightNeed estimate_weights(const Header& header, const std::vector<std::string>& simd,
                            bool repack) {
  const auto blocks = static_cast<std::int64_t>(
      std::min<std::uint64_t>(count_running_blocks(header), std::uint64_t{1} << 32U));
  WeightNeed need;
  std::vector<const Tensor*> in_place;
  for (const Tensor& tensor : header.tensors) {
    need.mapped = saturating_add(need.mapped, tensor.bytes);
    if (blocks > 0 && block_of(tensor) >= blocks) continue;  // Not loaded, only mapped.
    const std::uint64_t copy = repack ? repacked_bytes(header, tensor, simd) : 0;
    need.repacked = saturating_add(need.repacked, copy);
    // A tied embedding is looked up in the file and multiplied in the copy.
    if (copy == 0 || tensor.name == kEmbedding) in_place.push_back(&tensor);
  }
  need.released = released_bytes(header, in_place, need.mapped);
  return need;
}

}  // namespace assay::gguf
