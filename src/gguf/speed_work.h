// What a model asks of the machine while generating and over a prompt: bytes and multiplications,
// by type of weight. The speed estimate divides this by measured rates, and the calibration in
// scope/engine_speed.h divides measured times by it, so that both count the same way.
#pragma once

#include <cstdint>
#include <vector>

#include "gguf/estimate.h"
#include "gguf/header.h"

namespace assay::gguf {

/// Weights of one type.
struct TypeWork {
  std::uint32_t type = 0;  ///< ggml_type.
  double bytes = 0;        ///< Read from memory once.
  double products = 0;     ///< Multiplications with an addition each.
  /// Of these, those with experts that each token chooses for itself: over a prompt the engine
  /// multiplies them token by token.
  double expert_products = 0;
};

/// Of one generated token: every weight that it uses is read and multiplied once.
std::vector<TypeWork> token_work(const Header& header);

/// Of one micro-batch of a prompt, `rows` tokens: weights are read once however many tokens use
/// them, of a mixture the experts that at least one token is expected to choose. Without what only
/// the last token of a prompt needs (prompt_end_work). Worked number: 128 experts of which 8 are
/// used are touched by 32 rows to 1 − (1 − 8/128)^32 = 87 %.
std::vector<TypeWork> prompt_work(const Header& header, double rows);

/// Of a prompt's last token, once: the output matrix, and the last layer behind its attention,
/// which the engine computes only for tokens whose successor is asked for.
std::vector<TypeWork> prompt_end_work(const Header& header);

/// What activations and fixed costs depend on.
struct LayerWork {
  double layers = 0;
  double activations = 0;  ///< Σ layers: elements that are touched for each token of a prompt.
  double vocabulary = 0;
  double state_bytes = 0;  ///< Recurrent state, read and written for each token.
  /// Windows and recurrent states cannot be rolled back: the server keeps checkpoints of them, for
  /// which it processes the end of a prompt on its own.
  bool checkpointed = false;
};
LayerWork layer_work(const Header& header);

/// So many f16 elements the engine's products of keys and values take at a time with AVX-512 (with
/// other instructions fewer); what is left of a head goes one by one. Source: llama.cpp 0.5.0,
/// ggml/src/ggml-cpu/simd-mappings.h.
inline constexpr std::uint64_t kVectorElements = 64;

struct AttentionWork {
  /// Multiplications with an addition each, of as much of a head as fills whole vectors of
  /// kVectorElements.
  double products = 0;
  double odd_products = 0;  ///< The same of what is left of each head.
  double scores = 0;        ///< Heads × cells.
};

/// Of one token that sees `cells` tokens before it; in windowed layers at most the window.
AttentionWork attention_work(const Header& header, double cells);

/// Of a whole prompt, each of whose tokens sees those before it.
AttentionWork prompt_attention_work(const Header& header, double tokens);

/// Bytes of keys and values that such a token reads; a type unknown to the cache counts as f32.
double cache_bytes_read(const Header& header, const LoadSettings& settings, double cells);

}  // namespace assay::gguf
