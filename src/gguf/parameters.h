// How many parameters a model has, and how many of them one token uses.
#pragma once

#include <cstdint>

#include "gguf/header.h"

namespace assay::gguf {

struct ParameterCount {
  std::uint64_t total = 0;
  /// Those that one generated token is multiplied with: of a mixture of experts only the experts
  /// that are used. The token embedding is a lookup and counts only where it is also the output.
  std::uint64_t active = 0;
};

ParameterCount count_parameters(const Header& header);

/// The part of the tensor that one generated token reads, 0..1: experts used ÷ experts for a tensor
/// of experts, 0 for a token embedding that is not also the output and for layers that only predict
/// further tokens, else 1.
double share_per_token(const Header& header, const Tensor& tensor);

}  // namespace assay::gguf
