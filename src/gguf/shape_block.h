// One layer of a model's shape while shape_tensors.cc lists its tensors.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gguf/shape.h"

namespace assay::gguf {

using Dimensions = std::vector<std::uint64_t>;

/// Looks up the layer's figures and adds to the model's tensors, which outlive it as the shape
/// does.
class Block {
 public:
  Block(const ModelShape& shape, std::uint64_t layer, std::vector<Tensor>& tensors)
      : shape_(shape), layer_(layer), tensors_(tensors) {}

  void add(std::string_view name, Dimensions dimensions) {
    tensors_.push_back({fmt::format("blk.{}.{}", layer_, name), std::move(dimensions), 0, 0, 0, 0});
  }
  /// "NAME.weight".
  void weight(std::string_view name, Dimensions dimensions) {
    add(fmt::format("{}.weight", name), std::move(dimensions));
  }
  void bias(std::string_view name, Dimensions dimensions) {
    add(fmt::format("{}.bias", name), std::move(dimensions));
  }

  std::uint64_t value(std::string_view key) const { return shape_.of_layer(key, layer_); }
  std::uint64_t layer() const { return layer_; }
  const ModelShape& shape() const { return shape_; }

  std::uint64_t embedding() const { return value("embedding_length"); }
  std::uint64_t heads() const { return value("attention.head_count"); }
  std::uint64_t key_value_heads() const { return value("attention.head_count_kv"); }
  bool windowed() const { return value("attention.sliding_window_pattern") != 0; }
  std::uint64_t key_length() const { return head_length("attention.key_length"); }
  std::uint64_t value_length() const { return head_length("attention.value_length"); }

 private:
  std::uint64_t head_length(std::string_view key) const {
    if (windowed()) {
      if (const std::uint64_t length = value(fmt::format("{}_swa", key))) return length;
    }
    if (const std::uint64_t length = value(key)) return length;
    return heads() == 0 ? 0 : embedding() / heads();
  }

  const ModelShape& shape_;
  std::uint64_t layer_;
  std::vector<Tensor>& tensors_;
};

}  // namespace assay::gguf
