#include "scope/engine_speed_fit.h"

#include <gmock/gmock.h>

#include "gguf/speed_json.h"
#include "scope/engine_speed_models.h"
#include "support/temporary_folder.h"

namespace assay::scope {
namespace {

using gguf::MachineSpeed;
using testing::DoubleNear;

constexpr double kRows = 128;
constexpr double kCells = 1024;
constexpr std::uint64_t kWideVocabulary = 32'768;

MachineSpeed truth() {
  MachineSpeed speed;
  speed.cached_bytes_per_s = 7e10;
  speed.token_overhead_s = 2e-4;
  speed.vocabulary_overhead_s = 1e-8;
  speed.layer_overhead_s = 4e-5;
  speed.row_overhead_s = 2e-6;
  speed.element_overhead_s = 2e-9;
  speed.request_overhead_s = 3e-3;
  speed.caches = {{"f16", 2e10, 3e-9, 1e-9, 1e11, 1e-9, 2e-10, 0},
                  {"q8_0", 8e9, 5e-9, 3e-10, 9e9, 4e-9, 2e-10, 0}};
  speed.types = {{"F16", 3e10, 1.6e11, 0, 0}, {"Q4_0", 1.4e10, 2e11, 5e10, 0}};
  return speed;
}

/// Times that an engine of the given speed would take, server and sampler left out.
class Engine {
 public:
  ProbeReading read(const ProbeShape& shape, std::string_view type, bool cached = false,
                    const std::string& cache_type = "f16") {
    const auto probe = write_probe(shape, type, folder_.path() / "probe.gguf");
    EXPECT_TRUE(probe.has_value()) << probe.error().to_string();
    return {probe->header, token_s(probe->header, cached, cache_type, 0),
            prompt_s(probe->header, cached, cache_type, kRows), kRows, 0};
  }

  AttentionReading read_attention(const ProbeShape& shape, const std::string& cache_type) {
    AttentionReading reading{read(shape, "F16", true, cache_type), kCells, 0, 0};
    const gguf::Header& header = reading.empty.header;
    reading.token_s = token_s(header, true, cache_type, kCells);
    // The rows behind the cells see all of them.
    const double seen = kCells / 2;
    reading.prompt_s = reading.empty.prompt_s + kRows * kCells / (seen * 2 * seen) *
                                                    (attention_s(header, cache_type, 2 * seen) -
                                                     attention_s(header, cache_type, 0));
    return reading;
  }

 private:
  static MachineSpeed bare(bool cached) {
    MachineSpeed speed = truth();
    speed.cache_bytes = cached ? std::uint64_t{1} << 40U : 0;
    speed.token_overhead_s = 0;
    speed.vocabulary_overhead_s = 0;
    return speed;
  }
  static gguf::LoadSettings settings(const std::string& cache_type) {
    gguf::LoadSettings settings;
    settings.cache_type_k = settings.cache_type_v = cache_type;
    return settings;
  }
  static double token_s(const gguf::Header& header, bool cached, const std::string& cache_type,
                        double depth) {
    return 1 / gguf::estimate_speed(header, settings(cache_type), bare(cached),
                                    static_cast<std::uint64_t>(depth), 0)
                   .decode_tps_at_depth.value;
  }
  static double prompt_s(const gguf::Header& header, bool cached, const std::string& cache_type,
                         double tokens) {
    return tokens / gguf::estimate_speed(header, settings(cache_type), bare(cached), 0,
                                         static_cast<std::uint64_t>(tokens))
                        .prefill_tps.value;
  }
  /// Of a whole prompt; everything else is free.
  static double attention_s(const gguf::Header& header, const std::string& cache_type,
                            double tokens) {
    if (tokens == 0) return 0;
    MachineSpeed speed = truth();
    speed.layer_overhead_s = speed.row_overhead_s = speed.element_overhead_s = 0;
    for (gguf::TypeSpeed& type : speed.types) {
      type.decode_bytes_per_s = type.prefill_flops = 1e30;
    }
    return tokens / gguf::estimate_speed(header, settings(cache_type), speed, 0,
                                         static_cast<std::uint64_t>(tokens))
                        .prefill_tps.value;
  }

