#include "gguf/parameters.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace assay::gguf {
namespace {

constexpr std::string_view kEmbedding = "token_embd.weight";
constexpr std::string_view kOutput = "output.weight";

/// "blk.3.ffn_up_exps.weight".
bool holds_experts(std::string_view name) {
  return name.find("_exps.") != std::string_view::npos ||
         name.find("_chexps.") != std::string_view::npos;
}

bool has_tensor(const Header& header, std::string_view name) {
  return std::any_of(header.tensors.begin(), header.tensors.end(),
                     [&](const Tensor& tensor) { return tensor.name == name; });
}

}  // namespace

double share_per_token(const Header& header, const Tensor& tensor) {
  if (tensor.name == kEmbedding) return has_tensor(header, kOutput) ? 0 : 1;
  if (!holds_experts(tensor.name)) return 1;
  const std::uint64_t experts = header.architecture_integer("expert_count").value_or(0);
  const std::uint64_t used = header.architecture_integer("expert_used_count").value_or(experts);
  if (experts == 0) return 1;
  return std::min(1.0, static_cast<double>(used) / static_cast<double>(experts));
}

ParameterCount count_parameters(const Header& header) {
  ParameterCount count;
  count.total = header.parameters();
  double active = 0;
  for (const Tensor& tensor : header.tensors) {
    active += static_cast<double>(tensor.elements) * share_per_token(header, tensor);
  }
  count.active = static_cast<std::uint64_t>(std::min(active, 1.8e19));
  return count;
}

}  // namespace assay::gguf
