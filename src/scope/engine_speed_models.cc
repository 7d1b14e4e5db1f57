#include "scope/engine_speed_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/file.h"
#include "gguf/hollow_tokenizer.h"
#include "gguf/quantization.h"
#include "gguf/shape.h"
#include "gguf/writer.h"

namespace assay::scope {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kAlignment = 32;
constexpr std::uint64_t kContextTokens = 65'536;

gguf::ModelShape model_shape(const ProbeShape& probe) {
  gguf::ModelShape shape;
  shape.name = "assay speed probe";
  shape.architecture = probe.experts > 0 ? "qwen3moe" : "llama";
  shape.vocabulary = probe.vocabulary;
  shape.metadata = {
      {"block_count", probe.layers},
      {"context_length", kContextTokens},
      {"embedding_length", probe.embedding},
      {"feed_forward_length", probe.feed_forward},
      {"attention.head_count", probe.heads},
      {"attention.head_count_kv", probe.heads_kv},
      {"attention.key_length", probe.head_length},
      {"attention.value_length", probe.head_length},
      {"rope.dimension_count", probe.head_length},
      {"attention.layer_norm_rms_epsilon", 1e-5},
      {"rope.freq_base", 10'000.0},
  };
  if (probe.experts > 0) {
    shape.metadata["expert_count"] = probe.experts;
    shape.metadata["expert_used_count"] = probe.experts;
    shape.metadata["expert_feed_forward_length"] = probe.feed_forward;
  }
  return shape;
}

/// Quantizations as people name them mix types; a rate needs one alone.
void make_pure(gguf::Header& header, const gguf::TensorType& type) {
  std::uint64_t offset = 0;
  for (gguf::Tensor& tensor : header.tensors) {
    if (tensor.dimensions.size() > 1) {
      tensor.type = type.id;
      tensor.bytes = tensor.elements / type.block_elements * type.block_bytes;
    }
    tensor.offset = offset;
    offset += (tensor.bytes + kAlignment - 1) / kAlignment * kAlignment;
  }
  header.file_bytes = offset;
}

}  // namespace

ProbeShape weights_probe(std::string_view type, std::uint64_t bytes) {
  ProbeShape shape{1, 4096, 14'336, 32, 8, 128};
  const gguf::TensorType* found = gguf::find_tensor_type(type);
  if (found == nullptr) return shape;
  const std::uint64_t attention =
      shape.embedding * (shape.heads * 2 + shape.heads_kv * 2) * shape.head_length;
  const std::uint64_t elements = attention + 3 * shape.embedding * shape.feed_forward;
  const std::uint64_t layer_bytes = elements / found->block_elements * found->block_bytes;
  // The engine skips most of a last layer's work over a prompt, so that one alone shows little.
  shape.layers = std::max<std::uint64_t>(2, (bytes + layer_bytes - 1) / layer_bytes);
  return shape;
}

base::Result<Probe> write_probe(const ProbeShape& shape, std::string_view type,
                                const fs::path& path) {
  const gguf::TensorType* matrices = gguf::find_tensor_type(type);
  if (matrices == nullptr) return base::internal_error(fmt::format("no tensor type {}", type));
  ASSAY_TRY(gguf::Header header, gguf::header_of(model_shape(shape), "F16"));
  gguf::add_hollow_tokenizer(header, shape.vocabulary);
  make_pure(header, *matrices);
  ASSAY_TRY(const std::string bytes, gguf::write_header(header));
  header.data_offset = bytes.size();
  header.file_bytes += bytes.size();
  ASSAY_TRY_DONE(base::write_file(path, bytes));
  std::error_code failure;
  fs::resize_file(path, header.file_bytes, failure);
  if (failure) {
    return base::system_error(
        fmt::format("cannot make a file of {} bytes: {}", header.file_bytes, failure.message()),
        "free some disk space, or name another folder", path.string());
  }
  return Probe{path, std::move(header)};
}

}  // namespace assay::scope
