#include <gmock/gmock.h>

#include "base/file.h"
#include "support/temporary_folder.h"
#include "task/case.h"

namespace assay::task {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class LoadPack : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, std::string_view content) const {
    const std::filesystem::path path = folder_.path() / name;
    EXPECT_TRUE(base::write_file(path, content).has_value());
    return path;
  }

  /// The error with the test's folder left out.
  std::string error_of(const std::filesystem::path& path) const {
    const auto pack = load_pack(path);
    if (pack.has_value()) return "accepted";
    std::string text = pack.error().to_string();
    const std::string prefix = folder_.path().string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  std::string error_of_toml(std::string_view toml) const {
    return error_of(write("pack.toml", toml));
  }

  static Pack loaded(const std::filesystem::path& path) {
    auto pack = load_pack(path);
    if (!pack.has_value()) {
      ADD_FAILURE() << pack.error().to_string();
      return {};
    }
    return *std::move(pack);
  }

  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  test::TemporaryFolder folder_;
};

constexpr std::string_view kFirst =
    R"({"id": "a-1", "prompt": "p", "expect": "x", "scorer": "exact", "tags": ["a"]})"
    "\n";
constexpr std::string_view kSecond =
    R"({"id": "b-1", "prompt": "q", "expect": "y", "scorer": "contains", "tier": 2})"
    "\n";
constexpr std::string_view kBare = R"({"id": "c-1", "prompt": "r", "expect": "z"})"
                                   "\n";