  test::TemporaryFolder folder_;
};

constexpr ProbeShape kNarrow{24, 64, 192, 2, 2, 32};
constexpr ProbeShape kServed{2, 64, 192, 2, 2, 32};
constexpr ProbeShape kCached{6, 768, 2048, 12, 4, 64};

SpeedReadings readings() {
  Engine engine;
  SpeedReadings all;
  for (const char* type : {"F16", "Q4_0"}) {
    all.weights.push_back({type, engine.read(weights_probe(type, 600U << 20U), type)});
  }
  all.experts.push_back({"Q4_0", engine.read({4, 2048, 768, 16, 4, 128, 512, 8}, "Q4_0")});
  all.narrow = engine.read(kNarrow, "F16", true);
  all.served = engine.read(kServed, "F16", true);
  ProbeShape wide = kServed;
  wide.vocabulary = kWideVocabulary;
  all.wide_vocabulary = engine.read(wide, "F16", true);
  all.cached = engine.read(kCached, "F16", true);
  for (const char* type : {"f16", "q8_0"}) {
    all.caches.push_back({type, engine.read_attention({4, 512, 256, 32, 8, 128}, type),
                          engine.read_attention({4, 512, 256, 32, 8, 64}, type),
                          engine.read_attention({4, 512, 256, 32, 8, 32}, type)});
  }
  all.server = {all.served.token_s + 2e-4,
                all.wide_vocabulary.token_s + 2e-4 + kWideVocabulary * 1e-8, 3e-3};
  return all;
}

void expect_near(double fitted, double true_value, double share) {
  EXPECT_THAT(fitted, DoubleNear(true_value, true_value * share));
}

TEST(EngineSpeedFit, FindsTheSpeedsBehindTheTimes) {
  const MachineSpeed fitted = fit_machine_speed(readings());
  const MachineSpeed expected = truth();
  ASSERT_EQ(fitted.types.size(), 2U);
  ASSERT_EQ(fitted.caches.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(fitted.types[i].type, expected.types[i].type);
    expect_near(fitted.types[i].decode_bytes_per_s, expected.types[i].decode_bytes_per_s, 0.02);
    expect_near(fitted.types[i].prefill_flops, expected.types[i].prefill_flops, 0.05);
    EXPECT_EQ(fitted.caches[i].type, expected.caches[i].type);
    expect_near(fitted.caches[i].decode_flops, expected.caches[i].decode_flops, 0.02);
    expect_near(fitted.caches[i].decode_score_s, expected.caches[i].decode_score_s, 0.02);
    expect_near(fitted.caches[i].prefill_flops, expected.caches[i].prefill_flops, 0.02);
    expect_near(fitted.caches[i].prefill_score_s, expected.caches[i].prefill_score_s, 0.02);
    expect_near(fitted.caches[i].decode_odd_s, expected.caches[i].decode_odd_s, 0.02);
    expect_near(fitted.caches[i].prefill_odd_s, expected.caches[i].prefill_odd_s, 0.02);
  }
  EXPECT_EQ(fitted.types[0].expert_flops, 0) << "not measured";
  expect_near(fitted.types[1].expert_flops, expected.types[1].expert_flops, 0.1);
  expect_near(fitted.layer_overhead_s, expected.layer_overhead_s, 0.1);
  expect_near(fitted.row_overhead_s, expected.row_overhead_s, 0.3);
  expect_near(fitted.cached_bytes_per_s, expected.cached_bytes_per_s, 0.1);
  expect_near(fitted.token_overhead_s, expected.token_overhead_s, 0.01);
  expect_near(fitted.vocabulary_overhead_s, expected.vocabulary_overhead_s, 0.01);
  expect_near(fitted.request_overhead_s, expected.request_overhead_s, 0.01);
}

TEST(EngineSpeedFit, NoiseGivesNoNegativeOrInfiniteSpeed) {
  SpeedReadings noisy = readings();
  for (CacheReadings& cache : noisy.caches) {
    cache.long_heads.token_s = cache.long_heads.empty.token_s / 2;
    cache.short_heads.prompt_s = 0;
  }
  noisy.weights.front().probe.token_s = 0;
  noisy.server.token_s = 0;
  const MachineSpeed fitted = fit_machine_speed(noisy);
  EXPECT_TRUE(gguf::machine_speed_from_json(gguf::to_json(fitted)).has_value());
  EXPECT_EQ(fitted.types.size(), 1U);
  EXPECT_EQ(fitted.token_overhead_s, 0);
}

TEST(EngineSpeedFit, NothingReadIsNothingKnown) {
  const MachineSpeed fitted = fit_machine_speed({});
  EXPECT_TRUE(fitted.types.empty());
  EXPECT_TRUE(gguf::machine_speed_from_json(gguf::to_json(fitted)).has_value());
}

TEST(WeightsProbe, IsLargerThanAskedWhateverTheType) {
  const test::TemporaryFolder folder;
  for (const char* type : {"F16", "Q8_0", "Q6_K", "Q4_0", "IQ2_XXS"}) {
    const std::uint64_t asked = 600U << 20U;
    const auto probe = write_probe(weights_probe(type, asked), type, folder.path() / "p.gguf");
    ASSERT_TRUE(probe.has_value()) << probe.error().to_string();
    EXPECT_GE(probe->header.weight_bytes(), asked);
    EXPECT_LT(probe->header.weight_bytes(), 2 * asked);
    const auto reread = gguf::read_header(probe->path);
    ASSERT_TRUE(reread.has_value()) << reread.error().to_string();
    EXPECT_EQ(reread->weight_bytes(), probe->header.weight_bytes());
    EXPECT_EQ(reread->quantization(), probe->header.quantization());
  }
}

}  // namespace
}  // namespace assay::scope
