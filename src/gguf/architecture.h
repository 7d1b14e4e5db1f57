// What the engine keeps in memory for each architecture it knows, as one table: which layers attend
// to a window, which are recurrent, what a layer caches. read_geometry() applies a row to a header.
// Source: llama.cpp 0.5.0, src/llama-model.cpp (create_memory, load_hparams), src/llama-hparams.cpp
// and load_arch_hparams of src/models/*.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace assay::gguf {

/// Which layers attend to a sliding window instead of everything. The array
/// `attention.sliding_window_pattern`, where a file has it, goes before any period.
enum class WindowRule {
  Never,      ///< Whatever the metadata says.
  Period,     ///< All of a group of `window_period` layers but one.
  Pattern,    ///< Those of the array; none without it.
  Attending,  ///< All that are not recurrent.
};

/// Which layers keep a state per sequence instead of keys and values per token.
enum class RecurrentRule {
  Never,
  Always,        ///< Every layer, and none attends.
  Both,          ///< Every layer does both.
  WithoutHeads,  ///< Those with head_count_kv 0.
  /// Those with head_count_kv 0 and feed_forward_length 0; layers with a feed-forward part keep
  /// nothing at all.
  WithoutHeadsOrFeedForward,
  /// Those of the array `attention.recurrent_layers`, else all of a group of
  /// `full_attention_interval` (or `recurrent_period`) layers but the last.
  Interval,
};

/// The state of a recurrent layer, in f32 elements; E is the embedding's length.
enum class StateKind {
  None,
  /// (conv_kernel − 1) × (inner + 2 × groups × state) + state × inner, of the ssm keys.
  Mamba,
  DeltaNet,   ///< As Mamba; its activations differ.
  Rwkv,       ///< E × (token_shift_count + wkv.head_size).
  ShortConv,  ///< E × (shortconv.l_cache − 1).
  /// Kimi's delta attention: heads × d × (3 × (conv_kernel − 1) + d) with d = kda.head_dim.
  DeltaAttention,
  LinearAttention,  ///< MiniMax: heads × key_length².
};

/// Keys of the sparse attention's indexer, cached beside the others.
enum class IndexRule {
  Never,
  Keys,           ///< Every layer: `attention.indexer.key_length` elements.
  KeysOfFull,     ///< The same in the layers that `attention.indexer.types` marks.
  KeysAndValues,  ///< Layers after the leading dense ones; a value of one head beside each key.
};

struct Architecture {
  std::string_view name;  ///< general.architecture.
  WindowRule windows = WindowRule::Never;
  std::uint64_t window_period = 0;
  bool dense_first = false;          ///< The first layer of a period attends to everything.
  std::uint64_t window_default = 0;  ///< Tokens, where the file gives no window; 0: none then.
  std::uint64_t window_fixed = 0;    ///< Instead of any window that the file gives; 0: the file's.
  std::uint64_t window_layers = 0;   ///< Windows exist only in models of so many layers; 0: all.
  RecurrentRule recurrent = RecurrentRule::Never;
  std::uint64_t recurrent_period = 0;
  StateKind state = StateKind::None;
  bool latent = false;  ///< Keys alone, when the file has the key lengths of latent attention.
  bool shares_layers = false;    ///< The last `attention.shared_kv_layers` reuse earlier caches.
  std::uint64_t own_layers = 0;  ///< Only the first so many have a cache; 0: all.
  IndexRule index = IndexRule::Never;
  /// Layers that only predict further tokens have a cache too.
  bool prediction_layers_cached = false;
  bool cached = true;  ///< False for encoders and diffusion models, which keep nothing.
  /// The engine plans a graph of 40 nodes for every token of a micro-batch.
  bool large_graph = false;
};

/// Null for an architecture that is not in the table.
const Architecture* find_architecture(std::string_view name);

/// The whole table, by name.
std::span<const Architecture> architectures();

}  // namespace assay::gguf
