#include "gguf/header.h"

#include <gmock/gmock.h>

#include <fstream>
#include <limits>

#include "support/gguf_builder.h"
#include "support/temporary_folder.h"

namespace assay::gguf {
namespace {

using test::GgufBuilder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint32_t kQ8 = 8;  ///< Blocks of 32 elements in 34 bytes.

GgufBuilder small_model() {
  GgufBuilder builder;
  builder.text("general.architecture", "llama")
      .number("llama.block_count", 2)
      .number("general.file_type", 7)
      .texts("tokenizer.ggml.tokens", 1100)
      .tensor("token_embd.weight", {64, 10}, kQ8, 64 * 10 / 32 * 34)
      .tensor("output_norm.weight", {64}, 0, 256);
  return builder;
}

base::Result<Header> parse(const GgufBuilder& builder) {
  return parse_header(builder.header(), builder.file_bytes());
}

void expect_refused(const GgufBuilder& builder, const testing::Matcher<std::string>& message) {
  const auto header = parse(builder);
  ASSERT_FALSE(header.has_value());
  EXPECT_EQ(header.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(header.error().message, message);
}

TEST(Header, HoldsMetadataAndTensors) {
  const auto header = parse(small_model());
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  EXPECT_EQ(header->version, 3U);
  EXPECT_EQ(header->text("general.architecture"), "llama");
  EXPECT_EQ(header->integer("general.architecture"), std::nullopt) << "a text is no integer";
  EXPECT_EQ(header->architecture_integer("block_count"), 2U);
  EXPECT_EQ(header->architecture_integer("head_count"), std::nullopt);
  ASSERT_EQ(header->tensors.size(), 2U);
  EXPECT_EQ(header->tensors[0].name, "token_embd.weight");
  EXPECT_THAT(header->tensors[0].dimensions, ElementsAre(64, 10));
  EXPECT_EQ(header->tensors[0].bytes, 680U);
  EXPECT_EQ(header->tensors[1].offset, 704U);
  EXPECT_EQ(header->parameters(), 704U);
  EXPECT_EQ(header->weight_bytes(), 936U);
  EXPECT_EQ(header->data_offset % 32, 0U);
}

TEST(Header, KeepsTheLengthAndTheHeadOfALongArray) {
  const auto header = parse(small_model());
  ASSERT_TRUE(header.has_value());
  const auto& tokens = std::get<Array>(header->metadata.at("tokenizer.ggml.tokens"));
  EXPECT_EQ(tokens.length, 1100U);
  ASSERT_EQ(tokens.head.size(), 1024U);
  EXPECT_EQ(std::get<std::string>(tokens.head[1023]), "t1023");
}

TEST(Header, ReadsEveryKindOfValue) {
  GgufBuilder builder;
  builder.raw("i8", 1, "\xFE")
      .raw("f32", 6, GgufBuilder::bytes_of(0.5F))
      .raw("f64", 12, GgufBuilder::bytes_of(0.25))
      .raw("yes", 7, "\x01")
      .raw("u64", 10, GgufBuilder::bytes_of(std::uint64_t{1} << 40U))
      .raw("i64", 11, GgufBuilder::bytes_of(std::int64_t{-3}))
      .raw("nested", 9,
           GgufBuilder::bytes_of<std::uint32_t>(9) + GgufBuilder::bytes_of<std::uint64_t>(1) +
               GgufBuilder::bytes_of<std::uint32_t>(0) + GgufBuilder::bytes_of<std::uint64_t>(2) +
               "\x07\x08");
  const auto header = parse(builder);
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  EXPECT_EQ(std::get<std::int64_t>(header->metadata.at("i8")), -2);
  EXPECT_EQ(header->integer("i8"), std::nullopt) << "negative";
  EXPECT_EQ(std::get<double>(header->metadata.at("f32")), 0.5);
  EXPECT_EQ(std::get<double>(header->metadata.at("f64")), 0.25);
  EXPECT_TRUE(std::get<bool>(header->metadata.at("yes")));
  EXPECT_EQ(header->integer("u64"), std::uint64_t{1} << 40U);
  const auto& inner = std::get<Array>(std::get<Array>(header->metadata.at("nested")).head[0]);
  EXPECT_EQ(std::get<std::uint64_t>(inner.head[1]), 8U);
}

TEST(Header, QuantizationComesFromTheFileTypeElseFromMostWeights) {
  EXPECT_EQ(parse(small_model())->quantization(), "Q8_0");
  GgufBuilder medium;
  EXPECT_EQ(parse(medium.number("general.file_type", 15))->quantization(), "Q4_K_M");
  GgufBuilder silent;
  silent.tensor("a", {32}, 0, 128).tensor("b", {256}, 1, 512);
  EXPECT_EQ(parse(silent)->quantization(), "F16");
  EXPECT_EQ(parse(GgufBuilder())->quantization(), "unknown");
}

TEST(Header, CutAnywhereIsAnErrorAndNeverRead) {
  const GgufBuilder builder = small_model();
  const std::string bytes = builder.header();
  const std::size_t end = bytes.size() - 31;  // The last bytes may be padding.
  for (std::size_t length = 0; length < end; length += length < 400 ? 1 : 97) {
    const std::string cut = bytes.substr(0, length);
    const auto header = parse_header(cut, cut.size());
    ASSERT_FALSE(header.has_value()) << length;
    ASSERT_EQ(header.error().kind, base::ErrorKind::BadInput);
  }
}

TEST(Header, MissingTensorDataIsCounted) {
  const GgufBuilder builder = small_model();
  const std::uint64_t needed = builder.header().size() + 960;  // 704 and 256 bytes of data.
  ASSERT_TRUE(parse_header(builder.header(), needed).has_value());
  const auto header = parse_header(builder.header(), needed - 100);
  ASSERT_FALSE(header.has_value());
  EXPECT_THAT(header.error().message, AllOf(HasSubstr("truncated"), HasSubstr("100 bytes")));
  EXPECT_THAT(header.error().hint, HasSubstr("fetch the file again"));
}

TEST(Header, LyingCountsAreRefusedWithoutAllocating) {
  GgufBuilder tensors = small_model();
  tensors.tensor_count = std::numeric_limits<std::uint64_t>::max();
  expect_refused(tensors, HasSubstr("tensor count"));
  GgufBuilder metadata = small_model();
  metadata.metadata_count = std::uint64_t{1} << 60U;
  expect_refused(metadata, HasSubstr("metadata count"));
  GgufBuilder array;
  array.raw("a", 9,
            GgufBuilder::bytes_of<std::uint32_t>(10) +
                GgufBuilder::bytes_of(std::numeric_limits<std::uint64_t>::max()));
  expect_refused(array, HasSubstr("cut"));
  GgufBuilder text;
  text.raw("a", 8, GgufBuilder::bytes_of(std::uint64_t{1} << 50U));
  expect_refused(text, HasSubstr("at most"));
}

TEST(Header, DeepNestingIsRefused) {
  std::string nested;
  for (int i = 0; i < 1000; ++i) {
    nested += GgufBuilder::bytes_of<std::uint32_t>(9) + GgufBuilder::bytes_of<std::uint64_t>(1);
  }
  GgufBuilder builder;
  expect_refused(builder.raw("deep", 9, nested), HasSubstr("at most 4 deep"));
}

TEST(Header, OverflowingTensorsAreRefused) {
  const std::uint64_t huge = std::uint64_t{1} << 40U;
  expect_refused(GgufBuilder().tensor("x", {huge, huge}, 0, 0), HasSubstr("more elements"));
  expect_refused(GgufBuilder().tensor("x", {std::uint64_t{1} << 62U}, 0, 0),
                 HasSubstr("more bytes"));
  expect_refused(GgufBuilder().tensor("x", {33}, kQ8, 0), HasSubstr("a multiple of 32"));
  expect_refused(GgufBuilder().tensor("x", {1, 1, 1, 1, 1}, 0, 0), HasSubstr("1 to 4 dimensions"));
  expect_refused(GgufBuilder().tensor("x", {1}, 0, 4).tensor("x", {1}, 0, 4),
                 HasSubstr("stands twice"));
  expect_refused(GgufBuilder().number("general.alignment", 24), HasSubstr("power of two"));
}

TEST(Header, TensorsWithoutAPlaceAreRefused) {
  const auto at = [](std::string_view name, std::uint64_t offset) {
    return GgufBuilder::text_of(name) + GgufBuilder::bytes_of<std::uint32_t>(1) +
           GgufBuilder::bytes_of<std::uint64_t>(64) + GgufBuilder::bytes_of<std::uint32_t>(0) +
           GgufBuilder::bytes_of(offset);
  };
  expect_refused(GgufBuilder().raw_tensor(at("a", 0)).raw_tensor(at("b", 224)),
                 AllOf(HasSubstr("`a` and `b` overlap"), HasSubstr("from byte 256"),
                       HasSubstr("found it at byte 224")));
  expect_refused(GgufBuilder().raw_tensor(at("a", 0)).raw_tensor(at("b", 0)), HasSubstr("overlap"));
  expect_refused(GgufBuilder().raw_tensor(at("a", 8)), HasSubstr("a multiple of 32, found 8"));
  expect_refused(GgufBuilder().raw_tensor(at("a", std::uint64_t{1} << 40U)),
                 HasSubstr("truncated"));
  expect_refused(GgufBuilder().raw_tensor(at("a", ~std::uint64_t{31})), HasSubstr("beyond"));
  expect_refused(GgufBuilder().tensor("x", {64, 0}, 0, 0), HasSubstr("at least 1, found 0"));
  expect_refused(GgufBuilder().tensor("x", {}, 0, 0), HasSubstr("1 to 4 dimensions, found 0"));
}

TEST(Header, RemovedTypesAreNamed) {
  expect_refused(GgufBuilder().tensor("x", {64}, 31, 64),
                 AllOf(HasSubstr("Q4_0_4_4"), HasSubstr("tensor `x`"), HasSubstr("removed")));
  expect_refused(GgufBuilder().tensor("x", {64}, 4, 64), HasSubstr("Q4_2"));
}

TEST(Header, WrongAlignmentsAndTruthValuesAreRefused) {
  for (const std::uint32_t alignment : {0U, 3U, 24U}) {
    expect_refused(GgufBuilder().number("general.alignment", alignment), HasSubstr("power of two"));
  }
  expect_refused(GgufBuilder().text("general.alignment", "32"), HasSubstr("no whole number"));
  expect_refused(GgufBuilder().raw("a", 7, "\x02"), HasSubstr("0 or 1"));
  expect_refused(GgufBuilder().raw("a", 13, "\x02"), HasSubstr("from 0 to 12, found 13"));
  expect_refused(GgufBuilder().number("a", 1).number("a", 2), HasSubstr("`a` stands twice"));
}

TEST(Header, MoreThanAnyModelHasIsRefusedWhateverTheFilesSize) {
  const std::uint64_t huge = std::uint64_t{1} << 62U;
  GgufBuilder tensors;
  tensors.tensor_count = 2'000'000;
  const auto many = parse_header(tensors.header(), huge);
  ASSERT_FALSE(many.has_value());
  EXPECT_THAT(many.error().message, HasSubstr("at most 1000000, found 2000000"));
  GgufBuilder metadata;
  metadata.metadata_count = 2'000'000;
  EXPECT_FALSE(parse_header(metadata.header(), huge).has_value());
}

TEST(Header, ManyLongArraysAreNotKeptWhole) {
  std::string rows;
  constexpr std::uint64_t kRows = 2000;
  for (std::uint64_t row = 0; row < kRows; ++row) {
    rows += GgufBuilder::bytes_of<std::uint32_t>(0) + GgufBuilder::bytes_of<std::uint64_t>(1024) +
            std::string(1024, '\1');
  }
  const auto header =
      parse(GgufBuilder()
                .raw("rows", 9,
                     GgufBuilder::bytes_of<std::uint32_t>(9) + GgufBuilder::bytes_of(kRows) + rows)
                .number("after", 5));
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  const auto& array = std::get<Array>(header->metadata.at("rows"));
  EXPECT_EQ(array.length, kRows);
  std::uint64_t kept = 0;
  for (const Value& row : array.head) kept += std::get<Array>(row).head.size();
  EXPECT_LE(kept, 262'144U);
  EXPECT_EQ(header->integer("after"), 5U);
}

/// Sizes of ggml-common.h in llama.cpp 0.5.0.
TEST(Header, EveryTensorTypeHasItsSize) {
  struct Row {
    std::uint32_t type;
    std::uint64_t bytes;  ///< Of a row of 256 elements.
  };
  for (const Row& row :
       {Row{0, 1024},  Row{1, 512},   Row{2, 144},   Row{3, 160},  Row{6, 176},  Row{7, 192},
        Row{8, 272},   Row{9, 288},   Row{10, 84},   Row{11, 110}, Row{12, 144}, Row{13, 176},
        Row{14, 210},  Row{15, 292},  Row{16, 66},   Row{17, 74},  Row{18, 98},  Row{19, 50},
        Row{20, 144},  Row{21, 110},  Row{22, 82},   Row{23, 136}, Row{24, 256}, Row{25, 512},
        Row{26, 1024}, Row{27, 2048}, Row{28, 2048}, Row{29, 56},  Row{30, 512}, Row{34, 54},
        Row{35, 66},   Row{39, 136},  Row{40, 144},  Row{41, 36},  Row{42, 72}}) {
    const auto header = parse(GgufBuilder().tensor("x", {256}, row.type, row.bytes));
    ASSERT_TRUE(header.has_value()) << header.error().to_string();
    EXPECT_EQ(header->tensors[0].bytes, row.bytes) << "type " << row.type;
  }
}

TEST(Header, TypeOfTheFutureHasNoSize) {
  const auto header = parse(GgufBuilder().tensor("x", {64}, 999, 0));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->tensors[0].bytes, 0U);
  EXPECT_EQ(header->quantization(), "type 999");
}

TEST(Header, OtherVersionsAndByteOrdersAreNamed) {
  GgufBuilder builder;
  builder.version = 1;
  expect_refused(builder, HasSubstr("found 1"));
  builder.version = 0x03000000;
  expect_refused(builder, HasSubstr("big-endian"));
}

struct ForeignCase {
  std::string bytes;
  std::string found;

  /// Names the instance in the list of tests.
  friend void PrintTo(const ForeignCase& foreign, std::ostream* stream) {
    *stream << foreign.found;
  }
};
class ForeignTest : public testing::TestWithParam<ForeignCase> {};

TEST_P(ForeignTest, IsNamedInTheMessage) {
  const auto header = parse_header(GetParam().bytes, GetParam().bytes.size());
  ASSERT_FALSE(header.has_value());
  EXPECT_THAT(header.error().message, HasSubstr("expected a GGUF model, found"));
  EXPECT_THAT(header.error().message, HasSubstr(GetParam().found));
  EXPECT_FALSE(header.error().hint.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Every, ForeignTest,
    testing::Values(ForeignCase{"", "an empty file"},
                    ForeignCase{std::string("\x40\0\0\0\0\0\0\0{\"__metadata__\":", 24),
                                "safetensors"},
                    ForeignCase{"PK\x03\x04rest", "ZIP"}, ForeignCase{"tjgg\x03", "ggjt"},
                    ForeignCase{"  <!DOCTYPE HTML><title>404", "an HTML page"},
                    ForeignCase{"version https://git-lfs.github.com/spec/v1\noid", "Git LFS"},
                    ForeignCase{"{\"error\":\"Not Found\"}", "JSON"},
                    ForeignCase{std::string(64, '\0'), "only zeros"},
                    ForeignCase{"\x1F\x8B\x08", "gzip"}, ForeignCase{"hello", "unknown format"}));

TEST(HeaderFile, IsReadWithoutItsData) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "model.gguf";
  GgufBuilder builder = small_model();
  builder.texts("more", 80'000)
      .tensor("big", {std::uint64_t{1} << 36U}, 1, std::uint64_t{1} << 37U);
  std::ofstream(path, std::ios::binary) << builder.header();
  std::filesystem::resize_file(path, builder.file_bytes());  // A hole; nothing is written.
  const auto header = read_header(path);
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  EXPECT_EQ(header->file_bytes, builder.file_bytes());
  EXPECT_EQ(std::get<Array>(header->metadata.at("more")).length, 80'000U);
  EXPECT_GT(header->weight_bytes(), std::uint64_t{1} << 37U);
}

TEST(HeaderSource, IsReadPieceByPieceAndNoFurther) {
  GgufBuilder builder = small_model();
  builder.texts("long", 200'000)
      .tensor("big", {std::uint64_t{1} << 30U}, 0, std::uint64_t{4} << 30U);
  const std::string bytes = builder.header();
  std::uint64_t furthest = 0;
  std::uint64_t largest = 0;
  const ByteSource source{"far.gguf", builder.file_bytes(),
                          [&](std::uint64_t offset, std::uint64_t count) {
                            furthest = std::max(furthest, offset + count);
                            largest = std::max(largest, count);
                            std::string piece = bytes.substr(std::min(offset, bytes.size()), count);
                            piece.resize(count);
                            return base::Result<std::string>(piece);
                          }};
  const auto header = read_one_header(source);
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  EXPECT_EQ(header->tensors.size(), 3U);
  EXPECT_GT(bytes.size(), std::size_t{2} << 20U);
  EXPECT_LE(furthest, bytes.size() + (std::size_t{256} << 10U));
  EXPECT_LE(largest, std::size_t{256} << 10U);
}

TEST(HeaderSource, PassesItsErrorsOn) {
  const ByteSource source{"far.gguf", 1000, [](std::uint64_t, std::uint64_t) {
                            return base::Result<std::string>(base::unreachable("gone"));
                          }};
  const auto header = read_one_header(source);
  ASSERT_FALSE(header.has_value());
  EXPECT_EQ(header.error().kind, base::ErrorKind::Unreachable);
  EXPECT_THAT(header.error().to_string(), HasSubstr("far.gguf: gone"));
}

TEST(HeaderFile, ErrorsNameTheFile) {
  const test::TemporaryFolder folder;
  const auto missing = read_header(folder.path() / "none.gguf");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(missing.error().to_string(), AllOf(HasSubstr("none.gguf"), HasSubstr("No such")));
  const auto directory = read_header(folder.path());
  ASSERT_FALSE(directory.has_value());
  EXPECT_THAT(directory.error().message, HasSubstr("found a folder"));
}

}  // namespace
}  // namespace assay::gguf
