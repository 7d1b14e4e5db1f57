// What becomes of a file's tensors when the engine loads them on the processor: which it copies in
// another order, and which part of the file stays mapped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gguf/header.h"

namespace assay::gguf {

/// In bytes.
struct WeightNeed {
  std::uint64_t mapped = 0;    ///< All tensors.
  std::uint64_t repacked = 0;  ///< Copies.
  /// Mapped, but before the first and after the last tensor that is used as it is in the file.
  std::uint64_t released = 0;
};

/// `simd` as LoadSettings has it; `repack` false: no copies.
WeightNeed estimate_weights(const Header& header, const std::vector<std::string>& simd,
                            bool repack);

/// The engine's rearranged copy of one tensor in bytes; 0 when it is used as it is. Source:
/// llama.cpp 0.5.0, ggml/src/ggml-cpu/repack.cpp: x86 with AVX2 rearranges Q4_0, Q4_K, IQ4_NL and
/// MXFP4, with AVX-512 Q2_K too; arm64 Q4_0, Q8_0, IQ4_NL and MXFP4 with rows in fours, and Q4_K,
/// Q5_K and Q6_K. Otherwise rows come in eights. It takes matrices and stacks of experts, no tables
/// that are looked up by row.
std::uint64_t repacked_bytes(const Header& header, const Tensor& tensor,
                             const std::vector<std::string>& simd);

/// Whether the token embedding is also the output.
bool has_tied_embedding(const Header& header);

/// The block that a tensor belongs to, 3 of "blk.3.ffn_up.weight"; -1: none.
std::int64_t block_of(const Tensor& tensor);

/// "blk.3.ffn_up_exps.weight": one matrix for every expert.
bool holds_experts(const Tensor& tensor);

}  // namespace assay::gguf
