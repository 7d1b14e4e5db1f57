#include "gguf/estimate.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "support/gguf_builder.h"

namespace assay::gguf {
namespace {

using test::GgufBuilder;

constexpr double kMebibyte = 1024.0 * 1024.0;
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

TEST(EstimateCache, LayersThatReuseAnotherOnesCacheHaveNone) {
  const std::vector<std::pair<std::string, std::uint32_t>> shape{
      {"block_count", 10}, {"embedding_length", 256}, {"attention.head_count", 4}};
  auto sharing = shape;
  sharing.emplace_back("attention.shared_kv_layers", 4);
  auto predicting = shape;
  predicting.emplace_back("nextn_predict_layers", 1);
  const double all = cache_mebibytes(model("llama", shape), {.context_tokens = 1024});
  EXPECT_EQ(cache_mebibytes(model("llama", sharing), {.context_tokens = 1024}), all * 0.6);
  EXPECT_EQ(cache_mebibytes(model("llama", predicting), {.context_tokens = 1024}), all * 0.9);
}

TEST(Estimate, RepackedTypesAreHeldTwiceExceptTheEmbedding) {
  GgufBuilder builder = model("llama", {{"block_count", 1}});
  builder.tensor("token_embd.weight", {256, 64}, 2, 64 * 256 / 32 * 18)
      .tensor("blk.0.ffn_up.weight", {256, 128}, 2, 128 * 256 / 32 * 18)
      .tensor("blk.0.ffn_down.weight", {256, 3}, 2, 3 * 256 / 32 * 18)
      .tensor("blk.0.attn_q.weight", {256, 64}, 1, 64 * 256 * 2);
  const MemoryNeed need = estimate_memory(header_of(builder), {});
  EXPECT_EQ(need.weights, (64U + 128U + 3U) * 8 * 18 + 64 * 512);
  EXPECT_EQ(need.repacked, 128U * 8 * 18) << "rows of three do not come in eights";
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

TEST(Estimate, TotalIsTheSumOfItsParts) {
  const MemoryNeed need{1, 2, 4, 8, 16};
  EXPECT_EQ(need.total(), 31U);
  EXPECT_EQ((MemoryNeed{kMost, 1, 0, 0, 0}.total()), kMost);
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
