// The shape of a model as its metadata gives it: what each layer keeps per token or per sequence,
// and how wide its activations are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gguf/architecture.h"
#include "gguf/header.h"

namespace assay::gguf {

struct Layer {
  std::uint64_t key_elements = 0;        ///< Per cached token: KV heads × key length; 0: no keys.
  std::uint64_t value_elements = 0;      ///< 0 for latent attention, which caches keys only.
  std::uint64_t index_key_elements = 0;  ///< Per cached token, of a sparse attention's indexer.
  std::uint64_t index_value_elements = 0;  ///< The same.
  bool windowed = false;                   ///< Keeps a sliding window instead of the whole context.
  bool latent = false;                     ///< Its keys are compressed.
  bool shared = false;                     ///< Reuses another layer's cache and has none itself.
  std::uint64_t state_elements = 0;        ///< f32 per sequence, of recurrent layers.
};

struct Geometry {
  std::string architecture;  ///< general.architecture.
  /// The table's row; for an architecture that it lacks a row that errs upward: no windows, no
  /// sharing, every layer attends, and has the state that the metadata tells of as well.
  Architecture rule;
  bool known = false;                ///< The table has the architecture.
  std::vector<Layer> layers;         ///< Those that run; of others only those that have a cache.
  std::uint64_t window = 0;          ///< Of the windowed layers, in tokens.
  std::uint64_t context_tokens = 0;  ///< Trained for; 0: not said.
  std::uint64_t embedding = 0;
  std::uint64_t feed_forward = 0;         ///< The widest dense layer's.
  std::uint64_t expert_feed_forward = 0;  ///< Of one expert; 0: no experts.
  std::uint64_t experts_used = 0;         ///< For one token, in the layer that uses most.
  std::uint64_t shared_feed_forward = 0;  ///< Of the experts that every token uses, together.
  std::uint64_t heads = 0;                ///< Query heads of the layer with most.
  std::uint64_t head_length = 0;          ///< Of keys, the longest of any layer.
  std::uint64_t value_length = 0;
  std::uint64_t head_length_expanded = 0;   ///< Of latent attention before compression.
  std::uint64_t value_length_expanded = 0;  ///< The same.
  std::uint64_t recurrent_inner = 0;        ///< Width of what a recurrent layer works on.
  std::uint64_t recurrent_convolved = 0;    ///< Of its convolution's input.
  std::uint64_t vocabulary = 0;
};

/// Missing keys count as 0; a nonsensical number of layers is cut at 1,024.
Geometry read_geometry(const Header& header);

/// Blocks whose tensors the server loads: all but those that only predict further tokens.
std::uint64_t count_running_blocks(const Header& header);

}  // namespace assay::gguf
