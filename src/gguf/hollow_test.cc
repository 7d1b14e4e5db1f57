#include "gguf/hollow.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "base/file.h"
#include "gguf/hollow_values.h"
#include "gguf/model_table.h"
#include "gguf/parameters.h"
#include "gguf/quantization.h"
#include "gguf/writer.h"
#include "support/gguf_builder.h"
#include "support/temporary_folder.h"

namespace assay::gguf {
namespace {

using testing::HasSubstr;

/// A mixture small enough to look at whole.
ModelShape small_mixture() {
  ModelShape shape;
  shape.name = "Small mixture";
  shape.architecture = "qwen3moe";
  shape.vocabulary = 700;
  const auto set = [&shape](std::string_view key, std::uint64_t value) {
    shape.metadata[std::string(key)] = value;
  };
  set("block_count", 2);
  set("context_length", 512);
  set("embedding_length", 256);
  set("feed_forward_length", 512);
  set("attention.head_count", 4);
  set("attention.head_count_kv", 2);
  set("expert_count", 16);
  set("expert_used_count", 2);
  set("expert_feed_forward_length", 256);
  return shape;
}

const Tensor& tensor_named(const Header& header, std::string_view name) {
  for (const Tensor& tensor : header.tensors) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << name;
  return header.tensors.front();
}

std::string data_of(const std::string& file, const Header& header, std::string_view name) {
  const Tensor& tensor = tensor_named(header, name);
  return file.substr(header.data_offset + tensor.offset, tensor.bytes);
}

TEST(Hollow, HasTheShapesHeaderAndTakesHardlyAnyRoom) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "hollow.gguf";
  const ModelShape shape = *known_shape("qwen3-0.6b");
  const auto hollow = write_hollow(shape, "Q8_0", path);
  ASSERT_TRUE(hollow.has_value()) << hollow.error().to_string();
  const auto header = read_header(path);
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  const auto expected = header_of(shape, "Q8_0");
  ASSERT_EQ(header->tensors.size(), expected->tensors.size());
  EXPECT_EQ(header->weight_bytes(), expected->weight_bytes());
  EXPECT_EQ(count_parameters(*header).total, count_parameters(*expected).total);
  EXPECT_EQ(header->quantization(), "Q8_0");
  EXPECT_EQ(std::get<Array>(header->metadata.at("tokenizer.ggml.tokens")).length, 151936U);
  EXPECT_EQ(hollow->file_bytes, std::filesystem::file_size(path));
  EXPECT_EQ(hollow->filled_bytes, 0U) << "a dense model needs no values";
  EXPECT_LT(hollow->disk_bytes, hollow->file_bytes / 20);
}

TEST(Hollow, FillsWhatSpreadsTokensOverExperts) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "hollow.gguf";
  ASSERT_TRUE(write_hollow(small_mixture(), "Q4_K_M", path).has_value());
  const auto header = read_header(path);
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  const auto file = base::read_file(path);
  const auto is_zero = [&](std::string_view name) {
    return data_of(*file, *header, name).find_first_not_of('\0') == std::string::npos;
  };
  EXPECT_FALSE(is_zero("token_embd.weight"));
  EXPECT_FALSE(is_zero("blk.1.ffn_gate_inp.weight"));
  EXPECT_FALSE(is_zero("blk.0.ffn_norm.weight"));
  EXPECT_TRUE(is_zero("blk.0.ffn_up_exps.weight"));
  EXPECT_TRUE(is_zero("output.weight"));
  const auto empty = folder.path() / "empty.gguf";
  const auto unfilled =
      write_hollow(small_mixture(), "Q4_K_M", empty, {.embedding_rows_filled = 0});
  ASSERT_TRUE(unfilled.has_value());
  EXPECT_EQ(unfilled->filled_bytes, 0U);
}

TEST(Hollow, OfAFileKeepsItsHeaderByteForByte) {
  const test::TemporaryFolder folder;
  const auto real = folder.path() / "real.gguf";
  test::GgufBuilder builder;
  builder.text("general.architecture", "llama")
      .texts("tokenizer.ggml.tokens", 3000)
      .tensor("token_embd.weight", {64, 10}, 0, 2560);
  std::ofstream(real, std::ios::binary) << builder.header() << std::string(2560, 'w');
  const auto source = open_file(real);
  ASSERT_TRUE(source.has_value());
  const auto copy = folder.path() / "copy.gguf";
  ASSERT_TRUE(write_hollow(*source, copy).has_value());
  EXPECT_EQ(*base::read_file(copy), builder.header() + std::string(2560, '\0'));
}

