#include "cli/cli.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/json.h"
#include "support/outside.h"
#include "support/temporary_folder.h"

namespace assay::cli {
namespace {

using testing::HasSubstr;

/// Runs whole commands in this process.
class CommandTest : public testing::Test {
 protected:
  int run(const std::vector<std::string>& arguments) {
    outside_.forget_output();
    outside_.context().home = folder_.path() / "home";
    return cli::run(outside_.context(), arguments);
  }
  std::string write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    EXPECT_TRUE(base::write_file(path, text).has_value());
    return path.string();
  }

  test::TemporaryFolder folder_;
  test::Outside outside_;
};

constexpr const char* kStudy = R"([study]
name = "s"
tasks = "cases.jsonl"
[[model]]
name = "m"
url = "http://127.0.0.1:9/v1"
model = "m"
[factors]
temperature = [1.0]
)";
constexpr const char* kCases =
    "{\"id\":\"a\",\"prompt\":\"Say yes\",\"expect\":\"yes\",\"scorer\":\"contains\"}\n";

TEST_F(CommandTest, HelpOfEveryVerbShowsAnExample) {
  for (const std::vector<std::string>& verb :
       std::vector<std::vector<std::string>>{{},
                                             {"study"},
                                             {"study", "plan"},
                                             {"study", "run"},
                                             {"study", "resume"},
                                             {"study", "status"},
                                             {"study", "report"},
                                             {"study", "list"},
                                             {"decide"},
                                             {"export"},
                                             {"compare"},
                                             {"verify"},
                                             {"doctor"},
                                             {"gguf"},
                                             {"gguf", "show"},
                                             {"gguf", "hollow"},
                                             {"twin"}}) {
    std::vector<std::string> arguments = verb;
    arguments.emplace_back("--help");
    EXPECT_EQ(run(arguments), 0);
    EXPECT_THAT(outside_.out(), HasSubstr("Example:\n  assay")) << testing::PrintToString(verb);
    EXPECT_EQ(outside_.err(), "");
  }
}

TEST_F(CommandTest, WrongUsageIsCodeTwoOnStderr) {
  EXPECT_EQ(run({"study", "plan"}), 2);
  EXPECT_THAT(outside_.err(), HasSubstr("error:"));
  EXPECT_EQ(outside_.out(), "");
  EXPECT_EQ(run({"no-such-verb"}), 2);
  EXPECT_EQ(run({}), 2);
}

TEST_F(CommandTest, AWordThatIsNoSubcommandIsNamedWithWhatThereIs) {
  EXPECT_EQ(run({"study", "repot"}), 2);
  EXPECT_THAT(outside_.err(), HasSubstr("`assay study` has no subcommand `repot`"));
  EXPECT_THAT(outside_.err(), HasSubstr("did you mean `report`? known: plan, run"));
  EXPECT_EQ(run({"--home", "study", "frob"}), 2);
  EXPECT_THAT(outside_.err(), HasSubstr("`assay` has no subcommand `frob`"));
  EXPECT_EQ(run({"study"}), 2);
  EXPECT_THAT(outside_.err(), HasSubstr("`assay study` needs a subcommand"));
}

TEST_F(CommandTest, AGateIsReadBeforeAnythingRuns) {
  write("cases.jsonl", kCases);
  const std::string file = write("study.toml", kStudy);
  EXPECT_EQ(run({"study", "run", file, "--yes", "--fail-on", "accuracy<high"}), 2);
  EXPECT_THAT(outside_.err(), HasSubstr("expected a number"));
  EXPECT_EQ(run({"study", "status", "latest"}), 3);
}

TEST_F(CommandTest, ACardIsRefusedWithItsPlace) {
  const std::string file = write("card.json", "{\"format\": 7}");
  EXPECT_EQ(run({"verify", file}), 3);
  EXPECT_THAT(outside_.err(), HasSubstr("card.json"));
  EXPECT_EQ(run({"verify", write("cut.json", "{\"format\": ")}), 3);
  EXPECT_THAT(outside_.err(), HasSubstr("cut.json"));
}

TEST_F(CommandTest, PlanPrintsOneJsonRecord) {
  write("cases.jsonl", kCases);
  const std::string file = write("study.toml", kStudy);
  ASSERT_EQ(run({"study", "plan", file, "--json"}), 0) << outside_.err();
  const base::Json record = base::parse_json(outside_.out()).value();
  EXPECT_EQ(record["runs"], 6);
  EXPECT_EQ(record["cells"].size(), 2U);
  ASSERT_EQ(run({"study", "plan", file, "--models", "http://127.0.0.1:9/v1#other", "--json"}), 0);
  EXPECT_EQ(base::parse_json(outside_.out()).value()["models"][0]["model"], "other");
}

TEST_F(CommandTest, BadInputIsCodeThreeAndNamesThePlace) {
  const std::string file = write("study.toml", "[study]\nname = 3\n");
  EXPECT_EQ(run({"study", "plan", file}), 3);
  EXPECT_THAT(outside_.err(), HasSubstr("study.toml"));
  EXPECT_EQ(run({"study", "plan", (folder_.path() / "absent.toml").string()}), 3);
  EXPECT_EQ(run({"study", "status", "nothing"}), 3);
  EXPECT_THAT(outside_.err(), HasSubstr("no study was run under this home yet"));
}

TEST_F(CommandTest, AnEnvelopeNobodyAcceptedIsRefused) {
  write("cases.jsonl", kCases);
  const std::string file = write("study.toml", kStudy);
  EXPECT_EQ(run({"study", "run", file}), 6);
  EXPECT_THAT(outside_.err(), HasSubstr("--yes"));
}

TEST_F(CommandTest, AnEndpointThatIsNotThereIsCodeFour) {
  write("cases.jsonl", kCases);
  const std::string file = write("study.toml", kStudy);
  EXPECT_EQ(run({"study", "run", file, "--yes"}), 4);
  ASSERT_EQ(run({"study", "status", "latest", "--json"}), 0) << outside_.err();
  const base::Json status = base::parse_json(outside_.out()).value();
  EXPECT_EQ(status["state"], "failed");
  EXPECT_EQ(status["trials"]["done"], 0);
  EXPECT_EQ(status["trials"]["planned"], 6);
}

}  // namespace
}  // namespace assay::cli
