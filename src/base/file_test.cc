#include "base/file.h"

#include <gmock/gmock.h>

#include "support/temporary_folder.h"

namespace assay::base {
namespace {

TEST(File, WritesReplacesAndReads) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a" / "b.txt";
  ASSERT_TRUE(write_file(path, "one").has_value());
  ASSERT_TRUE(write_file(path, "two").has_value());
  EXPECT_EQ(read_file(path).value(), "two");
  const auto entries = std::filesystem::directory_iterator(path.parent_path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "a temporary file was left behind";
}

TEST(File, NamesWhatIsWrong) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(read_file(folder.path() / "absent").error().message, "no such file");
  EXPECT_THAT(read_file(folder.path()).error().message, testing::HasSubstr("found a folder"));
  ASSERT_TRUE(write_file(folder.path() / "big", std::string(100, 'x')).has_value());
  EXPECT_THAT(read_file(folder.path() / "big", 99).error().message, testing::HasSubstr("at most"));
}

TEST(File, AnUnwritableFolderIsNamed) {
  const auto written = write_file("/proc/self/nowhere/file", "x");
  ASSERT_FALSE(written.has_value());
  EXPECT_THAT(written.error().to_string(), testing::HasSubstr("/proc/self/nowhere"));
}

}  // namespace
}  // namespace assay::base