TEST(Hollow, NeverReplacesAFile) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "precious.gguf";
  std::ofstream(path) << "precious";
  const auto hollow = write_hollow(small_mixture(), "Q8_0", path);
  ASSERT_FALSE(hollow.has_value());
  EXPECT_THAT(hollow.error().message, HasSubstr("existing"));
  EXPECT_EQ(*base::read_file(path), "precious");
}

TEST(Hollow, AFailureLeavesNothingBehind) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(write_hollow(small_mixture(), "Q8_0", folder.path() / "no" / "x.gguf").has_value());
  EXPECT_FALSE(write_hollow(small_mixture(), "Q9", folder.path() / "x.gguf").has_value());
  ModelShape speechless = small_mixture();
  speechless.vocabulary = 300;
  EXPECT_FALSE(write_hollow(speechless, "Q8_0", folder.path() / "x.gguf").has_value());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Writer, ReadsBackAsItWas) {
  Header header;
  header.metadata["a.count"] = std::uint64_t{7};
  header.metadata["a.large"] = std::uint64_t{1} << 40U;
  header.metadata["a.negative"] = std::int64_t{-5};
  header.metadata["a.scale"] = 0.5;
  header.metadata["a.yes"] = true;
  header.metadata["a.name"] = std::string("ä");
  header.metadata["a.flags"] = per_layer_flags({true, false});
  header.metadata["general.alignment"] = std::uint64_t{64};
  header.tensors.push_back({"x", {32, 2}, 8, 0, 64, 68});
  const auto bytes = write_header(header);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().to_string();
  const auto read = parse_header(*bytes, bytes->size() + 68);
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_EQ(read->data_offset, bytes->size());
  EXPECT_EQ(bytes->size() % 64, 0U);
  EXPECT_EQ(read->integer("a.large"), std::uint64_t{1} << 40U);
  EXPECT_EQ(std::get<std::int64_t>(read->metadata.at("a.negative")), -5);
  EXPECT_EQ(std::get<double>(read->metadata.at("a.scale")), 0.5);
  EXPECT_EQ(read->text("a.name"), "ä");
  EXPECT_FALSE(std::get<bool>(std::get<Array>(read->metadata.at("a.flags")).head[1]));
  EXPECT_EQ(read->tensors[0].bytes, 68U);
}

TEST(Writer, RefusesAnArrayWithoutItsElements) {
  Header header;
  header.metadata["tokens"] = Array{5, {}};
  const auto bytes = write_header(header);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_THAT(bytes.error().message, HasSubstr("all 5 elements of `tokens`"));
}

float half(const char* bytes) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes, sizeof(bits));
  const int exponent = (bits >> 10U) & 31U;
  const float value = std::ldexp(1.0F + static_cast<float>(bits & 1023U) / 1024.0F, exponent - 15);
  return (bits & 0x8000U) != 0 ? -value : value;
}

TEST(HollowValues, AreSmallAndAverageAboutZero) {
  base::Random random(1);
  const std::string bytes = random_blocks(find_tensor_type("Q4_1")->id, 1000, random);
  ASSERT_EQ(bytes.size(), 20'000U);
  double sum = 0;
  double most = 0;
  for (std::size_t block = 0; block < bytes.size(); block += 20) {
    for (std::size_t i = 4; i < 20; ++i) {
      const auto quants = static_cast<unsigned char>(bytes[block + i]);
      for (const unsigned quant : {quants & 15U, quants / 16U}) {
        const double value =
            half(&bytes[block]) * static_cast<float>(quant) + half(&bytes[block + 2]);
        sum += value;
        most = std::max(most, std::abs(value));
      }
    }
  }
  EXPECT_NEAR(sum / 32'000, 0, 0.002);
  EXPECT_NEAR(most, 0.075, 0.002);
}

TEST(HollowValues, OfEveryQuantizationExceptThoseOfTrainedExperts) {
  base::Random random(1);
  for (const std::string_view type : {"F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0",
                                      "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS"}) {
    const TensorType* row = find_tensor_type(type);
    EXPECT_EQ(random_blocks(row->id, 3, random).size(), 3 * row->block_bytes) << type;
  }
  EXPECT_TRUE(random_blocks(find_tensor_type("MXFP4")->id, 3, random).empty());
}

}  // namespace
}  // namespace assay::gguf
