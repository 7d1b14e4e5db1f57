#include "catalog/folder_walk.h"

#include <gmock/gmock.h>

#include <fstream>

#include "support/temporary_folder.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class FolderWalkTest : public testing::Test {
 protected:
  void put(const fs::path& file) {
    fs::create_directories((folder() / file).parent_path());
    std::ofstream(folder() / file) << "x";
  }
  fs::path folder() const { return temporary_.path(); }

  Findings walk(const WalkLimits& limits = {}) {
    Findings findings;
    walk_folder(folder(), findings, limits);
    return findings;
  }
  static std::vector<std::string> names(const Findings& findings) {
    std::vector<std::string> found;
    for (const FoundFile& file : findings.files) found.push_back(file.name);
    return found;
  }

  test::TemporaryFolder temporary_;
};

TEST_F(FolderWalkTest, FindsModelsByTheirEndingAndNamesThemByTheirPath) {
  put("b.gguf");
  put("a/Model.Q4.GGUF");
  put("a/program.llamafile");
  put("readme.md");
  put("b.gguf.json");
  EXPECT_THAT(names(walk()), ElementsAre("b", "a/Model.Q4", "a/program"));
}

TEST_F(FolderWalkTest, LinksInACircleEnd) {
  put("a/m.gguf");
  fs::create_directory_symlink(folder(), folder() / "a/again");
  fs::create_directory_symlink(folder() / "a", folder() / "second");
  const Findings findings = walk();
  EXPECT_THAT(names(findings), ElementsAre("a/m"));
  EXPECT_THAT(findings.unusable, IsEmpty());
}

TEST_F(FolderWalkTest, LinkToNothingIsListed) {
  fs::create_symlink(folder() / "gone.gguf", folder() / "link.gguf");
  const Findings findings = walk();
  ASSERT_THAT(findings.unusable, SizeIs(1));
  EXPECT_EQ(findings.unusable[0].path.filename(), "link.gguf");
  EXPECT_THAT(findings.unusable[0].reason, HasSubstr("not there"));
}

TEST_F(FolderWalkTest, StopsAtItsLimitsAndSaysSo) {
  put("a/b/deep.gguf");
  put("top.gguf");
  const Findings shallow = walk({1, 100});
  EXPECT_THAT(names(shallow), ElementsAre("top"));
  ASSERT_THAT(shallow.unusable, SizeIs(1));
  EXPECT_THAT(shallow.unusable[0].reason, HasSubstr("1 folders deep"));

  for (int i = 0; i < 20; ++i) put("many/" + std::to_string(i) + ".gguf");
  const Findings few = walk({8, 10});
  ASSERT_THAT(few.unusable, SizeIs(1));
  EXPECT_THAT(few.unusable[0].reason, HasSubstr("more than 10 files"));
}

TEST_F(FolderWalkTest, MissingFolderAddsNothing) {
  Findings findings;
  walk_folder(folder() / "none", findings);
  EXPECT_THAT(findings.files, IsEmpty());
  EXPECT_THAT(findings.unusable, IsEmpty());
}

}  // namespace
}  // namespace assay::catalog
