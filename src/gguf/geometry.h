// The shape of a model as its metadata gives it: what each layer keeps per token or per sequence.
#pragma once

#include <cstdint>
#include <vector>

#include "gguf/header.h"

namespace assay::gguf {

struct Layer {
  std::uint64_t key_elements = 0;    ///< Per cached token: KV heads × key length; 0: no keys.
  std::uint64_t value_elements = 0;  ///< 0 for latent attention, which caches keys only.
  bool windowed = false;             ///< Keeps a sliding window instead of the whole context.
  std::uint64_t state_elements = 0;  ///< f32 per sequence, of recurrent layers.
};

struct Geometry {
  std::vector<Layer> layers;         ///< Those that run; next-token-prediction layers are left out.
  std::uint64_t window = 0;          ///< Of the windowed layers, in tokens.
  std::uint64_t context_tokens = 0;  ///< Trained for; 0: not said.
  std::uint64_t embedding = 0;
  std::uint64_t feed_forward = 0;  ///< The widest layer's; of all experts used for one token.
  std::uint64_t heads = 0;         ///< Query heads of the layer with most.
  std::uint64_t head_length = 0;
  std::uint64_t vocabulary = 0;
};

/// Missing keys count as 0; a nonsensical number of layers is cut at 1,024.
Geometry read_geometry(const Header& header);

}  // namespace assay::gguf
