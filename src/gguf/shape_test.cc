#include "gguf/shape.h"

#include <gmock/gmock.h>

#include "gguf/model_table.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

Header known_header(std::string_view name, std::string_view quantization) {
  const auto shape = known_shape(name);
  EXPECT_TRUE(shape.has_value()) << name;
  auto header = header_of(*shape, quantization);
  EXPECT_TRUE(header.has_value()) << header.error().to_string();
  return std::move(*header);
}

double gib(std::uint64_t bytes) { return static_cast<double>(bytes) / 1024 / 1024 / 1024; }

struct Published {
  std::string_view shape;
  std::string_view quantization;
  double size_gib;
};

class PublishedSize : public testing::TestWithParam<Published> {};

TEST_P(PublishedSize, IsReached) {
  const Header header = known_header(GetParam().shape, GetParam().quantization);
  EXPECT_THAT(gib(header.weight_bytes()), DoubleNear(GetParam().size_gib, 0.006));
}

/// llama.cpp's tools/quantize/README.md (Llama 3.1 8B), and load logs of published files.
INSTANTIATE_TEST_SUITE_P(Models, PublishedSize,
                         testing::Values(Published{"llama-3.1-8b", "Q4_K_M", 4.58},
                                         Published{"llama-3.1-8b", "Q4_K_S", 4.36},
                                         Published{"llama-3.1-8b", "Q5_K_M", 5.33},
                                         Published{"llama-3.1-8b", "Q6_K", 6.14},
                                         Published{"llama-3.1-8b", "Q8_0", 7.95},
                                         Published{"llama-3.1-8b", "F16", 14.96},
                                         Published{"qwen3-30b-a3b", "Q4_K_M", 17.28},
                                         Published{"gpt-oss-20b", "MXFP4", 11.27}));

TEST(Shape, EveryKnownModelHasAHeader) {
  for (const std::string& name : known_shape_names()) {
    const Header header = known_header(name, "Q4_K_M");
    EXPECT_GT(header.parameters(), 100'000'000U) << name;
    EXPECT_EQ(header.quantization(), "Q4_K_M") << name;
  }
}

TEST(Shape, EveryQuantizationIsKnownByItsName) {
  for (const std::string& quantization : shape_quantizations()) {
    EXPECT_EQ(known_header("qwen3-0.6b", quantization).quantization(), quantization);
  }
  EXPECT_EQ(known_header("qwen3-0.6b", "q4_k_m").quantization(), "Q4_K_M");
}

std::string_view type_of(const Header& header, std::string_view name) {
  for (const Tensor& tensor : header.tensors) {
    if (tensor.name == name) return find_tensor_type(tensor.type)->name;
  }
  return "none";
}

TEST(Shape, MixesGiveSomeTensorsMoreBits) {
  const Header dense = known_header("llama-3.1-8b", "Q4_K_M");
  EXPECT_EQ(type_of(dense, "output.weight"), "Q6_K");
  EXPECT_EQ(type_of(dense, "token_embd.weight"), "Q4_K");
  EXPECT_EQ(type_of(dense, "blk.0.attn_v.weight"), "Q6_K");
  EXPECT_EQ(type_of(dense, "blk.5.attn_v.weight"), "Q4_K");
  EXPECT_EQ(type_of(dense, "blk.0.attn_norm.weight"), "F32");
  EXPECT_EQ(type_of(known_header("qwen3-0.6b", "Q4_K_M"), "token_embd.weight"), "Q6_K") << "tied";
  const Header eight = known_header("mixtral-8x7b", "Q4_K_M");
  EXPECT_EQ(type_of(eight, "blk.7.attn_k.weight"), "Q8_0");
  EXPECT_EQ(type_of(eight, "blk.7.ffn_gate_inp.weight"), "F32");
  const Header uneven = known_header("qwen2.5-0.5b", "Q4_K_M");
  EXPECT_EQ(type_of(uneven, "blk.3.attn_q.weight"), "Q5_0") << "896 is no multiple of 256";
  EXPECT_EQ(type_of(uneven, "blk.0.ffn_down.weight"), "Q6_K");
}

TEST(Shape, LayersDifferWhereTheArchitectureSaysSo) {
  const Header hybrid = known_header("granite-4.0-h-tiny", "Q8_0");
  EXPECT_EQ(type_of(hybrid, "blk.5.attn_q.weight"), "Q8_0");
  EXPECT_EQ(type_of(hybrid, "blk.5.ssm_in.weight"), "none");
  EXPECT_EQ(type_of(hybrid, "blk.6.attn_q.weight"), "none");
  EXPECT_EQ(type_of(hybrid, "blk.6.ssm_in.weight"), "Q8_0");
  const Header latent = known_header("deepseek-v2-lite", "Q8_0");
  EXPECT_EQ(type_of(latent, "blk.0.ffn_up.weight"), "Q8_0") << "the leading dense layer";
  EXPECT_EQ(type_of(latent, "blk.1.ffn_up_exps.weight"), "Q8_0");
  EXPECT_EQ(type_of(latent, "blk.1.ffn_up_shexp.weight"), "Q8_0");
}

void expect_refused(const ModelShape& shape, const std::string& quantization,
                    const std::string& message) {
  const auto header = header_of(shape, quantization);
  ASSERT_FALSE(header.has_value());
  EXPECT_EQ(header.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(header.error().to_string(), HasSubstr(message));
}

TEST(Shape, WhatMakesNoSenseIsRefused) {
  ModelShape shape = *known_shape("Qwen3-8B");
  expect_refused(shape, "Q4_KM", "did you mean `Q4_K_M`?");
  shape.metadata.erase("attention.head_count");
  expect_refused(shape, "Q8_0", "found 0 × 4096 in tensor `blk.0.attn_output.weight`");
  shape.metadata["block_count"] = std::uint64_t{1} << 40U;
  expect_refused(shape, "Q8_0", "a block_count of 1 to 512");
  shape.architecture = "qwen9";
  expect_refused(shape, "Q8_0", "no tensors are known for the architecture `qwen9`");
  EXPECT_FALSE(known_shape("qwen9-8b").has_value());
}

}  // namespace
}  // namespace assay::gguf
