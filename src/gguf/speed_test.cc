#include "gguf/speed.h"

#include <gmock/gmock.h>

#include <cmath>

#include "gguf/model_table.h"
#include "gguf/shape.h"
#include "gguf/speed_work.h"
#include "support/gguf_builder.h"

namespace assay::gguf {
namespace {

using test::GgufBuilder;
using testing::DoubleNear;
using testing::Each;
using testing::Gt;

Header known_header(std::string_view name, std::string_view quantization) {
  const auto shape = known_shape(name);
  EXPECT_TRUE(shape.has_value()) << name;
  auto header = header_of(*shape, quantization);
  EXPECT_TRUE(header.has_value()) << header.error().to_string();
  return std::move(*header);
}

/// Round figures; only weights and attention cost anything.
MachineSpeed machine() {
  MachineSpeed speed;
  speed.read_bytes_per_s = 2e10;
  speed.caches = {{"f16", 2e10, 1e-9, 0, 1e11, 1e-9, 0, 0.02},
                  {"q8_0", 1e10, 2e-9, 0, 2e10, 2e-9, 0, 0.02}};
  speed.types = {{"Q4_0", 1.4e10, 2e11, 0, 0.02},
                 {"Q6_K", 1.6e10, 5e10, 0, 0.02},
                 {"Q8_0", 1.8e10, 1.6e11, 0, 0.02},
                 {"F16", 3e10, 1.7e11, 0, 0.02}};
  return speed;
}

double bytes_of(const std::vector<TypeWork>& work) {
  double bytes = 0;
  for (const TypeWork& type : work) bytes += type.bytes;
  return bytes;
}
double products_of(const std::vector<TypeWork>& work) {
  double products = 0;
  for (const TypeWork& type : work) products += type.products;
  return products;
}

TEST(Speed, NothingMeasuredSaysNothing) {
  const SpeedEstimate estimate =
      estimate_speed(known_header("llama-3.1-8b", "Q4_0"), {}, {}, 4096, 512);
  EXPECT_EQ(estimate.decode_tps.value, 0);
  EXPECT_EQ(estimate.prefill_tps.value, 0);
  EXPECT_EQ(estimate.ttft_ms.high, 0);
}

TEST(Speed, ATokenReadsTheWeightsOnce) {
  const Header header = known_header("llama-3.1-8b", "F16");
  const SpeedEstimate estimate = estimate_speed(header, {}, machine(), 0, 0);
  // 8.03e9 parameters less the embedding's 128,256 × 4,096, in 2 bytes each, at 30 GB/s.
  EXPECT_THAT(estimate.decode_tps.value, DoubleNear(3e10 / (2 * 7.505e9), 0.01));
  EXPECT_LT(estimate.decode_tps.low, estimate.decode_tps.value);
  EXPECT_GT(estimate.decode_tps.high, estimate.decode_tps.value);
  EXPECT_EQ(estimate.prefill_tps.value, 0);
}

TEST(Speed, EveryTypeAtItsOwnRate) {
  const Header header = known_header("llama-3.1-8b", "Q4_0");  // Its output matrix is Q6_K.
  double seconds = 0;
  for (const TypeWork& type : token_work(header)) {
    if (type.type == 2) seconds += type.bytes / 1.4e10;
    if (type.type == 14) seconds += type.bytes / 1.6e10;
  }
  EXPECT_THAT(estimate_speed(header, {}, machine(), 0, 0).decode_tps.value,
              DoubleNear(1 / seconds, 0.01));
}

TEST(Speed, FixedCostsCountPerTokenLayerAndVocabulary) {
  MachineSpeed slow = machine();
  slow.token_overhead_s = 0.01;
  slow.layer_overhead_s = 0.001;
  slow.vocabulary_overhead_s = 1e-7;
  const Header header = known_header("llama-3.1-8b", "Q4_0");
  const double before = 1 / estimate_speed(header, {}, machine(), 0, 0).decode_tps.value;
  const double after = 1 / estimate_speed(header, {}, slow, 0, 0).decode_tps.value;
  EXPECT_THAT(after - before, DoubleNear(0.01 + 32 * 0.001 + 128'256 * 1e-7, 1e-6));
}

TEST(Speed, DepthCostsAttention) {
  const Header header = known_header("llama-3.1-8b", "Q4_0");
  const auto seconds_at = [&](std::uint64_t depth, const LoadSettings& settings) {
    return 1 / estimate_speed(header, settings, machine(), depth, 0).decode_tps_at_depth.value;
  };
  // 32 layers × 32 heads × 4,096 cells, each (128 + 128) × 2 at 20 GFLOP/s and 1 ns.
  const double attention = 32. * 32 * 4096 * (256 * 2 / 2e10 + 1e-9);
  EXPECT_THAT(seconds_at(4096, {}) - seconds_at(0, {}), DoubleNear(attention, 1e-6));
  LoadSettings quantized;
  quantized.cache_type_v = "q8_0";
  EXPECT_THAT(seconds_at(4096, quantized) - seconds_at(0, quantized),
              DoubleNear(2 * attention, 1e-6));
}

TEST(Speed, WhatIsLeftOfAHeadBeyondWholeVectorsCostsItsOwnTime) {
  auto shape = known_shape("llama-3.1-8b");
  ASSERT_TRUE(shape.has_value());
  shape->metadata["attention.key_length"] = std::uint64_t{96};
  shape->metadata["attention.value_length"] = std::uint64_t{96};
  const Header header = *header_of(*shape, "Q4_0");
  MachineSpeed slow = machine();
  slow.caches[0].decode_odd_s = 1e-9;
  const auto seconds_at = [&](const MachineSpeed& speed) {
    return 1 / estimate_speed(header, {}, speed, 4096, 0).decode_tps_at_depth.value;
  };
  // Of 96 + 96 elements 32 + 32 are left.
  EXPECT_THAT(seconds_at(slow) - seconds_at(machine()),
              DoubleNear(32. * 32 * 4096 * 64 * 1e-9, 1e-6));
}

TEST(Speed, ExpertsOverAPromptGoAtTheirOwnSpeed) {
  const Header header = known_header("qwen3-30b-a3b", "Q4_0");
  MachineSpeed slow = machine();
  slow.types[0].expert_flops = 2e10;
  const auto seconds = [&](const MachineSpeed& speed) {
    return 512 / estimate_speed(header, {}, speed, 0, 512).prefill_tps.value;
  };
  // 47 layers (the last one's experts serve the last token only) of 8 experts of 3 × 2,048 × 768.
  const double products = 512. * 47 * 8 * 3 * 2048 * 768;
  EXPECT_THAT(seconds(slow) - seconds(machine()),
              DoubleNear(2 * products / 2e10 - 2 * products / 2e11, 0.5));
}

TEST(Speed, AWindowBoundsAttention) {
  const Header header = known_header("gemma-3-4b", "Q4_0");
  const double at_window = attention_work(header, 1024).products;
  const double beyond = attention_work(header, 1024 * 16).products;
  EXPECT_GT(beyond, at_window);
  EXPECT_LT(beyond, at_window * 16 / 3);
  EXPECT_LT(prompt_attention_work(header, 16'384).products,
            16'384 * attention_work(header, 8192).products);
}

TEST(Speed, LatentAttentionCountsItsCompressedWidth) {
  const Header header = known_header("deepseek-v2-lite", "Q4_0");
  // 27 layers × 16 heads × (576 + 512).
  EXPECT_DOUBLE_EQ(attention_work(header, 1).products, 27. * 16 * 1088);
  EXPECT_DOUBLE_EQ(attention_work(header, 1).scores, 27. * 16);
}

TEST(Speed, APromptReadsTheWeightsOncePerMicroBatch) {
  const Header header = known_header("llama-3.1-8b", "Q4_0");
  const double few = bytes_of(prompt_work(header, 8));
  EXPECT_DOUBLE_EQ(few, bytes_of(prompt_work(header, 512)));
  EXPECT_DOUBLE_EQ(products_of(prompt_work(header, 512)), 64 * products_of(prompt_work(header, 8)));
  LoadSettings small;
  small.micro_batch = 32;
  const double large_tps = estimate_speed(header, {}, machine(), 0, 2048).prefill_tps.value;
  EXPECT_GT(large_tps, estimate_speed(header, small, machine(), 0, 2048).prefill_tps.value);
}

TEST(Speed, OnlyTheLastTokenOfAPromptNeedsTheOutput) {
  const Header header = known_header("llama-3.1-8b", "F16");
  const double all = products_of(token_work(header));
  const double every = products_of(prompt_work(header, 1));
  const double end = products_of(prompt_end_work(header));
  EXPECT_DOUBLE_EQ(every + end, all);
  EXPECT_DOUBLE_EQ(end, 128'256. * 4096 + 3. * 4096 * 14'336 + 4096);
}

TEST(Speed, AMixtureReadsTheExpertsItsTokensChoose) {
  const Header header = known_header("qwen3-30b-a3b", "Q4_0");
  const double one = bytes_of(prompt_work(header, 1));
  const double many = bytes_of(prompt_work(header, 512));
  EXPECT_GT(many, 8 * one);
  EXPECT_LE(many, static_cast<double>(header.weight_bytes()));
  EXPECT_DOUBLE_EQ(products_of(prompt_work(header, 512)),
                   512 * products_of(prompt_work(header, 1)));
}

TEST(Speed, AnUnmeasuredTypeTakesTheNearestRateAndAWiderInterval) {
  const Header header = known_header("llama-3.1-8b", "Q8_0");
  MachineSpeed without = machine();
  without.types.erase(without.types.begin() + 2);
  const Range known = estimate_speed(header, {}, machine(), 0, 0).decode_tps;
  const Range guessed = estimate_speed(header, {}, without, 0, 0).decode_tps;
  // Q6_K is nearest to Q8_0 in bytes per element.
  EXPECT_THAT(guessed.value / known.value, DoubleNear(1.6 / 1.8, 0.01));
  EXPECT_GT(guessed.high / guessed.low, known.high / known.low * 1.2);
}

TEST(Speed, WithoutItsRearrangedCopyATypeIsLessSure) {
  LoadSettings as_it_is;
  as_it_is.repack = false;
  const auto width = [](const Range& range) { return range.high / range.low; };
  const Header rearranged = known_header("llama-3.1-8b", "Q4_0");
  EXPECT_GT(width(estimate_speed(rearranged, as_it_is, machine(), 0, 0).decode_tps),
            1.2 * width(estimate_speed(rearranged, {}, machine(), 0, 0).decode_tps));
  const Header never = known_header("llama-3.1-8b", "F16");
  EXPECT_DOUBLE_EQ(width(estimate_speed(never, as_it_is, machine(), 0, 0).decode_tps),
                   width(estimate_speed(never, {}, machine(), 0, 0).decode_tps));
}

TEST(Speed, LayersThatShareACacheAttendToo) {
  GgufBuilder builder;
  builder.text("general.architecture", "gemma3n")
      .number("gemma3n.block_count", 30)
      .number("gemma3n.embedding_length", 64)
      .number("gemma3n.attention.head_count", 2)
      .number("gemma3n.attention.head_count_kv", 1)
      .number("gemma3n.attention.key_length", 32)
      .number("gemma3n.attention.shared_kv_layers", 10);
  const auto header = parse_header(builder.header(), builder.file_bytes());
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  EXPECT_DOUBLE_EQ(attention_work(*header, 1).scores, 30. * 2);
  EXPECT_DOUBLE_EQ(attention_work(*header, 1).odd_products, 30. * 2 * (32 + 32));
}

TEST(Speed, ModelsInTheCacheSaveTheMemorysShareOfEveryByte) {
  MachineSpeed cached = machine();
  cached.cache_bytes = std::uint64_t{64} << 30U;
  cached.cached_bytes_per_s = 6e10;
  const auto gain = [&](const Header& header) {
    return estimate_speed(header, {}, cached, 0, 0).decode_tps.value /
           estimate_speed(header, {}, machine(), 0, 0).decode_tps.value;
  };
  EXPECT_THAT(gain(known_header("llama-3.1-8b", "F16")), DoubleNear(2, 0.01));
  // 1 / 18 GB/s less what F16 saves, 1 / 30 − 1 / 60.
  EXPECT_THAT(gain(known_header("llama-3.1-8b", "Q8_0")),
              DoubleNear(1 / 18. / (1 / 18. - 1 / 60.), 0.01));
}

TEST(Speed, WithoutAttentionMeasuredTheCacheIsStillRead) {
  MachineSpeed machine_without = machine();
  machine_without.caches.clear();
  const Header header = known_header("llama-3.1-8b", "Q4_0");
  const double empty = 1 / estimate_speed(header, {}, machine_without, 0, 0).decode_tps.value;
  const double deep =
      1 / estimate_speed(header, {}, machine_without, 4096, 0).decode_tps_at_depth.value;
  // 4,096 × 32 layers × 2 × 8 heads × 128 × 2 bytes at 20 GB/s.
  EXPECT_THAT(deep - empty, DoubleNear(4096. * 32 * 2 * 8 * 128 * 2 / 2e10, 1e-6));
}

TEST(Speed, FirstTokenWaitsForThePrompt) {
  MachineSpeed served = machine();
  served.request_overhead_s = 0.25;
  const SpeedEstimate estimate =
      estimate_speed(known_header("llama-3.1-8b", "Q4_0"), {}, served, 0, 1000);
  EXPECT_THAT(estimate.ttft_ms.value, DoubleNear(1e6 / estimate.prefill_tps.value + 250, 1));
  EXPECT_LT(estimate.ttft_ms.low, estimate.ttft_ms.value);
  EXPECT_GT(estimate.ttft_ms.high, estimate.ttft_ms.value);
}

std::vector<double> figures(const SpeedEstimate& estimate) {
  std::vector<double> all;
  for (const Range& range : {estimate.decode_tps, estimate.decode_tps_at_depth,
                             estimate.prefill_tps, estimate.ttft_ms}) {
    all.insert(all.end(), {range.value, range.low, range.high});
  }
  return all;
}

TEST(Speed, AbsurdHeadersGiveFiniteFigures) {
  constexpr std::uint32_t kMost = 0xFFFFFFFF;
  GgufBuilder builder;
  builder.text("general.architecture", "llama")
      .number("llama.block_count", kMost)
      .number("llama.embedding_length", kMost)
      .number("llama.feed_forward_length", kMost)
      .number("llama.attention.head_count", kMost)
      .number("llama.attention.key_length", kMost)
      .number("llama.attention.sliding_window", 1)
      .number("llama.expert_count", 1)
      .number("llama.expert_used_count", kMost)
      .number("llama.ssm.inner_size", kMost)
      .number("llama.ssm.state_size", kMost)
      .tensor("blk.0.ffn_up_exps.weight", {32, 32}, 2, 576);
  const auto header = parse_header(builder.header(), builder.file_bytes());
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  LoadSettings settings;
  settings.micro_batch = 0;
  MachineSpeed stuck;
  stuck.types = {{"Q4_0", 0, 0, 0, 0}};
  for (const MachineSpeed& speed : {machine(), stuck}) {
    const SpeedEstimate estimate =
        estimate_speed(*header, settings, speed, ~std::uint64_t{0}, ~std::uint64_t{0});
    for (const double figure : figures(estimate)) {
      EXPECT_TRUE(std::isfinite(figure) && figure >= 0) << figure;
    }
  }
}

}  // namespace
}  // namespace assay::gguf
