#include "gguf/parameters.h"

#include <gmock/gmock.h>

#include "gguf/model_table.h"
#include "support/gguf_builder.h"

namespace assay::gguf {
namespace {

using test::GgufBuilder;

struct Published {
  std::string shape;
  double total_billions;
  double active_billions;
  /// The publisher counts the rows of the token embedding as active too.
  bool counts_embedding;
};

class PublishedCount : public testing::TestWithParam<Published> {};

TEST_P(PublishedCount, IsMatchedToTheLastDigitGiven) {
  const auto shape = known_shape(GetParam().shape);
  ASSERT_TRUE(shape.has_value());
  const auto header = header_of(*shape, "Q8_0");
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  const ParameterCount count = count_parameters(*header);
  double active = static_cast<double>(count.active);
  if (GetParam().counts_embedding) {
    active += static_cast<double>(shape->vocabulary * shape->integer("embedding_length").value());
  }
  EXPECT_NEAR(static_cast<double>(count.total) / 1e9, GetParam().total_billions, 0.05);
  EXPECT_NEAR(active / 1e9, GetParam().active_billions, 0.06);
}

INSTANTIATE_TEST_SUITE_P(Models, PublishedCount,
                         testing::Values(Published{"qwen3-30b-a3b", 30.5, 3.3, true},
                                         Published{"gpt-oss-20b", 20.9, 3.6, false},
                                         Published{"deepseek-v2-lite", 15.7, 2.4, false},
                                         Published{"llama-3.1-8b", 8.03, 8.03, true},
                                         Published{"mixtral-8x7b", 46.7, 12.9, true}));

Header header_of_tensors(GgufBuilder builder, const std::vector<std::string>& names) {
  for (const std::string& name : names) builder.tensor(name, {32, 8, 4}, 0, 32 * 8 * 4 * 4);
  auto header = parse_header(builder.header(), builder.file_bytes());
  EXPECT_TRUE(header.has_value()) << header.error().to_string();
  return std::move(*header);
}

GgufBuilder mixture() {
  GgufBuilder builder;
  builder.text("general.architecture", "qwen3moe")
      .number("qwen3moe.block_count", 2)
      .number("qwen3moe.expert_count", 4)
      .number("qwen3moe.expert_used_count", 1);
  return builder;
}

TEST(SharePerToken, ExpertsCountByHowManyAreUsed) {
  const Header header = header_of_tensors(
      mixture(), {"blk.0.ffn_up_exps.weight", "blk.0.ffn_gate_up_exps.weight",
                  "blk.0.ffn_down_chexps.weight", "blk.0.ffn_up_shexp.weight", "output.weight"});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(share_per_token(header, header.tensors[i]), 0.25);
  EXPECT_EQ(share_per_token(header, header.tensors[3]), 1) << "shared experts are always used";
  EXPECT_EQ(share_per_token(header, header.tensors[4]), 1);
}

TEST(SharePerToken, LayersMayUseDifferentNumbersOfExperts) {
  GgufBuilder builder;
  builder.text("general.architecture", "lfm2moe")
      .number("lfm2moe.block_count", 2)
      .number("lfm2moe.expert_count", 4)
      .numbers("lfm2moe.expert_used_count", {1, 2});
  const Header header =
      header_of_tensors(builder, {"blk.0.ffn_up_exps.weight", "blk.1.ffn_up_exps.weight"});
  EXPECT_EQ(share_per_token(header, header.tensors[0]), 0.25);
  EXPECT_EQ(share_per_token(header, header.tensors[1]), 0.5);
}

TEST(SharePerToken, TheEmbeddingCountsWhereItIsTheOutput) {
  const Header tied = header_of_tensors(mixture(), {"token_embd.weight"});
  EXPECT_EQ(share_per_token(tied, tied.tensors[0]), 1);
  const Header untied = header_of_tensors(mixture(), {"token_embd.weight", "output.weight"});
  EXPECT_EQ(share_per_token(untied, untied.tensors[0]), 0);
}

TEST(SharePerToken, LayersThatPredictFurtherTokensAreNotRead) {
  GgufBuilder builder = mixture();
  builder.number("qwen3moe.nextn_predict_layers", 1);
  const Header header =
      header_of_tensors(builder, {"blk.0.attn_q.weight", "blk.1.attn_q.weight", "blk.x.weight"});
  EXPECT_EQ(share_per_token(header, header.tensors[0]), 1);
  EXPECT_EQ(share_per_token(header, header.tensors[1]), 0);
  EXPECT_EQ(share_per_token(header, header.tensors[2]), 1) << "no block's";
  EXPECT_EQ(count_parameters(header).total, 3 * 32U * 8 * 4);
}

}  // namespace
}  // namespace assay::gguf
