#include "gguf/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gguf/quantization.h"
#include "gguf/quantization_mix.h"
#include "gguf/shape_tensors.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kAlignmentBytes = 32;
constexpr std::uint64_t kQuantizationVersion = 2;  ///< GGML_QNT_VERSION.
/// Of a tokenizer of bytes: what the vocabulary has besides pairs that were merged.
constexpr std::uint64_t kTokensWithoutMerge = 256 + 3;
/// Bytes that a tokenizer's entry of typical length takes in the file: its length, text and type.
constexpr std::uint64_t kVocabularyEntryBytes = 40;
constexpr std::uint64_t kTensorEntryBytes = 64;

MixFacts mix_facts(const ModelShape& shape) {
  MixFacts facts;
  facts.layers = shape.of_layer("block_count", 0);
  facts.experts = shape.of_layer("expert_count", 0);
  const std::uint64_t heads = shape.of_layer("attention.head_count", 0);
  const std::uint64_t key_value_heads = shape.of_layer("attention.head_count_kv", 0);
  facts.heads_per_key_value = key_value_heads == 0 ? 0 : heads / key_value_heads;
  facts.seventy_billion =
      facts.layers == 80 && (shape.architecture == "qwen2" ||
                             (shape.architecture == "llama" && heads != key_value_heads));
  return facts;
}

std::uint64_t file_type_of(std::string_view quantization) {
  for (std::uint64_t id = 0; id < 64; ++id) {
    if (file_type_name(id) == quantization) return id;
  }
  return 0;
}

void add_metadata(const ModelShape& shape, const Mix& mix, Header& header) {
  auto& metadata = header.metadata;
  metadata["general.architecture"] = shape.architecture;
  metadata["general.type"] = std::string("model");
  metadata["general.name"] = shape.name;
  metadata["general.quantization_version"] = kQuantizationVersion;
  metadata["general.file_type"] = file_type_of(mix.name);
  for (const auto& [key, value] : shape.metadata) {
    metadata[fmt::format("{}.{}", shape.architecture, key)] = value;
  }
  metadata[fmt::format("{}.vocab_size", shape.architecture)] = shape.vocabulary;
  metadata["tokenizer.ggml.model"] = std::string("gpt2");
  metadata["tokenizer.ggml.pre"] = std::string("default");
  metadata["tokenizer.ggml.tokens"] = Array{shape.vocabulary, {}};
  metadata["tokenizer.ggml.token_type"] = Array{shape.vocabulary, {}};
  const std::uint64_t merges = shape.vocabulary - std::min(shape.vocabulary, kTokensWithoutMerge);
  metadata["tokenizer.ggml.merges"] = Array{merges, {}};
}

/// One tensor after the other, each aligned, after a header of about the real one's size.
void place(Header& header, std::uint64_t vocabulary) {
  const auto aligned = [](std::uint64_t bytes) {
    return saturating_add(bytes, kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
  };
  header.data_offset = aligned(saturating_multiply(vocabulary, kVocabularyEntryBytes) +
                               header.tensors.size() * kTensorEntryBytes);
  std::uint64_t end = 0;
  for (Tensor& tensor : header.tensors) {
    tensor.offset = end;
    end = aligned(saturating_add(end, tensor.bytes));
  }
  header.file_bytes = saturating_add(header.data_offset, end);
}

}  // namespace

std::optional<std::uint64_t> ModelShape::integer(std::string_view key) const {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::nullopt : integer_of(found->second);
}

std::uint64_t ModelShape::of_layer(std::string_view key, std::uint64_t layer) const {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return 0;
  const Value* value = &found->second;
  if (const auto* array = std::get_if<Array>(value)) {
    if (layer >= array->head.size()) return 0;
    value = &array->head[layer];
  }
  if (const auto* flag = std::get_if<bool>(value)) return *flag ? 1 : 0;
  return integer_of(*value).value_or(0);
}

Value per_layer(const std::vector<std::uint64_t>& values) {
  return Array{values.size(), {values.begin(), values.end()}};
}

Value per_layer_flags(const std::vector<bool>& values) {
  Array array{values.size(), {}};
  for (const bool value : values) array.head.emplace_back(value);
  return array;
}

base::Result<Header> header_of(const ModelShape& shape, std::string_view quantization) {
  const Mix* mix = find_mix(quantization);
  if (mix == nullptr) {
    const auto nearest = base::nearest(quantization, mix_names());
    return base::bad_input(
        fmt::format("expected a quantization, found `{}`", quantization),
        fmt::format("{}known: {}", nearest ? fmt::format("did you mean `{}`? ", *nearest) : "",
                    fmt::join(mix_names(), ", ")));
  }
  Header header;
  header.version = 3;
  ASSAY_TRY(header.tensors, tensors_of(shape));
  apply_mix(*mix, mix_facts(shape), header.tensors);
  add_metadata(shape, *mix, header);
  place(header, shape.vocabulary);
  return header;
}

std::vector<std::string> shape_quantizations() { return mix_names(); }

}  // namespace assay::gguf
