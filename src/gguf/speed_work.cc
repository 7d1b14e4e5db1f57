#include "gguf/speed_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "gguf/estimate_weights.h"
#include "gguf/geometry.h"
#include "gguf/parameters.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

constexpr double kFloatBytes = 4;

/// Where in the engine's graph a weight stands.
enum class Place {
  EveryToken,  ///< Multiplied with each token of a prompt.
  PromptEnd,   ///< With the last one only.
};

class Places {
 public:
  explicit Places(const Header& header) {
    const std::size_t layers = read_geometry(header).layers.size();
    if (layers > 0) last_feed_forward_ = fmt::format("blk.{}.ffn_", layers - 1);
  }

  Place of(std::string_view tensor) const {
    const bool is_output = tensor == "output.weight" || tensor == "token_embd.weight";
    const bool is_last = !last_feed_forward_.empty() &&
                         tensor.substr(0, last_feed_forward_.size()) == last_feed_forward_;
    return is_output || is_last ? Place::PromptEnd : Place::EveryToken;
  }

 private:
  std::string last_feed_forward_;
};

void add(std::vector<TypeWork>& work, const Tensor& tensor, double bytes, double products) {
  auto row = std::find_if(work.begin(), work.end(),
                          [&](const TypeWork& candidate) { return candidate.type == tensor.type; });
  if (row == work.end()) row = work.insert(row, TypeWork{tensor.type, 0, 0, 0});
  row->bytes += bytes;
  row->products += products;
  if (holds_experts(tensor)) row->expert_products += products;
}

/// The part of a tensor that `rows` tokens touch when each touches `share` of it on its own.
double share_touched(double share, double rows) { return 1 - std::pow(1 - share, rows); }

std::vector<TypeWork> work_at(const Header& header, Place place, double rows) {
  const Places places(header);
  std::vector<TypeWork> work;
  for (const Tensor& tensor : header.tensors) {
    const double share = share_per_token(header, tensor);
    if (share <= 0 || places.of(tensor.name) != place) continue;
    add(work, tensor, static_cast<double>(tensor.bytes) * share_touched(share, rows),
        static_cast<double>(tensor.elements) * share * rows);
  }
  return work;
}

constexpr double kNoWindow = std::numeric_limits<double>::infinity();

double window_of(const Geometry& geometry, const Layer& layer) {
  return layer.windowed && geometry.window > 0 ? static_cast<double>(geometry.window) : kNoWindow;
}

double cells_seen(double cells, double window) { return std::min(cells, window); }

/// Over a prompt of `tokens`, whose first ones see less than a window.
double cells_seen_on_average(double tokens, double window) {
  return tokens <= window ? tokens / 2 : window - window * window / (2 * tokens);
}

double element_bytes(std::string_view type_name) {
  const TensorType* type = find_tensor_type(type_name);
  if (type == nullptr) return kFloatBytes;
  return static_cast<double>(type->block_bytes) / static_cast<double>(type->block_elements);
}

/// Layers that reuse another one's cache attend to it all the same.
bool attends(const Layer& layer) { return layer.key_elements > 0 || layer.shared; }

/// Key and value elements that one head multiplies for one cell, in whole vectors and beside them.
struct HeadElements {
  double whole = 0;
  double odd = 0;

  void add(double length) {
    const double left = std::fmod(length, static_cast<double>(kVectorElements));
    whole += length - left;
    odd += left;
  }
};

HeadElements head_elements(const Header& header, const Geometry& geometry, const Layer& layer) {
  HeadElements elements;
  const auto key = static_cast<double>(layer.key_elements);
  // Latent attention keeps one compressed key for all heads, whose front part is also the value.
  if (layer.latent) {
    const std::uint64_t rank =
        header.architecture_integer("attention.kv_lora_rank").value_or(layer.key_elements);
    elements.add(key);
    elements.add(static_cast<double>(rank));
    return elements;
  }
  const std::uint64_t own =
      layer.windowed
          ? header.architecture_integer("attention.key_length_swa").value_or(geometry.head_length)
          : geometry.head_length;
  const double value_share = key > 0 ? static_cast<double>(layer.value_elements) / key : 1;
  elements.add(static_cast<double>(own));
  elements.add(std::round(static_cast<double>(own) * value_share));
  return elements;
}

AttentionWork sum_attention(const Header& header, double tokens, double (*seen)(double, double)) {
  const Geometry geometry = read_geometry(header);
  AttentionWork work;
  for (const Layer& layer : geometry.layers) {
    if (!attends(layer)) continue;
    const double scores =
        seen(tokens, window_of(geometry, layer)) * static_cast<double>(geometry.heads);
    work.scores += scores;
    const HeadElements elements = head_elements(header, geometry, layer);
    work.products += scores * elements.whole;
    work.odd_products += scores * elements.odd;
  }
  return work;
}

}  // namespace

std::vector<TypeWork> token_work(const Header& header) {
  std::vector<TypeWork> work;
  for (const Tensor& tensor : header.tensors) {
    const double share = share_per_token(header, tensor);
    if (share <= 0) continue;
    add(work, tensor, static_cast<double>(tensor.bytes) * share,
        static_cast<double>(tensor.elements) * share);
  }
  return work;
}

std::vector<TypeWork> prompt_work(const Header& header, double rows) {
  return work_at(header, Place::EveryToken, rows);
}

std::vector<TypeWork> prompt_end_work(const Header& header) {
  return work_at(header, Place::PromptEnd, 1);
}

LayerWork layer_work(const Header& header) {
  const Geometry geometry = read_geometry(header);
  LayerWork work;
  work.layers = static_cast<double>(geometry.layers.size());
  const double experts = static_cast<double>(geometry.experts_used) *
                             static_cast<double>(geometry.expert_feed_forward) +
                         static_cast<double>(geometry.shared_feed_forward);
  const double feed_forward = std::max(experts, static_cast<double>(geometry.feed_forward));
  work.activations = work.layers * (static_cast<double>(geometry.embedding) + feed_forward);
  work.vocabulary = static_cast<double>(geometry.vocabulary);
  for (const Layer& layer : geometry.layers) {
    work.state_bytes += 2 * kFloatBytes * static_cast<double>(layer.state_elements);
    work.checkpointed |= layer.state_elements > 0 || window_of(geometry, layer) < kNoWindow;
  }
  return work;
}

AttentionWork attention_work(const Header& header, double cells) {
  return sum_attention(header, cells, cells_seen);
}

AttentionWork prompt_attention_work(const Header& header, double tokens) {
  const AttentionWork average = sum_attention(header, tokens, cells_seen_on_average);
  return {average.products * tokens, average.odd_products * tokens, average.scores * tokens};
}

double cache_bytes_read(const Header& header, const LoadSettings& settings, double cells) {
  const Geometry geometry = read_geometry(header);
  const double key_bytes = element_bytes(settings.cache_type_k);
  const double value_bytes = element_bytes(settings.cache_type_v);
  double bytes = 0;
  for (const Layer& layer : geometry.layers) {
    bytes += cells_seen(cells, window_of(geometry, layer)) *
             (static_cast<double>(layer.key_elements) * key_bytes +
              static_cast<double>(layer.value_elements) * value_bytes);
  }
  return bytes;
}

}  // namespace assay::gguf
