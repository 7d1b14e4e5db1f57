#include "gguf/estimate.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gguf/model_table.h"
#include "support/gguf_builder.h"

namespace assay::gguf {
namespace {

using test::GgufBuilder;

constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr std::uint32_t kF16 = 1;
constexpr std::uint32_t kQ40 = 2;
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

Header header_of(const GgufBuilder& builder) {
  auto header = parse_header(builder.header(), builder.file_bytes());
  EXPECT_TRUE(header.has_value()) << header.error().to_string();
  return std::move(*header);
}

/// "<architecture>.<key>" for each of these.
GgufBuilder model(const std::string& architecture,
                  const std::vector<std::pair<std::string, std::uint32_t>>& numbers) {
  GgufBuilder builder;
  builder.text("general.architecture", architecture);
  for (const auto& [key, value] : numbers) builder.number(architecture + "." + key, value);
  return builder;
}

double cache_mebibytes(const GgufBuilder& builder, const LoadSettings& settings) {
  return static_cast<double>(estimate_memory(header_of(builder), settings).cache.total()) /
         kMebibyte;
}

GgufBuilder gpt_oss_20b() {
  return model("gpt-oss", {{"block_count", 24},
                           {"embedding_length", 2880},
                           {"attention.head_count", 64},
                           {"attention.head_count_kv", 8},
                           {"attention.key_length", 64},
                           {"attention.value_length", 64},
                           {"attention.sliding_window", 128}});
}

GgufBuilder gemma4_12b() {
  std::vector<std::uint32_t> heads;
  std::vector<bool> windowed;
  for (int i = 0; i < 48; ++i) {
    windowed.push_back(i % 6 != 5);
    heads.push_back(windowed.back() ? 8 : 1);
  }
  return model("gemma4", {{"block_count", 48},
                          {"attention.head_count", 16},
                          {"attention.key_length", 512},
                          {"attention.value_length", 512},
                          {"attention.key_length_swa", 256},
                          {"attention.value_length_swa", 256},
                          {"attention.sliding_window", 1024}})
      .numbers("gemma4.attention.head_count_kv", heads)
      .flags("gemma4.attention.sliding_window_pattern", windowed);
}

// The sizes below were read off load logs that llama.cpp's users published.

TEST(EstimateCache, GptOss20bKeepsAWindowInEverySecondLayer) {
  EXPECT_EQ(cache_mebibytes(gpt_oss_20b(), {.context_tokens = 131072}), 3072.0 + 18.0);
  EXPECT_EQ(cache_mebibytes(gpt_oss_20b(), {.context_tokens = 131072, .micro_batch = 2048}),
            3072.0 + 54.0);
}

TEST(EstimateCache, Gemma4HasOtherHeadsInItsWindowedLayers) {
  EXPECT_EQ(cache_mebibytes(gemma4_12b(), {.context_tokens = 8192,
                                           .slots = 4,
                                           .unified = true,
                                           .cache_type_k = "q8_0",
                                           .cache_type_v = "q8_0"}),
            68.0 + 765.0);
}

TEST(EstimateCache, Qwen3MixtureIsSizedByItsKeyValueHeads) {
  const GgufBuilder builder = model("qwen3moe", {{"block_count", 48},
                                                 {"embedding_length", 2048},
                                                 {"attention.head_count", 32},
                                                 {"attention.head_count_kv", 4},
                                                 {"attention.key_length", 128},
                                                 {"attention.value_length", 128},
                                                 {"context_length", 4096}});
  EXPECT_EQ(cache_mebibytes(builder, {}), 384.0) << "0 means the model's own context";
}

TEST(EstimateCache, QwenNextKeepsStateInThreeOfFourLayers) {
  const GgufBuilder builder = model("qwen3next", {{"block_count", 48},
                                                  {"embedding_length", 2048},
                                                  {"attention.head_count", 16},
                                                  {"attention.head_count_kv", 2},
                                                  {"attention.key_length", 256},
                                                  {"attention.value_length", 256},
                                                  {"ssm.conv_kernel", 4},
                                                  {"ssm.inner_size", 4096},
                                                  {"ssm.state_size", 128},
                                                  {"ssm.group_count", 16}});
  LoadSettings settings{.context_tokens = 4096, .slots = 4, .unified = true};
  EXPECT_EQ(std::floor(cache_mebibytes(builder, settings)), 397.0);
  settings.context_tokens = 100'000;  // Padded to 100,096.
  EXPECT_EQ(std::floor(cache_mebibytes(builder, settings)), 2647.0);
}

// The rest follows from the engine's source.

TEST(EstimateCache, LatentAttentionCachesKeysOnly) {
  const GgufBuilder builder = model("deepseek2", {{"block_count", 61},
                                                  {"attention.head_count", 128},
                                                  {"attention.head_count_kv", 1},
                                                  {"attention.key_length", 576},
                                                  {"attention.value_length", 512},
                                                  {"attention.key_length_mla", 192},
                                                  {"attention.value_length_mla", 128}});
  EXPECT_EQ(cache_mebibytes(builder, {.context_tokens = 4096}), 61.0 * 4096 * 576 * 2 / kMebibyte);
}

TEST(EstimateCache, SlotsSplitTheContextAndEachIsPadded) {
  const GgufBuilder builder = model("llama", {{"block_count", 1},
                                              {"embedding_length", 256},
                                              {"attention.head_count", 4},
                                              {"attention.head_count_kv", 2}});
  const double cell = 2 * 2 * 64 * 2 / kMebibyte;
  EXPECT_EQ(cache_mebibytes(builder, {.context_tokens = 2000}), 2048 * cell);
  EXPECT_EQ(cache_mebibytes(builder, {.context_tokens = 2048, .slots = 4}), 4 * 512 * cell);
  EXPECT_EQ(cache_mebibytes(builder, {.context_tokens = 2048, .slots = 3}), 3 * 768 * cell);
  EXPECT_EQ(cache_mebibytes(builder, {.context_tokens = 2048, .cache_type_k = "q8_0"}),
            2048 * (64 * 2 * 2 + 64 * 2 * 34.0 / 32) / kMebibyte);
}

TEST(EstimateWeights, MatricesOfSomeTypesAreHeldTwice) {
  GgufBuilder builder = model("llama", {{"block_count", 1}});
  builder.tensor("token_embd.weight", {256, 64}, kQ40, 64 * 256 / 32 * 18)
      .tensor("output.weight", {256, 64}, kF16, 64 * 256 * 2)
      .tensor("blk.0.ffn_up.weight", {256, 128}, kQ40, 128 * 256 / 32 * 18)
      .tensor("blk.0.ffn_down.weight", {256, 3}, kQ40, 3 * 256 / 32 * 18)
      .tensor("blk.0.ffn_up_exps.weight", {256, 8, 2}, kQ40, 2 * 8 * 256 / 32 * 18)
      .tensor("blk.0.attn_k_b.weight", {256, 8, 2}, kQ40, 2 * 8 * 256 / 32 * 18)
      .tensor("blk.0.attn_q.weight", {256, 64}, kF16, 64 * 256 * 2);
  const MemoryNeed need = estimate_memory(header_of(builder), {.simd = {"avx2"}});
  EXPECT_EQ(need.repacked, (128U + 16U) * 8 * 18)
      << "not the embedding, rows of three, or a stack that is no expert's";
  EXPECT_EQ(estimate_memory(header_of(builder), {.simd = {"avx"}}).repacked, 0U);
  EXPECT_EQ(estimate_memory(header_of(builder), {.repack = false}).repacked, 0U);
}

TEST(EstimateWeights, ATiedEmbeddingIsCopiedForTheOutput) {
  GgufBuilder builder = model("llama", {{"block_count", 1}});
  builder.tensor("token_embd.weight", {256, 64}, kQ40, 64 * 256 / 32 * 18);
  const MemoryNeed need = estimate_memory(header_of(builder), {.simd = {"avx2"}});
  EXPECT_EQ(need.repacked, 64U * 8 * 18);
  EXPECT_EQ(need.released, 0U) << "it is still looked up in the file";
}

TEST(EstimateWeights, EachProcessorHasItsTypes) {
  struct Case {
    std::string simd;
    std::uint32_t type;
    std::uint64_t block_bytes;
    bool repacked;
  };
  for (const Case& one :
       {Case{"avx2", 12, 144, true}, Case{"avx2", 10, 84, false}, Case{"avx512f", 10, 84, true},
        Case{"avx2", 14, 210, false}, Case{"neon", 14, 210, true}, Case{"neon", 10, 84, false}}) {
    GgufBuilder builder = model("llama", {{"block_count", 1}});
    builder.tensor("blk.0.ffn_up.weight", {256, 8}, one.type, 8 * one.block_bytes);
    const MemoryNeed need = estimate_memory(header_of(builder), {.simd = {one.simd}});
    EXPECT_EQ(need.repacked, one.repacked ? 8 * one.block_bytes : 0) << one.simd << one.type;
  }
}

TEST(EstimateWeights, WhatNothingUsesInPlaceIsUnmappedAfterLoading) {
  GgufBuilder builder = model("llama", {{"block_count", 1}});
  builder.tensor("token_embd.weight", {256, 64}, kF16, 64 * 512)
      .tensor("output.weight", {256, 64}, kQ40, 64 * 144)
      .tensor("blk.0.ffn_up.weight", {256, 8}, kQ40, 8 * 144);
  const MemoryNeed need = estimate_memory(header_of(builder), {.simd = {"avx2"}});
  EXPECT_EQ(need.released, 64U * 144 + 8 * 144);
  EXPECT_EQ(need.serving(), need.weights - need.released + need.repacked + need.cache.total() +
                                need.compute + need.output + need.overhead);
  EXPECT_EQ(need.loading(), need.weights + need.repacked + need.overhead);
}

TEST(Estimate, WithoutFlashAttentionEveryScoreTakesMemory) {
  const GgufBuilder builder = model("llama", {{"block_count", 1},
                                              {"embedding_length", 4096},
                                              {"attention.head_count", 32},
                                              {"attention.head_count_kv", 8}});
  LoadSettings settings{.context_tokens = 8192};
  const std::uint64_t with = estimate_memory(header_of(builder), settings).compute;
  settings.flash_attention = false;
  const std::uint64_t without = estimate_memory(header_of(builder), settings).compute;
  EXPECT_GE(without - with, std::uint64_t{32} * 8192 * 512 * 4);
}

// The sizes below were read off "compute buffer size" lines of llama-server 0.5.0 with hollow
// models of these shapes; tests/perf/memory_prediction.py reads them again.

struct ComputeCase {
  std::string shape;
  LoadSettings settings;
  double mebibytes;
};

class EstimateCompute : public testing::TestWithParam<ComputeCase> {};

TEST_P(EstimateCompute, IsWithinATwentiethOfWhatTheEngineReserves) {
  const auto shape = known_shape(GetParam().shape);
  ASSERT_TRUE(shape.has_value());
  const auto header = header_of(*shape, "Q8_0");
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  const double compute =
      static_cast<double>(estimate_memory(*header, GetParam().settings).compute) / kMebibyte;
  EXPECT_NEAR(compute, GetParam().mebibytes, std::max(6.0, GetParam().mebibytes / 20));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, EstimateCompute,
    testing::Values(
        ComputeCase{"llama-3.1-8b", {.context_tokens = 4096}, 120.01},
        ComputeCase{"llama-3.1-8b", {.context_tokens = 16384}, 132.01},
        ComputeCase{"llama-3.1-8b", {.context_tokens = 16384, .slots = 4}, 120.01},
        ComputeCase{"llama-3.1-8b", {.context_tokens = 4096, .micro_batch = 128}, 30.0},
        ComputeCase{"llama-3.1-8b", {.context_tokens = 512}, 116.51},
        ComputeCase{"llama-3.1-8b", {.context_tokens = 16384, .flash_attention = false}, 1100.01},
        ComputeCase{"qwen3-1.7b", {.context_tokens = 4096}, 56.01},
        ComputeCase{"qwen3-1.7b", {.context_tokens = 4096, .flash_attention = false}, 160.01},
        ComputeCase{"qwen3-30b-a3b", {.context_tokens = 4096}, 92.01},
        ComputeCase{"qwen3-30b-a3b", {.context_tokens = 16384, .flash_attention = false}, 1086.01},
        ComputeCase{"gemma-3-4b", {.context_tokens = 4096}, 84.52},
        ComputeCase{"gemma-3-4b", {.context_tokens = 4096, .slots = 4, .unified = true}, 87.02},
        ComputeCase{"gemma-3-12b", {.context_tokens = 16384}, 138.02},
        ComputeCase{"gemma-3-12b", {.context_tokens = 4096, .flash_attention = false}, 186.01},
        ComputeCase{"gpt-oss-20b", {.context_tokens = 4096}, 97.14},
        ComputeCase{"gpt-oss-20b", {.context_tokens = 4096, .flash_attention = false}, 558.39},
        ComputeCase{"deepseek-v2-lite", {.context_tokens = 4096}, 93.01},
        ComputeCase{
            "deepseek-v2-lite", {.context_tokens = 16384, .flash_attention = false}, 602.05},
        ComputeCase{"qwen3-next-80b-a3b", {.context_tokens = 4096}, 90.01},
        ComputeCase{"qwen3-next-80b-a3b", {.context_tokens = 4096, .slots = 4}, 87.01}),
    [](const auto& instance) {
      std::string name = instance.param.shape + "_" + std::to_string(instance.index);
      std::replace_if(
          name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
      return name;
    });

TEST(Estimate, WindowsAndStatesAreSnapshotAtTheEndOfAPrompt) {
  const MemoryNeed need = estimate_memory(header_of(gpt_oss_20b()), {.context_tokens = 8192});
  EXPECT_EQ(need.checkpoints, 2U * 12 * 128 * (512 + 512) * 2);
  EXPECT_EQ(need.can_grow, 15 * need.checkpoints);
  EXPECT_EQ(estimate_memory(header_of(gpt_oss_20b()), {.prompt_store_bytes = 7}).can_grow % 8, 7U);
}

TEST(Estimate, TotalIsThePeakOfLoadingAndServing) {
  MemoryNeed need{.weights = 1, .repacked = 2, .cache = {4, 8, 16, 32}, .compute = 64};
  EXPECT_EQ(need.total(), 127U);
  need.weights = 1000;
  need.released = 900;
  EXPECT_EQ(need.total(), 1002U) << "the end of loading";
  EXPECT_EQ((MemoryNeed{.weights = kMost, .repacked = 1}.total()), kMost);
}

TEST(Estimate, SettingsThatTheEngineRefusesAreRefused) {
  EXPECT_TRUE(check_load_settings({}).has_value());
  const std::vector<LoadSettings> wrong{{.cache_type_k = "q9_9"},
                                        {.cache_type_v = "q8_0", .flash_attention = false},
                                        {.slots = 0},
                                        {.slots = 257},
                                        {.context_tokens = 3, .slots = 4},
                                        {.micro_batch = 0}};
  for (const LoadSettings& settings : wrong) {
    EXPECT_FALSE(check_load_settings(settings).has_value());
  }
  EXPECT_TRUE(check_load_settings({.cache_type_k = "q8_0", .flash_attention = false}).has_value());
}

TEST(Estimate, NonsenseSaturatesInsteadOfWrapping) {
  const GgufBuilder builder = model("llama", {{"block_count", 4'000'000'000},
                                              {"embedding_length", 4'000'000'000},
                                              {"feed_forward_length", 4'000'000'000},
                                              {"attention.head_count", 4'000'000'000},
                                              {"attention.key_length", 4'000'000'000},
                                              {"context_length", 4'000'000'000}});
  EXPECT_EQ(estimate_memory(header_of(builder), {}).total(), kMost);
  EXPECT_GT(estimate_memory(Header{}, {}).total(), 0U);
}

}  // namespace
}  // namespace assay::gguf
