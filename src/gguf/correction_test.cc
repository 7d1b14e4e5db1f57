#include "gguf/correction.h"

#include <gtest/gtest.h>

namespace assay::gguf {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

/// Weights of 800 MiB, compute predicted at 100 and told at `compute`, overhead predicted at 100
/// and `beyond` more of it in truth; all in MiB.
MemoryReading reading(std::string architecture, std::string model, std::uint64_t compute,
                      std::uint64_t beyond, std::string settings = "{}") {
  MemoryReading made;
  made.architecture = std::move(architecture);
  made.model = std::move(model);
  made.settings = std::move(settings);
  made.predicted.weights = 800 * kMebibyte;
  made.predicted.compute = 100 * kMebibyte;
  made.predicted.overhead = 100 * kMebibyte;
  made.told.weights = 800 * kMebibyte;
  made.told.compute = compute * kMebibyte;
  made.resident = (800 + compute + 100 + beyond) * kMebibyte;
  return made;
}

TEST(LearnCorrection, IsTheWorkedNumberOfTheHeader) {
  const std::vector<MemoryReading> readings{
      reading("qwen3", "a", 90, 20), reading("qwen3", "b", 94, 30), reading("qwen3", "c", 200, 31)};
  Correction correction = learn_correction(readings, "qwen3");
  EXPECT_EQ(correction.readings, 3U);
  EXPECT_TRUE(correction.of_architecture);
  EXPECT_DOUBLE_EQ(correction.compute_ratio, 0.94);
  EXPECT_DOUBLE_EQ(correction.overhead_bytes, 30.0 * kMebibyte);
  correction.applied = true;
  EXPECT_NEAR(static_cast<double>(corrected(readings[0].predicted, correction).total()) / kMebibyte,
              1024, 1e-6);
}

TEST(LearnCorrection, WithoutReadingsChangesNothing) {
  const Correction correction = learn_correction({}, "qwen3");
  EXPECT_FALSE(correction.applied);
  EXPECT_FALSE(correction.of_architecture);
  EXPECT_EQ(correction.record.readings, 0U);
  const MemoryNeed need = reading("qwen3", "a", 90, 20).predicted;
  EXPECT_EQ(corrected(need, correction).total(), need.total());
}

TEST(LearnCorrection, IsNotAppliedAfterASingleReading) {
  const std::vector<MemoryReading> readings{reading("qwen3", "a", 90, 20)};
  const Correction correction = learn_correction(readings, "qwen3");
  EXPECT_EQ(correction.readings, 1U);
  EXPECT_FALSE(correction.applied);
  EXPECT_EQ(correction.record.readings, 0U);
}

TEST(LearnCorrection, PredictsEachModelFromTheOthers) {
  const std::vector<MemoryReading> readings{reading("llama", "a", 100, 50),
                                            reading("llama", "b", 100, 60)};
  const Correction correction = learn_correction(readings, "llama");
  ASSERT_EQ(correction.record.readings, 2U);
  // Each is predicted 10 MiB off by the other; without corrections they are 50 and 60 MiB off.
  EXPECT_EQ(correction.record.error_bytes_median, 10 * kMebibyte);
  EXPECT_EQ(correction.record.error_bytes_worst, 10 * kMebibyte);
  EXPECT_NEAR(correction.record.error_worst, 10.0 / 1050, 1e-9);
  EXPECT_EQ(correction.plain.error_bytes_median, 55 * kMebibyte);
  EXPECT_EQ(correction.plain.error_bytes_worst, 60 * kMebibyte);
  EXPECT_TRUE(correction.applied);
}

TEST(LearnCorrection, LeavesAModelOutWithAllItsSettings) {
  std::vector<MemoryReading> readings{reading("llama", "a", 100, 50, "1"),
                                      reading("llama", "a", 100, 50, "2"),
                                      reading("llama", "b", 100, 10, "1")};
  const Correction correction = learn_correction(readings, "llama");
  EXPECT_EQ(correction.record.readings, 3U);
  EXPECT_EQ(correction.record.error_bytes_median, 40 * kMebibyte);
}

TEST(LearnCorrection, IsNotAppliedWhereItHasBeenWorseThanNothing) {
  // Two models off in opposite directions: each teaches the other the wrong way.
  const std::vector<MemoryReading> readings{reading("llama", "a", 120, 0),
                                            reading("llama", "b", 80, 0)};
  const Correction correction = learn_correction(readings, "llama");
  EXPECT_GT(correction.record.error_median, correction.plain.error_median);
  EXPECT_FALSE(correction.applied);
}

TEST(LearnCorrection, CountsTheSameWayOfLoadingOnceAndByItsLastReading) {
  std::vector<MemoryReading> readings(5, reading("llama", "a", 100, 50));
  readings.push_back(reading("llama", "a", 100, 70));
  const Correction correction = learn_correction(readings, "llama");
  EXPECT_EQ(correction.readings, 1U);
  EXPECT_DOUBLE_EQ(correction.overhead_bytes, 70.0 * kMebibyte);
}

TEST(LearnCorrection, TakesAllArchitecturesWhereOneHasFewerThanThree) {
  std::vector<MemoryReading> readings{
      reading("llama", "a", 100, 10), reading("llama", "b", 100, 10),
      reading("llama", "c", 100, 10), reading("qwen3", "d", 100, 90)};
  EXPECT_EQ(learn_correction(readings, "llama").readings, 3U);
  const Correction other = learn_correction(readings, "qwen3");
  EXPECT_EQ(other.readings, 4U);
  EXPECT_FALSE(other.of_architecture);
  EXPECT_DOUBLE_EQ(other.overhead_bytes, 10.0 * kMebibyte);
}

TEST(LearnCorrection, NeverCorrectsWhatIsExactButReportsThatItIsOff) {
  std::vector<MemoryReading> readings{reading("llama", "a", 100, 0), reading("llama", "b", 100, 0)};
  readings[0].told.cache.full = 64 * kMebibyte;  // Predicted: 0.
  readings[0].resident += 64 * kMebibyte;
  const Correction correction = learn_correction(readings, "llama");
  EXPECT_EQ(correction.inexact, 1U);
  const MemoryNeed need = corrected(readings[0].predicted, correction);
  EXPECT_EQ(need.cache.total(), 0U);
  EXPECT_EQ(need.weights, readings[0].predicted.weights);
}

TEST(LearnCorrection, TakesTheLogsRoundingForExact) {
  std::vector<MemoryReading> readings{reading("llama", "a", 100, 0)};
  readings[0].told.weights += 5000;
  EXPECT_EQ(learn_correction(readings, "llama").inexact, 0U);
}

TEST(LearnCorrection, ExpectsOnlyWhatStaysMappedToBeTold) {
  std::vector<MemoryReading> readings{reading("llama", "a", 100, 0)};
  readings[0].told.weights -= 2 * kMebibyte;
  EXPECT_EQ(learn_correction(readings, "llama").inexact, 1U);
  readings[0].predicted.released = 2 * kMebibyte;
  EXPECT_EQ(learn_correction(readings, "llama").inexact, 0U);
}

TEST(LearnCorrection, PassesOverReadingsThatSayNothing) {
  std::vector<MemoryReading> readings{reading("llama", "a", 100, 0), reading("llama", "b", 100, 0)};
  readings[0].told.weights = 0;
  readings[1].resident = 0;
  EXPECT_EQ(learn_correction(readings, "llama").readings, 0U);
}

TEST(LearnCorrection, StandsAbsurdReadings) {
  MemoryReading absurd = reading("llama", "a", 100, 0);
  absurd.predicted.compute = ~std::uint64_t{0};
  absurd.told.compute = ~std::uint64_t{0} / 3;
  absurd.resident = 1;
  const std::vector<MemoryReading> readings{absurd, reading("llama", "b", 100, 0)};
  Correction correction = learn_correction(readings, "llama");
  EXPECT_GE(correction.compute_ratio, 0.25);
  correction.applied = true;
  correction.overhead_bytes = -1e30;
  EXPECT_EQ(corrected(readings[1].predicted, correction).overhead, 0U);
}

}  // namespace
}  // namespace assay::gguf
