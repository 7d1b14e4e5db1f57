#include <gmock/gmock.h>

#include <fstream>

#include "gguf/header.h"
#include "support/gguf_builder.h"
#include "support/temporary_folder.h"

namespace assay::gguf {
namespace {

using test::GgufBuilder;
using testing::HasSubstr;

void write(const std::filesystem::path& path, const GgufBuilder& builder) {
  std::ofstream(path, std::ios::binary) << builder.file();
}

TEST(Shards, TensorsOfAllFilesAreOneModel) {
  const test::TemporaryFolder folder;
  const auto first = folder.path() / "m-00001-of-00002.gguf";
  const auto second = folder.path() / "m-00002-of-00002.gguf";
  write(first, GgufBuilder().number("split.count", 2).tensor("a", {8}, 0, 32));
  const auto alone = read_header(first);
  ASSERT_FALSE(alone.has_value());
  EXPECT_THAT(alone.error().to_string(),
              HasSubstr("m-00002-of-00002.gguf: file 2 of the model's 2"));

  write(second, GgufBuilder().number("split.count", 2).tensor("b", {16}, 0, 64));
  const auto header = read_header(first);
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  EXPECT_EQ(header->parameters(), 24U);
  EXPECT_EQ(header->file_bytes,
            std::filesystem::file_size(first) + std::filesystem::file_size(second));

  const auto wrong = read_header(second);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message, HasSubstr("-00001-of-00002.gguf"));
}

}  // namespace
}  // namespace assay::gguf
