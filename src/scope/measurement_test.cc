// Real measurements of memory and disk, small ones where the request allows it; the engine's part
// is played by functions.
#include "scope/measurement.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/file.h"
#include "host/machine.h"
#include "scope/record.h"
#include "store/machine_store.h"
#include "support/outside.h"
#include "support/program_file.h"
#include "support/temporary_folder.h"

namespace assay::scope {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

class MeasurementTest : public testing::Test {
 protected:
  MeasurementTest() {
    outside_.context().home = folder_.path() / "home";
    outside_.context().environment["XDG_CACHE_HOME"] = (folder_.path() / "cache").string();
  }

  /// Short ones: arrays of one mebibyte, a model of four.
  MeasureRequest request() const {
    MeasureRequest made;
    made.array_bytes = std::uint64_t{1} << 20U;
    made.model_file = folder_.path() / "model.gguf";
    EXPECT_TRUE(
        base::write_file(made.model_file, std::string(std::size_t{4} << 20U, 'm')).has_value());
    return made;
  }

  /// An engine that find_engine() finds, whose speed is what `measure_engine` says.
  MeasureRequest request_with_engine(MeasureEngine measure_engine) {
    const auto server = folder_.path() / "bin" / "llama-server";
    test::write_program(server, "echo 'version: 7 (fake)'");
    outside_.context().environment["ASSAY_LLAMA_SERVER"] = server.string();
    MeasureRequest made = request();
    auto engine = endpoint::find_engine(outside_.context());
    EXPECT_TRUE(engine.has_value());
    made.engine = *engine;
    made.measure_engine = std::move(measure_engine);
    return made;
  }

  std::optional<KnownScope> known() const {
    auto found = known_scope(outside_.context());
    EXPECT_TRUE(found.has_value()) << found.error().to_string();
    return found.value_or(std::nullopt);
  }

  test::TemporaryFolder folder_;
  test::Outside outside_;
};

base::Result<gguf::MachineSpeed> some_speed(const base::Context&, const endpoint::Engine&,
                                            const EngineSpeedRequest& request) {
  gguf::MachineSpeed speed;
  speed.read_bytes_per_s = request.read_bytes_per_s;
  speed.types = {{"Q4_0", request.read_bytes_per_s / 2, 1e9, 0, 0}};
  return speed;
}

TEST_F(MeasurementTest, NothingIsKnownBeforeTheFirst) {
  EXPECT_FALSE(known().has_value());
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "cache")) << "asking makes no file";
}

TEST_F(MeasurementTest, IsKeptAndFoundAgain) {
  const auto measured = measure(outside_.context(), request_with_engine(some_speed));
  ASSERT_TRUE(measured.has_value()) << measured.error().to_string();
  EXPECT_GT(measured->speed.read_bytes_per_s, 0);
  EXPECT_EQ(measured->record["disk"]["bytes_read"], 4 << 20);
  EXPECT_EQ(measured->record["engine"]["version"], "version: 7 (fake)");
  const auto found = known();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->id, measured->id);
  ASSERT_EQ(found->speed.types.size(), 1U);
  EXPECT_EQ(found->speed.types[0].decode_bytes_per_s, measured->speed.read_bytes_per_s / 2);
  EXPECT_THAT(outside_.err(), HasSubstr("measuring  memory"));
  EXPECT_EQ(outside_.out(), "");
}

TEST_F(MeasurementTest, WithoutTheEngineServesUntilThereIsOneWith) {
  const auto bare = measure(outside_.context(), request());
  ASSERT_TRUE(bare.has_value()) << bare.error().to_string();
  EXPECT_TRUE(bare->record["engine"].is_null());
  EXPECT_EQ(known()->id, bare->id);
  const MeasureRequest full = request_with_engine(some_speed);
  EXPECT_EQ(known()->id, bare->id) << "better than nothing";
  const auto measured = measure(outside_.context(), full);
  ASSERT_TRUE(measured.has_value());
  EXPECT_EQ(known()->id, measured->id);
}

TEST_F(MeasurementTest, OfAnotherEngineDoesNotCount) {
  ASSERT_TRUE(measure(outside_.context(), request_with_engine(some_speed)).has_value());
  test::write_program(folder_.path() / "bin" / "llama-server", "echo 'version: 8 (newer)'");
  EXPECT_FALSE(known().has_value());
}

TEST_F(MeasurementTest, KeepsTheRestWhenTheEngineCannotBeMeasured) {
  const auto request =
      request_with_engine([](const base::Context&, const endpoint::Engine&,
                             const EngineSpeedRequest&) -> base::Result<gguf::MachineSpeed> {
        return base::unreachable("no llama-bench beside llama-server", "build it");
      });
  const auto measured = measure(outside_.context(), request);
  ASSERT_TRUE(measured.has_value()) << measured.error().to_string();
  EXPECT_TRUE(measured->record["engine"].is_null());
  EXPECT_THAT(base::dump_json(measured->record["warnings"]), HasSubstr("no llama-bench"));
}

TEST_F(MeasurementTest, KeepsNothingWhenItIsInterrupted) {
  const auto request =
      request_with_engine([this](const base::Context&, const endpoint::Engine&,
                                 const EngineSpeedRequest&) -> base::Result<gguf::MachineSpeed> {
        outside_.interrupt().request(2);
        return base::Error{ErrorKind::Interrupted, "stopped", "", ""};
      });
  const auto measured = measure(outside_.context(), request);
  ASSERT_FALSE(measured.has_value());
  EXPECT_EQ(measured.error().kind, ErrorKind::Interrupted);
  EXPECT_FALSE(known().has_value());
}

TEST_F(MeasurementTest, SaysWhenTheDiskCannotBeMeasured) {
  MeasureRequest missing = request();
  missing.model_file = folder_.path() / "gone.gguf";
  const auto measured = measure(outside_.context(), missing);
  ASSERT_TRUE(measured.has_value()) << measured.error().to_string();
  EXPECT_TRUE(measured->record["disk"].is_null());
  EXPECT_THAT(base::dump_json(measured->record["warnings"]), HasSubstr("The disk could not"));
}

TEST_F(MeasurementTest, OfDamagedRecordsAreErrors) {
  auto store = store::MachineStore::open(store::machine_store_file(outside_.context()));
  ASSERT_TRUE(store.has_value());
  const auto fingerprint = scope_fingerprint(host::read_machine(outside_.context().home), "");
  ASSERT_TRUE(store->add_scope({"x", fingerprint, 1, "{}"}).has_value());
  const auto found = known_scope(outside_.context());
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().kind, ErrorKind::BadInput);
  EXPECT_THAT(found.error().hint, HasSubstr("assay scope --fresh"));
}

}  // namespace
}  // namespace assay::scope
