#include "gguf/offload.h"

#include <gmock/gmock.h>

#include "gguf/model_table.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30U;

Header header_of_shape(const std::string& name) {
  auto header = header_of(*known_shape(name), "Q4_K_M");
  EXPECT_TRUE(header.has_value());
  return std::move(*header);
}

TEST(Offload, NothingOnTheCardIsTheProcessorsEstimate) {
  const Header header = header_of_shape("llama-3.1-8b");
  const LoadSettings settings{.context_tokens = 4096};
  const OffloadNeed need = split_memory(header, settings, {});
  EXPECT_EQ(need.gpu_total(), 0U);
  EXPECT_EQ(need.host.total(), estimate_memory(header, settings).total());
}

TEST(Offload, AllLayersLeaveOnlyTheTokenEmbedding) {
  const Header header = header_of_shape("llama-3.1-8b");
  const LoadSettings settings{.context_tokens = 4096};
  EXPECT_EQ(offloadable_layers(header), 33U);
  const OffloadNeed need = split_memory(header, settings, {.gpu_layers = 33});
  const MemoryNeed whole = estimate_memory(header, settings);
  EXPECT_EQ(need.gpu_cache, whole.cache.total());
  EXPECT_EQ(need.host.cache.total(), 0U);
  EXPECT_EQ(need.host.repacked, 0U);
  EXPECT_EQ(need.host.weights + need.gpu_weights, header.weight_bytes());
  for (const Tensor& tensor : header.tensors) {
    if (tensor.name != "token_embd.weight") continue;
    EXPECT_GE(need.host.weights, tensor.bytes);
  }
  EXPECT_LT(need.host_read_per_token, 4096U) << "rope factors at most";
}

TEST(Offload, LayersGoFromTheLastOneDownAndTheOutputFirst) {
  const Header header = header_of_shape("llama-3.1-8b");
  const LoadSettings settings{.context_tokens = 4096};
  const OffloadNeed output = split_memory(header, settings, {.gpu_layers = 1});
  EXPECT_EQ(output.gpu_cache, 0U);
  EXPECT_GT(output.gpu_weights, 0U);
  const OffloadNeed ten = split_memory(header, settings, {.gpu_layers = 11});
  const MemoryNeed whole = estimate_memory(header, settings);
  EXPECT_EQ(ten.gpu_cache, whole.cache.total() / 32 * 10);
  EXPECT_EQ(ten.gpu_cache + ten.host.cache.total(), whole.cache.total());
}

TEST(Offload, ExpertsOfTheFirstLayersCanStayInMemory) {
  const Header header = header_of_shape("qwen3-30b-a3b");
  const LoadSettings settings{.context_tokens = 4096};
  const Placement all{.gpu_layers = 49};
  const Placement held_back{.gpu_layers = 49, .cpu_moe_layers = 48};
  EXPECT_LT(split_memory(header, settings, held_back).gpu_weights, 2 * kGibibyte);
  EXPECT_GT(split_memory(header, settings, all).gpu_weights, 16 * kGibibyte);
  EXPECT_EQ(placement_flags(held_back), "--gpu-layers 49 --n-cpu-moe 48");
  EXPECT_EQ(placement_flags(all), "--gpu-layers 49");
}

TEST(BestPlacement, TakesEverythingWhereItFits) {
  const Header header = header_of_shape("qwen3-30b-a3b");
  EXPECT_EQ(best_placement(header, {.context_tokens = 4096}, 48 * kGibibyte),
            (Placement{.gpu_layers = 49}));
}

TEST(BestPlacement, HoldsExpertsBackBeforeWholeLayers) {
  const Header header = header_of_shape("qwen3-30b-a3b");
  const LoadSettings settings{.context_tokens = 4096};
  const auto best = best_placement(header, settings, 8 * kGibibyte);
  ASSERT_TRUE(best.has_value());
  EXPECT_EQ(best->gpu_layers, 49U);
  EXPECT_GT(best->cpu_moe_layers, 0U);
  EXPECT_LE(split_memory(header, settings, *best).gpu_total(), 8 * kGibibyte);
  // No other placement that fits as well reads less.
  const std::uint64_t read = split_memory(header, settings, *best).host_read_per_token;
  for (std::uint64_t layers = 0; layers <= 49; layers += 7) {
    for (std::uint64_t held_back = 0; held_back <= 48; held_back += 6) {
      const OffloadNeed other = split_memory(header, settings, {layers, held_back});
      if (other.gpu_total() > 7 * kGibibyte) continue;
      EXPECT_GE(other.host_read_per_token, read);
    }
  }
}

TEST(BestPlacement, OfADenseModelIsAsManyLayersAsFit) {
  const Header header = header_of_shape("llama-3.1-8b");
  const auto best = best_placement(header, {.context_tokens = 4096}, 4 * kGibibyte);
  ASSERT_TRUE(best.has_value());
  EXPECT_GT(best->gpu_layers, 10U);
  EXPECT_LT(best->gpu_layers, 33U);
  EXPECT_EQ(best->cpu_moe_layers, 0U);
  EXPECT_EQ(best_placement(header, {}, kGibibyte / 4), std::nullopt);
}

}  // namespace
}  // namespace assay::gguf