TEST_F(LoadPack, ReadsTheFilesOfATomlInTheirOrder) {
  write("sub/b.jsonl", kSecond);
  write("a.jsonl", kFirst);
  const Pack pack = loaded(write("desk.toml", R"(
[pack]
name = "desk"
description = "Chores."
license = "Apache-2.0"
cases = ["sub/b.jsonl", "a.jsonl"]
)"));
  EXPECT_EQ(pack.name, "desk");
  EXPECT_EQ(pack.description, "Chores.");
  EXPECT_EQ(pack.license, "Apache-2.0");
  ASSERT_EQ(pack.cases.size(), 2U);
  EXPECT_EQ(pack.cases[0].id, "b-1");
  EXPECT_EQ(pack.cases[1].id, "a-1");
  EXPECT_THAT(pack.cases[0].source, EndsWith("sub/b.jsonl:1"));
}

TEST_F(LoadPack, TakesAFolderOrABareJsonl) {
  write("desk/a.jsonl", kFirst);
  write("desk/pack.toml", "[pack]\ncases = [\"a.jsonl\"]\n");
  EXPECT_EQ(loaded(folder() / "desk").name, "desk");
  EXPECT_EQ(loaded(folder() / "desk" / "a.jsonl").name, "a");
}

TEST_F(LoadPack, AppliesDefaultsOnlyWhereTheCaseIsSilent) {
  write("a.jsonl", std::string(kFirst) + std::string(kBare));
  const Pack pack = loaded(write("pack.toml", R"(
[pack]
cases = ["a.jsonl"]
[defaults]
scorer = {type = "contains", case_sensitive = true}
tier = 3
tags = ["bare", "late"]
system = "Answer briefly."
)"));
  ASSERT_EQ(pack.cases.size(), 2U);
  EXPECT_EQ(pack.cases[0].scorer, base::Json::parse(R"({"type": "exact"})"));
  EXPECT_THAT(pack.cases[0].tags, ElementsAre("a"));
  EXPECT_EQ(pack.cases[0].tier, 3);
  EXPECT_EQ(pack.cases[1].scorer["case_sensitive"], true);
  EXPECT_THAT(pack.cases[1].tags, ElementsAre("bare", "late"));
  EXPECT_EQ(pack.cases[1].messages[0]["content"], "Answer briefly.");
}

TEST_F(LoadPack, LeavesACasesOwnSystemMessageAlone) {
  write("a.jsonl",
        R"({"id": "a", "system": "Mine.", "prompt": "p", "expect": "x"})"
        "\n"
        R"({"id": "b", "messages": [{"role": "system", "content": "Ours."}], "expect": "x"})");
  const Pack pack = loaded(write("pack.toml",
                                 "[pack]\ncases = [\"a.jsonl\"]\n"
                                 "[defaults]\nscorer = \"exact\"\nsystem = \"Default.\"\n"));
  ASSERT_EQ(pack.cases.size(), 2U);
  EXPECT_EQ(pack.cases[0].messages[0]["content"], "Mine.");
  EXPECT_EQ(pack.cases[1].messages.size(), 1U);
  EXPECT_EQ(pack.cases[1].messages[0]["content"], "Ours.");
}

TEST_F(LoadPack, HashesTheCasesAndNothingElse) {
  const std::string hash =
      loaded(write("a.jsonl", std::string(kFirst) + std::string(kSecond))).hash;
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(loaded(write("b.jsonl", "\n" + std::string(kSecond) + std::string(kFirst))).hash, hash);

  write("first.jsonl", kFirst);
  write("second.jsonl", R"({"tier": 2, "scorer": {"type": "contains"}, "expect": "y", "id": "b-1",)"
                        R"( "messages": [{"content": "q", "role": "user"}]})");
  EXPECT_EQ(
      loaded(write("pack.toml", "[pack]\ncases = [\"first.jsonl\", \"second.jsonl\"]\n")).hash,
      hash);

  EXPECT_NE(loaded(write("c.jsonl", kFirst)).hash, hash);
  std::string harder(kSecond);
  harder.replace(harder.find("\"tier\": 2"), 9, "\"tier\": 3");
  EXPECT_NE(loaded(write("d.jsonl", std::string(kFirst) + harder)).hash, hash);
  std::string longer(kSecond);
  longer.replace(longer.find("\"tier\": 2"), 9, "\"tier\": 2, \"follow_ups\": [\"And?\"]");
  EXPECT_NE(loaded(write("e.jsonl", std::string(kFirst) + longer)).hash, hash);
}

TEST_F(LoadPack, NamesBothPlacesOfAnIdUsedInTwoFiles) {
  write("a.jsonl", kFirst);
  write("b.jsonl", "\n" + std::string(kFirst));
  EXPECT_THAT(error_of_toml("[pack]\ncases = [\"a.jsonl\", \"b.jsonl\"]\n"),
              HasSubstr("b.jsonl:2: id: expected an id of its own, found the string \"a-1\" again; "
                        "it is first used at a.jsonl:1"));
}

TEST_F(LoadPack, NamesFileLineAndKeyOfWhatIsWrong) {
  EXPECT_THAT(error_of_toml("[pack]\nname = 3\ncases = []\n"),
              HasSubstr("pack.toml:2: name: expected a string that is not empty, found the"));
  EXPECT_THAT(error_of_toml("[pack]\ncases = []\n"),
              HasSubstr("pack.toml:2: cases: expected at least one JSONL file"));
  EXPECT_THAT(error_of_toml("[pack]\ncases = \"a.jsonl\"\n"),
              HasSubstr("pack.toml:2: cases: expected a list of strings"));
  EXPECT_THAT(error_of_toml("[pack]\ncases = [3]\n"), HasSubstr("found the integer 3"));
  EXPECT_THAT(error_of_toml("\n[pack]\nname = \"x\"\n"),
              HasSubstr("pack.toml:2: [pack] cases: expected the list of JSONL files"));
  EXPECT_THAT(error_of_toml("pack = 3\n"), HasSubstr("pack: expected a table"));
  EXPECT_THAT(error_of_toml(""), HasSubstr("pack.toml: expected a table [pack], found none"));
}

TEST_F(LoadPack, SuggestsTheNearestKey) {
  EXPECT_THAT(error_of_toml("[pack]\nlicence = \"x\"\n"), HasSubstr("did you mean `license`?"));
  EXPECT_THAT(error_of_toml("[packs]\n"), HasSubstr("did you mean `pack`?"));
  EXPECT_THAT(error_of_toml("[pack]\ncases = [\"a.jsonl\"]\n[defaults]\ntag = [\"x\"]\n"),
              HasSubstr("did you mean `tags`?"));
}

TEST_F(LoadPack, ChecksTheDefaults) {
  const auto error = [this](const std::string& line) {
    return error_of_toml("[pack]\ncases = [\"a.jsonl\"]\n[defaults]\n" + line + "\n");
  };
  EXPECT_THAT(error("scorer = \"contain\""),
              HasSubstr("pack.toml:4: scorer: expected a scorer, found \"contain\"\n"
                        "hint: did you mean `contains`?"));
  EXPECT_THAT(error("scorer = {type = \"numeric\", tolerance = [1]}"),
              HasSubstr("scorer.tolerance: expected a string, a number, true or false"));
  EXPECT_THAT(error("tier = 0"), HasSubstr("pack.toml:4: tier: expected 1 (easy), 2 or 3 (hard)"));
  EXPECT_THAT(error("tier = \"1\""), HasSubstr("found the string \"1\""));
  EXPECT_THAT(error("system = 1"), HasSubstr("pack.toml:4: system: expected a string"));
}

TEST_F(LoadPack, SaysWhichFileIsMissingOrForeign) {
  EXPECT_THAT(error_of_toml("[pack]\ncases = [\"none.jsonl\"]\n"),
              HasSubstr("none.jsonl: no such file"));
  EXPECT_THAT(error_of(folder() / "none"), HasSubstr("none: expected a .toml task pack"));
  EXPECT_THAT(error_of(folder() / "none.jsonl"), HasSubstr("none.jsonl: no such file"));
  std::filesystem::create_directory(folder() / "empty");
  EXPECT_THAT(error_of(folder() / "empty"), HasSubstr("empty/pack.toml: no such file"));
}

TEST_F(LoadPack, PointsToTheFormatOnMalformedToml) {
  const std::string error = error_of_toml("[pack\n");
  EXPECT_THAT(error, HasSubstr("pack.toml:1:"));
  EXPECT_THAT(error, HasSubstr("docs/reference/task-files.md"));
}

TEST_F(LoadPack, AcceptsByteOrderMarksInBothFormats) {
  write("a.jsonl", "\xEF\xBB\xBF" + std::string(kFirst));
  EXPECT_EQ(loaded(write("pack.toml", "\xEF\xBB\xBF[pack]\ncases = [\"a.jsonl\"]\n")).cases.size(),
            1U);
}

}  // namespace
}  // namespace assay::task
