#include "endpoint/guest_learning.h"

#include <gmock/gmock.h>

#include <fstream>

#include "support/outside.h"
#include "support/temporary_folder.h"

namespace assay::endpoint {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

GuestReady sample_ready() {
  GuestReady ready;
  ready.architecture = "llama";
  ready.predicted.weights = 800 * kMebibyte;
  ready.predicted.compute = 100 * kMebibyte;
  ready.predicted.overhead = 50 * kMebibyte;
  ready.buffers.processor.weights = 800 * kMebibyte;
  ready.buffers.processor.compute = 90 * kMebibyte;
  ready.buffers.processor.cache_windowed = kMebibyte;
  ready.loaded_bytes = 700 * kMebibyte;
  return ready;
}

GuestSettings settings_of(const std::string& model, std::int64_t context = 1024) {
  GuestSettings settings;
  settings.model = "/models/" + model;
  settings.context_tokens = context;
  return settings;
}

const Engine kEngine{"/bin/llama-server", {}, "version: 1", "PATH"};

TEST(GuestMemoryRow, ComesBackAsTheReadingItWasMadeOf) {
  const auto row =
      guest_memory_row(kEngine, settings_of("a.gguf"), sample_ready(), 960 * kMebibyte);
  EXPECT_EQ(row.model, "a.gguf");
  EXPECT_EQ(row.engine, "version: 1");
  EXPECT_THAT(row.settings, HasSubstr(R"("--ctx-size","1024")"));
  EXPECT_THAT(row.settings, testing::Not(HasSubstr("/models")));
  EXPECT_THAT(row.actual, HasSubstr(R"("resident_loaded":734003200)"));
  const auto reading = reading_of(row);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->architecture, "llama");
  EXPECT_EQ(reading->predicted.overhead, 50 * kMebibyte);
  EXPECT_EQ(reading->told.compute, 90 * kMebibyte);
  EXPECT_EQ(reading->told.cache.windowed, kMebibyte);
  EXPECT_EQ(reading->told.overhead, 0U);
  EXPECT_EQ(reading->resident, 960 * kMebibyte);
}

TEST(GuestMemoryRow, OfAGuestOnACardTeachesNothing) {
  GuestReady ready = sample_ready();
  ready.buffers.devices.weights = 1;
  EXPECT_EQ(reading_of(guest_memory_row(kEngine, settings_of("a.gguf"), ready, kMebibyte)),
            std::nullopt);
}

TEST(ReadingOf, PassesOverRowsOfAnotherForm) {
  const auto whole = guest_memory_row(kEngine, settings_of("a.gguf"), sample_ready(), kMebibyte);
  for (const char* text : {"", "{", "[]", "7", "null", R"({"weights":-1})", R"({"weights":"much"})",
                           R"({"weights":1e300})"}) {
    auto row = whole;
    row.predicted = text;
    EXPECT_EQ(reading_of(row), std::nullopt) << text;
    row = whole;
    row.actual = text;
    EXPECT_EQ(reading_of(row), std::nullopt) << text;
  }
}

class GuestLearningTest : public testing::Test {
 protected:
  std::filesystem::path cache() const { return folder_.path() / "cache"; }

  void keep(const Engine& engine, const std::string& model, std::uint64_t resident_mebibytes) {
    GuestMemoryKeeper(outside_.context())
        .keep(engine, settings_of(model), sample_ready(), resident_mebibytes * kMebibyte);
  }

  gguf::Correction learned(std::string_view engine) {
    const auto found = learned_correction(outside_.context(), engine, "llama");
    EXPECT_TRUE(found.has_value());
    return found.value_or(gguf::Correction{});
  }

  test::TemporaryFolder folder_;
  test::Outside outside_{{{"XDG_CACHE_HOME", (folder_.path() / "cache").string()}}};
};

TEST_F(GuestLearningTest, LearnsFromWhatItKept) {
  keep(kEngine, "a.gguf", 960);
  keep(kEngine, "b.gguf", 964);
  const gguf::Correction correction = learned("version: 1");
  EXPECT_EQ(correction.readings, 2U);
  EXPECT_TRUE(correction.applied);
  EXPECT_DOUBLE_EQ(correction.compute_ratio, 0.9);
  // 960 − 891 − 50 and 964 − 891 − 50.
  EXPECT_DOUBLE_EQ(correction.overhead_bytes, 21.0 * kMebibyte);
  EXPECT_EQ(outside_.err(), "");
}

TEST_F(GuestLearningTest, LearnsFromTheSameEngineOnly) {
  keep(kEngine, "a.gguf", 960);
  Engine later = kEngine;
  later.version = "version: 2";
  keep(later, "b.gguf", 960);
  EXPECT_EQ(learned("version: 1").readings, 1U);
  EXPECT_EQ(learned("version: 3").readings, 0U);
  EXPECT_EQ(learned("").readings, 2U);
}

TEST_F(GuestLearningTest, AskedBeforeAnythingWasKeptMakesNoStore) {
  EXPECT_EQ(learned("").readings, 0U);
  EXPECT_FALSE(std::filesystem::exists(cache()));
}

TEST_F(GuestLearningTest, KeepsNothingOfAGuestThatWasNeverSeen) {
  keep(kEngine, "a.gguf", 0);
  EXPECT_FALSE(std::filesystem::exists(cache()));
}

TEST_F(GuestLearningTest, SaysOnceThatItCannotKeep) {
  std::ofstream(cache()) << "a file where the folder should be";
  GuestMemoryKeeper keeper(outside_.context());
  keeper.keep(kEngine, settings_of("a.gguf"), sample_ready(), kMebibyte);
  EXPECT_THAT(outside_.err(), HasSubstr("note: what this guest held is not kept"));
  outside_.forget_output();
  keeper.keep(kEngine, settings_of("a.gguf"), sample_ready(), kMebibyte);
  EXPECT_EQ(outside_.err(), "");
}

}  // namespace
}  // namespace assay::endpoint
