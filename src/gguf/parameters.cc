#include "gguf/parameters.h"

#include <algorithm>

#include "gguf/architecture_keys.h"
#include "gguf/estimate_weights.h"
#include "gguf/geometry.h"

namespace assay::gguf {
namespace {

constexpr std::string_view kEmbedding = "token_embd.weight";
/// Looked up by row, as the token embedding is.
constexpr std::string_view kLayerEmbedding = "per_layer_token_embd.weight";
/// How many matrices the stack has.
std::uint64_t experts_in(const Tensor& tensor, std::uint64_t otherwise) {
  return tensor.dimensions.size() == 3 ? tensor.dimensions.back() : otherwise;
}

double expert_share(const ArchitectureKeys& keys, const Tensor& tensor, std::int64_t block) {
  const std::uint64_t experts = experts_in(tensor, keys.number("expert_count"));
  const auto layer = static_cast<std::size_t>(std::max<std::int64_t>(0, block));
  const std::uint64_t used = keys.at("expert_used_count", layer, experts);
  if (experts == 0) return 1;
  return std::min(1.0, static_cast<double>(used) / static_cast<double>(experts));
}

}  // namespace

double share_per_token(const Header& header, const Tensor& tensor) {
  if (tensor.name == kEmbedding) return has_tied_embedding(header) ? 1 : 0;
  if (tensor.name == kLayerEmbedding) return 0;
  const std::int64_t block = block_of(tensor);
  const std::uint64_t running = count_running_blocks(header);
  if (running > 0 && block >= 0 && static_cast<std::uint64_t>(block) >= running) return 0;
  return holds_experts(tensor) ? expert_share(ArchitectureKeys(header), tensor, block) : 1;
}

ParameterCount count_parameters(const Header& header) {
  constexpr double kMost = 1.8e19;  // Just below what 64 bits hold.
  ParameterCount count;
  count.total = header.parameters();
  double active = 0;
  for (const Tensor& tensor : header.tensors) {
    active += static_cast<double>(tensor.elements) * share_per_token(header, tensor);
  }
  count.active = static_cast<std::uint64_t>(std::min(active, kMost));
  return count;
}

}  // namespace assay::gguf
