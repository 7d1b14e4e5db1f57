// How many parameters a model has, and how many of them one token uses.
#pragma once

#include <cstdint>

#include "gguf/header.h"

namespace assay::gguf {

struct ParameterCount {
  std::uint64_t total = 0;  ///< Of all tensors, layers that only predict further tokens included.
  /// Those that one generated token is multiplied with: of a mixture of experts only the experts
  /// that are used. The token embedding is a lookup and counts only where it is also the output.
  std::uint64_t active = 0;
};

/// Worked number: gpt-oss-20b has 20.9 billion, of which 3.6 billion are active (4 of 32 experts).
ParameterCount count_parameters(const Header& header);

/// The part of the tensor that one generated token reads, 0..1: experts used ÷ experts for a tensor
/// of experts (the layer's own number of them, where the metadata has an array), 0 for embeddings
/// that are looked up (a token embedding that is not also the output) and for layers that only
/// predict further tokens, else 1. Shared experts are used by every token.
double share_per_token(const Header& header, const Tensor& tensor);

}  // namespace assay::gguf
