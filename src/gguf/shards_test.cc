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

GgufBuilder shard(std::uint32_t number, std::uint32_t count, std::string_view tensor) {
  GgufBuilder builder;
  builder.number("split.no", number - 1).number("split.count", count).tensor(tensor, {8}, 0, 32);
  return builder;
}

/// The first file of a model of two, whose second one is `second`.
base::Result<Header> read_pair(const GgufBuilder& first, const GgufBuilder& second) {
  const test::TemporaryFolder folder;
  write(folder.path() / "m-00001-of-00002.gguf", first);
  write(folder.path() / "m-00002-of-00002.gguf", second);
  return read_header(folder.path() / "m-00001-of-00002.gguf");
}

void expect_contradiction(const GgufBuilder& first, const GgufBuilder& second,
                          const std::string& message) {
  const auto header = read_pair(first, second);
  ASSERT_FALSE(header.has_value());
  EXPECT_THAT(header.error().to_string(), HasSubstr(message));
}

TEST(Shards, ContradictionsAreRefused) {
  ASSERT_TRUE(read_pair(shard(1, 2, "a"), shard(2, 2, "b")).has_value());
  expect_contradiction(shard(1, 2, "a"), shard(1, 2, "b"),
                       "m-00002-of-00002.gguf: expected file 2 of 2");
  expect_contradiction(shard(1, 2, "a"), shard(2, 3, "b"), "found file 2 of 3");
  expect_contradiction(shard(2, 2, "a"), shard(2, 2, "b"),
                       "m-00001-of-00002.gguf: expected file 1");
  expect_contradiction(shard(1, 2, "a"), shard(2, 2, "a"), "`a` stands in two files");
  expect_contradiction(shard(1, 2, "a").number("split.tensors.count", 3), shard(2, 2, "b"),
                       "expected 3 tensors in all files together by split.tensors.count, found 2");
}

TEST(Shards, LinksInACircleAreAnError) {
  const test::TemporaryFolder folder;
  const auto first = folder.path() / "m-00001-of-00002.gguf";
  const auto second = folder.path() / "m-00002-of-00002.gguf";
  write(first, shard(1, 2, "a"));
  std::filesystem::create_symlink(second, second);
  EXPECT_THAT(read_header(first).error().to_string(), HasSubstr("levels of symbolic links"));
  std::filesystem::remove(second);
  std::filesystem::create_symlink(first, second);  // The same file in both places.
  EXPECT_THAT(read_header(first).error().to_string(), HasSubstr("found file 1 of 2"));
}

TEST(Shards, AnAbsurdCountEndsAtTheFirstMissingFile) {
  const test::TemporaryFolder folder;
  const auto first = folder.path() / "m-00001-of-99999.gguf";
  write(first, shard(1, 99'999, "a"));
  EXPECT_THAT(read_header(first).error().to_string(), HasSubstr("file 2 of the model's 99999"));
  write(first, shard(1, 4'000'000'000, "a"));
  EXPECT_THAT(read_header(first).error().to_string(), HasSubstr("at most 99999 files"));
}

TEST(Shards, NamesOfUrlsKeepTheirQuery) {
  const std::string first = shard(1, 2, "a").file();
  const std::string second = shard(2, 2, "b").file();
  const auto source_of = [](const std::string& name, const std::string& bytes) {
    return ByteSource{name, bytes.size(), [&bytes](std::uint64_t offset, std::uint64_t count) {
                        return base::Result<std::string>(bytes.substr(offset, count));
                      }};
  };
  std::string asked;
  const auto header =
      read_header(source_of("https://a.example/m-00001-of-00002.gguf?download=true", first),
                  [&](const std::string& name) -> base::Result<ByteSource> {
                    asked = name;
                    return source_of(name, second);
                  });
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  EXPECT_EQ(asked, "https://a.example/m-00002-of-00002.gguf?download=true");
  EXPECT_EQ(header->tensors.size(), 2U);
}

}  // namespace
}  // namespace assay::gguf
