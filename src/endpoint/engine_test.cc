#include "endpoint/engine.h"

#include <gmock/gmock.h>

#include <fstream>

#include "support/outside.h"
#include "support/program_file.h"
#include "support/temporary_folder.h"

namespace assay::endpoint {
namespace {

using test::Outside;
using test::write_program;
using testing::HasSubstr;

constexpr std::string_view kPrintsVersion = "echo 'log line' >&2; echo 'version: 7 (abc)' >&2";

class EngineTest : public testing::Test {
 protected:
  std::string path(std::string_view below) { return (folder_.path() / below).string(); }
  test::TemporaryFolder folder_;
};

TEST_F(EngineTest, NamedOneComesFirst) {
  write_program(path("own/llama-server"), kPrintsVersion);
  write_program(path("own/llama-quantize"), "exit 0");
  write_program(path("cache/current/bin/llama-server"), kPrintsVersion);
  const Outside outside(
      {{"ASSAY_LLAMA_SERVER", path("own/llama-server")}, {"ASSAY_ENGINE_CACHE", path("cache")}});
  const auto engine = find_engine(outside.context());
  ASSERT_TRUE(engine.has_value()) << engine.error().to_string();
  EXPECT_EQ(engine->server, path("own/llama-server"));
  EXPECT_EQ(engine->quantize, path("own/llama-quantize"));
  EXPECT_EQ(engine->version, "version: 7 (abc)");
  EXPECT_EQ(engine->source, "ASSAY_LLAMA_SERVER");
}

TEST_F(EngineTest, NamedOneThatIsNoneIsAnErrorEvenWhereAnotherWouldDo) {
  write_program(path("bin/llama-server"), kPrintsVersion);
  const Outside missing({{"ASSAY_LLAMA_SERVER", path("none")}, {"PATH", path("bin")}});
  const auto none = find_engine(missing.context());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(none.error().context, HasSubstr("ASSAY_LLAMA_SERVER"));

  write_program(path("other"), "echo hello; echo; echo there; exit 2");
  const Outside other({{"ASSAY_LLAMA_SERVER", path("other")}});
  const auto stranger = find_engine(other.context());
  ASSERT_FALSE(stranger.has_value());
  EXPECT_THAT(stranger.error().message,
              testing::AllOf(HasSubstr("exit code 2"), HasSubstr("printed `hello there`")));
}

TEST_F(EngineTest, PathComesLast) {
  write_program(path("bin/llama-server"), kPrintsVersion);
  const Outside outside({{"HOME", path("home")}, {"PATH", "/nowhere:" + path("bin")}});
  const auto engine = find_engine(outside.context());
  ASSERT_TRUE(engine.has_value()) << engine.error().to_string();
  EXPECT_EQ(engine->source, "PATH");
  EXPECT_TRUE(engine->quantize.empty());
}

#ifndef ASSAY_LLAMA_SYSTEM
TEST_F(EngineTest, PinnedOneStandsInThePerUserCache) {
  write_program(path("home/.cache/assay/engine/v1/bin/llama-server"), kPrintsVersion);
  std::filesystem::create_directory_symlink("v1", path("home/.cache/assay/engine/current"));
  write_program(path("bin/llama-server"), kPrintsVersion);
  const Outside outside({{"HOME", path("home")}, {"PATH", path("bin")}});
  const auto engine = find_engine(outside.context());
  ASSERT_TRUE(engine.has_value()) << engine.error().to_string();
  EXPECT_EQ(engine->source, "pinned");
  EXPECT_EQ(engine->server, path("home/.cache/assay/engine/current/bin/llama-server"));
}
#endif

TEST_F(EngineTest, NoneAtAllSaysHowToMendIt) {
  const Outside outside({{"HOME", path("home")}});
  const auto engine = find_engine(outside.context());
  ASSERT_FALSE(engine.has_value());
  EXPECT_EQ(engine.error().kind, base::ErrorKind::Unreachable);
  EXPECT_THAT(engine.error().hint, HasSubstr("tools/engine"));
}

}  // namespace
}  // namespace assay::endpoint
