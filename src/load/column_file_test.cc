#include "load/column_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "base/file.h"
#include "base/random.h"
#include "support/temporary_folder.h"

namespace assay::load {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

using Values = std::vector<std::int64_t>;
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

/// A file of the columns "time_ns" (delta) and "bytes" (plain) with these blocks.
std::string file_of(const std::vector<std::pair<Values, Values>>& blocks, bool is_finished = true) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "x.columns";
  auto writer =
      ColumnWriter::create(path, {{"time_ns", ColumnCoding::Delta}, {"bytes", ColumnCoding::Plain}})
          .value();
  for (const auto& [times, bytes] : blocks) {
    const std::array<std::span<const std::int64_t>, 2> columns{times, bytes};
    EXPECT_TRUE(writer->write_block(columns).has_value());
  }
  if (is_finished) {
    EXPECT_TRUE(writer->finish().has_value());
  }
  return base::read_file(path).value();
}

base::Result<ColumnReader> reader_of(const std::string& bytes,
                                     std::vector<std::string_view> wanted = {"time_ns", "bytes"}) {
  return ColumnReader::open(std::make_unique<std::istringstream>(bytes), "x.columns", wanted);
}

struct Read {
  std::vector<Values> columns;
  std::size_t blocks = 0;
  std::string cut;
  std::string error;
};

Read read_all(const std::string& bytes,
              const std::vector<std::string_view>& wanted = {"time_ns", "bytes"}) {
  Read read{.columns = std::vector<Values>(wanted.size()), .blocks = 0, .cut = "", .error = ""};
  auto reader = reader_of(bytes, wanted);
  if (!reader.has_value()) {
    read.error = reader.error().to_string();
    return read;
  }
  while (true) {
    const auto has_block = reader->next();
    if (!has_block.has_value()) read.error = has_block.error().to_string();
    if (!has_block.has_value() || !*has_block) break;
    ++read.blocks;
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      const auto values = reader->values(c);
      EXPECT_EQ(values.size(), reader->rows());
      read.columns[c].insert(read.columns[c].end(), values.begin(), values.end());
    }
  }
  read.cut = reader->cut();
  return read;
}

TEST(ColumnFile, GivesBackWhatWasWrittenIncludingTheExtremes) {
  const Values times{0, -1, kLeast, kMost, kMost, kLeast, 5};
  const Values bytes{kMost, kLeast, 0, -1, 1, 63, 64};
  const Read read = read_all(file_of({{times, bytes}, {{-7}, {127}}}));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.cut, "");
  EXPECT_EQ(read.blocks, 2U);
  EXPECT_THAT(read.columns[0], ElementsAreArray({0L, -1L, kLeast, kMost, kMost, kLeast, 5L, -7L}));
  EXPECT_THAT(read.columns[1], ElementsAreArray({kMost, kLeast, 0L, -1L, 1L, 63L, 64L, 127L}));
}

TEST(ColumnFile, GivesBackEveryLengthOfNumberInFullBlocks) {
  base::Random random(3);
  Values times;
  Values bytes;
  for (std::size_t i = 0; i < kBlockRowsMost; ++i) {
    times.push_back(static_cast<std::int64_t>(random.next() >> random.below(64)));
    bytes.push_back(-static_cast<std::int64_t>(random.next() >> (1 + random.below(63))));
  }
  const Read read = read_all(file_of({{times, bytes}, {bytes, times}}));
  EXPECT_EQ(read.error, "");
  EXPECT_TRUE(std::equal(times.begin(), times.end(), read.columns[0].begin()));
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), read.columns[1].begin()));
  EXPECT_EQ(read.columns[0].size(), 2 * kBlockRowsMost);
}

TEST(ColumnFile, SaysInItsFirstLineWhatItHolds) {
  EXPECT_THAT(file_of({}), testing::StartsWith("assay-columns 1 time_ns:delta bytes:plain\n"));
}

TEST(ColumnFile, ReadsOnlyTheColumnsWantedInTheOrderWanted) {
  const std::string file = file_of({{{1, 2}, {3, 4}}});
  EXPECT_EQ(read_all(file, {"bytes"}).columns[0], (Values{3, 4}));
  EXPECT_EQ(read_all(file, {"bytes", "time_ns"}).columns[1], (Values{1, 2}));
  EXPECT_THAT(read_all(file, {"tokens"}).error,
              HasSubstr("x.columns: expected a column `tokens`, found time_ns, bytes"));
}

TEST(ColumnFile, CutAnywhereItGivesTheWholeBlocksBeforeAndSaysThatItIsCut) {
  const std::string first_block = file_of({{{1, 2}, {3, 4}}}, false);
  const std::string both_blocks = file_of({{{1, 2}, {3, 4}}, {{5}, {6}}}, false);
  const std::string file = file_of({{{1, 2}, {3, 4}}, {{5}, {6}}});
  const std::size_t head_bytes = file.find('\n') + 1;
  EXPECT_EQ(read_all(file).cut, "");
  for (std::size_t size = 0; size < file.size(); ++size) {
    const Read read = read_all(file.substr(0, size));
    if (size < head_bytes) {
      EXPECT_THAT(read.error, HasSubstr("cut off in its first line")) << size;
      continue;
    }
    const std::size_t rows = size < first_block.size() ? 0 : size < both_blocks.size() ? 2 : 3;
    EXPECT_EQ(read.error, "") << size;
    EXPECT_THAT(read.cut, HasSubstr(std::to_string(rows) + " whole rows")) << size;
    EXPECT_EQ(read.columns[0].size(), rows) << size;
  }
}

