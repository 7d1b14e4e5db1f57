#include "catalog/llamafile.h"

#include <gmock/gmock.h>

#include "catalog/model_files_test_support.h"

namespace assay::catalog {
namespace {

using testing::HasSubstr;

/// Little-endian; bytes beyond the eighth are zero.
std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int at = 0; at < bytes; ++at) {
    text += static_cast<char>(value & 0xFF);
    value >>= 8;
  }
  return text;
}

struct Entry {
  std::string name;
  std::string content;
  std::uint16_t method = 0;
};

/// A program with an archive at its end; with `large`, sizes and offsets in the form for archives
/// over 4 GiB.
std::string archive(const std::vector<Entry>& entries, bool large = false) {
  const std::uint64_t ones = 0xFFFFFFFF;
  std::string file = "MZ the program itself";
  std::string list;
  for (const Entry& entry : entries) {
    const std::uint64_t local = file.size();
    const std::uint64_t size = entry.content.size();
    file += "PK\x03\x04" + number(0, 4) + number(entry.method, 2) + number(0, 16) +
            number(entry.name.size(), 2) + number(5, 2) + entry.name + "extra" + entry.content;
    const std::string extra =
        large ? number(1, 2) + number(24, 2) + number(size, 8) + number(size, 8) + number(local, 8)
              : "";
    list += "PK\x01\x02" + number(0, 6) + number(entry.method, 2) + number(0, 8) +
            number(large ? ones : size, 4) + number(large ? ones : size, 4) +
            number(entry.name.size(), 2) + number(extra.size(), 2) + number(0, 10) +
            number(large ? ones : local, 4) + entry.name + extra;
  }
  const std::uint64_t directory = file.size();
  file += list;
  if (large) {
    const std::uint64_t record = file.size();
    file += "PK\x06\x06" + number(44, 8) + number(0, 28) + number(list.size(), 8) +
            number(directory, 8);
    file += "PK\x06\x07" + number(0, 4) + number(record, 8) + number(1, 4);
  }
  return file + "PK\x05\x06" + number(0, 8) + number(large ? ones : list.size(), 4) +
         number(large ? ones : directory, 4) + number(0, 2);
}

class LlamafileTest : public testing::Test {
 protected:
  std::filesystem::path put(const std::string& bytes) {
    const auto path = folder_.path() / "m.llamafile";
    write(path, bytes);
    return path;
  }
  std::string refusal(const std::string& bytes) {
    const auto found = find_archived_model(put(bytes));
    return found.has_value() ? "" : found.error().message;
  }

  test::TemporaryFolder folder_;
};

TEST_F(LlamafileTest, FindsTheLargestModelAndReadsItsHeader) {
  for (const bool large : {false, true}) {
    const auto path = put(
        archive({{".args", "-m\nm.gguf"}, {"small.gguf", "GGUF"}, {"m.gguf", model_bytes("qwen3")}},
                large));
    const auto found = find_archived_model(path);
    ASSERT_TRUE(found.has_value()) << found.error().to_string();
    EXPECT_EQ(found->name, "m.gguf");
    EXPECT_EQ(found->bytes, model_bytes("qwen3").size());
    const auto header = read_archived_header(path, *found);
    ASSERT_TRUE(header.has_value()) << header.error().to_string();
    EXPECT_EQ(header->text("general.architecture"), "qwen3");
  }
}

TEST_F(LlamafileTest, SaysWhatIsMissing) {
  EXPECT_THAT(refusal("MZ just a program"), HasSubstr("no archive"));
  EXPECT_THAT(refusal(""), HasSubstr("no archive"));
  EXPECT_THAT(refusal(archive({{"readme", "x"}})), HasSubstr("found none"));
  EXPECT_THAT(refusal(archive({{"m.gguf", model_bytes(), 8}})), HasSubstr("compressed"));
}

TEST_F(LlamafileTest, DamagedArchivesStayInsideTheFile) {
  const std::string good = archive({{"m.gguf", model_bytes()}}, true);
  for (std::size_t at = 21; at < good.size(); at += 3) {
    for (const char byte : {'\x00', '\x7F', '\xFF'}) {
      std::string damaged = good;
      damaged[at] = byte;
      const auto path = put(damaged);
      const auto found = find_archived_model(path);
      if (!found.has_value()) continue;
      ASSERT_LE(found->offset, damaged.size());
      ASSERT_LE(found->bytes, damaged.size() - found->offset);
      (void)read_archived_header(path, *found);
    }
    ASSERT_FALSE(find_archived_model(put(good.substr(0, at))).has_value());
  }
}

}  // namespace
}  // namespace assay::catalog