TEST(ColumnFile, TakesSpaceThatWasNeverWrittenForACut) {
  const Read read = read_all(file_of({{{1, 2}, {3, 4}}}, false) + std::string(4096, '\0'));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.columns[1], (Values{3, 4}));
  EXPECT_THAT(read.cut, HasSubstr("2 whole rows"));
}

TEST(ColumnFile, FindsEveryFlippedBitOfABlock) {
  const std::string head = file_of({}, false);
  const std::string first = file_of({{{1, 2}, {3, 4}}}, false);
  const std::string file = file_of({{{1, 2}, {3, 4}}, {{500, 600, 700}, {8, 9, 10}}});
  for (std::size_t at = first.size(); at < file.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(damaged[at] ^ (1U << bit));
      const Read read = read_all(damaged);
      EXPECT_TRUE(!read.error.empty() || !read.cut.empty() ||
                  read.columns[0] == (Values{1, 2, 500, 600, 700}))
          << at;
      EXPECT_EQ(Values(read.columns[0].begin(), read.columns[0].begin() + 2), (Values{1, 2}));
    }
  }
  std::string damaged = file;
  damaged[first.size() + 30] ^= 1;
  EXPECT_THAT(read_all(damaged).error,
              testing::AllOf(HasSubstr("x.columns: the block at byte " +
                                       std::to_string(first.size()) + " is damaged"),
                             HasSubstr("the 2 rows before it are whole")));
}

/// A block with one row whose frames are these bytes.
std::string block_of(std::uint32_t rows, const std::vector<std::string>& frames) {
  const auto number = [](std::uint64_t value) {
    std::string bytes;
    for (unsigned i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i));
    return bytes;
  };
  std::string block = "BLCK" + number(rows);
  for (const auto& frame : frames) block += number(frame.size());
  for (const auto& frame : frames) block += frame;
  return block;
}

TEST(ColumnFile, RefusesBlocksThatPromiseOrHoldOtherThanTheyMay) {
  const std::string head = file_of({}, false);
  EXPECT_THAT(read_all(head + block_of(0, {"", ""})).error, HasSubstr("1 to 65536 rows, found 0"));
  EXPECT_THAT(read_all(head + block_of(65'537, {"", ""})).error, HasSubstr("found 65537"));
  std::string huge = block_of(1, {"", ""});
  huge.replace(8, 4, "\xff\xff\xff\xff");
  EXPECT_THAT(read_all(head + huge).error,
              HasSubstr("bytes of column `time_ns`, found 4294967295"));
  EXPECT_THAT(read_all(head + block_of(1, {"not a frame", ""})).error,
              HasSubstr("column `time_ns`: expected a Zstandard frame"));
  EXPECT_THAT(read_all(head + "what").error, HasSubstr("expected the letters BLCK or END."));
  const auto frame_of = [](const Values& values) {
    std::string frame;
    BlockEncoder().encode(values, ColumnCoding::Plain, frame);
    return frame;
  };
  EXPECT_THAT(read_all(head + block_of(2, {frame_of({1}), frame_of({1, 2})})).error,
              HasSubstr("expected 2 values, found 1"));
  EXPECT_THAT(read_all(head + block_of(1, {frame_of({1}), frame_of({1, 2})})).error,
              HasSubstr("column `bytes`: expected 1 values, found 1 bytes after them"));
  EXPECT_THAT(read_all(head + block_of(1, {frame_of(Values(60'000, 0)), frame_of({1})})).error,
              HasSubstr("column `time_ns`: expected a Zstandard frame"));
}

TEST(ColumnFile, RefusesAnEndThatDoesNotFit) {
  const std::string file = file_of({{{1, 2}, {3, 4}}});
  EXPECT_THAT(read_all(file + "x").error, HasSubstr("found 2 and further bytes"));
  std::string wrong_count = file;
  wrong_count[file.size() - 8] = 9;
  EXPECT_THAT(read_all(wrong_count).error, HasSubstr("to end here after 2 rows, found 9"));
}

TEST(ColumnFile, RefusesOtherFiles) {
  EXPECT_THAT(read_all("GGUF\n").error, HasSubstr("whose first words are `assay-columns 1`"));
  EXPECT_THAT(read_all("assay-columns 2 a:plain\n").error, HasSubstr("a newer version of assay"));
  EXPECT_THAT(read_all("assay-columns 1\n").error, HasSubstr("expected 1 to 64 columns, found 0"));
  EXPECT_THAT(read_all("assay-columns 1 a:plain b\n").error, HasSubstr("expected column 2"));
  EXPECT_THAT(read_all("assay-columns 1 a:plain a:delta\n").error, HasSubstr("expected column 2"));
  EXPECT_THAT(read_all("assay-columns 1 A:plain\n").error, HasSubstr("expected column 1"));
  EXPECT_THAT(read_all(std::string(1 << 20, 'a')).error, HasSubstr("expected a file of raw"));
  const auto missing = ColumnReader::open("/no/such.columns", std::vector<std::string_view>{});
  EXPECT_THAT(missing.error().to_string(), HasSubstr("/no/such.columns: expected a file of raw"));
}

TEST(ColumnFile, AfterAnErrorThereIsNothingMore) {
  auto reader = reader_of(file_of({{{1, 2}, {3, 4}}}, false) + "what" + file_of({}));
  EXPECT_TRUE(reader->next().value());
  EXPECT_FALSE(reader->next().has_value());
  EXPECT_FALSE(reader->next().value());
  EXPECT_EQ(reader->rows(), 0U);
}

TEST(ColumnFile, SaysWhenItCannotBeCreated) {
  const auto writer = ColumnWriter::create("/no/such/folder/x", {{"a", ColumnCoding::Plain}});
  EXPECT_THAT(writer.error().to_string(), HasSubstr("/no/such/folder/x: cannot create the file"));
}

}  // namespace
}  // namespace assay::load
