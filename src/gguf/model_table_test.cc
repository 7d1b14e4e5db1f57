#include "gguf/model_table.h"

#include <gmock/gmock.h>

#include "gguf/parameters.h"

namespace assay::gguf {
namespace {

using testing::HasSubstr;

std::vector<KnownModel> shipped() {
  auto models = parse_model_table(shipped_models(), "models.toml");
  EXPECT_TRUE(models.has_value()) << models.error().to_string();
  return models.has_value() ? std::move(*models) : std::vector<KnownModel>{};
}

Header header_of(const KnownModel& model) {
  auto header = header_of(model.shape, "F16");
  EXPECT_TRUE(header.has_value()) << model.name << ": " << header.error().to_string();
  return header.has_value() ? std::move(*header) : Header{};
}

TEST(ShippedModelsTest, TensorsAddUpToThePublishedParameters) {
  const std::vector<KnownModel> models = shipped();
  EXPECT_GE(models.size(), 50U);
  for (const KnownModel& model : models) {
    const double summed = static_cast<double>(header_of(model).parameters()) / 1e9;
    EXPECT_NEAR(summed / model.parameters_billion, 1, 0.01)
        << model.name << ": the tensors sum to " << summed << " billion";
  }
}

/// Makers count the embedding or not, and round to whole billions.
TEST(ShippedModelsTest, MixturesUseAboutAsManyParametersAsPublished) {
  std::size_t mixtures = 0;
  for (const KnownModel& model : shipped()) {
    const auto experts = model.shape.integer("expert_count");
    EXPECT_EQ(experts.has_value(), model.active_billion.has_value()) << model.name;
    if (!model.active_billion) continue;
    ++mixtures;
    const double active = static_cast<double>(count_parameters(header_of(model)).active) / 1e9;
    EXPECT_GT(active, 0.7 * *model.active_billion - 0.5) << model.name;
    EXPECT_LT(active, 1.3 * *model.active_billion + 0.5) << model.name;
  }
  EXPECT_GE(mixtures, 10U);
}

TEST(ShippedModelsTest, EveryRowSaysWhereItIsFromAndWhatItMaySay) {
  for (const KnownModel& model : shipped()) {
    EXPECT_TRUE(model.date.ok()) << model.name;
    EXPECT_THAT(model.source, HasSubstr("https://")) << model.name;
    EXPECT_FALSE(model.kinds.empty()) << model.name;
    EXPECT_GT(model.shape.integer("context_length").value_or(0), 2048U) << model.name;
  }
}

TEST(ShippedModelsTest, AreFoundByNameInAnyCase) {
  EXPECT_EQ(known_shape_names().size(), shipped().size());
  ASSERT_TRUE(known_shape("QWEN3-8B").has_value());
  EXPECT_EQ(known_shape("QWEN3-8B")->architecture, "qwen3");
  EXPECT_FALSE(known_shape("qwen3").has_value()) << "a beginning is no name";
}

constexpr std::string_view kRow = R"([[model]]
name = "m"
title = "M"
family = "F"
architecture = "llama"
kinds = ["instruct"]
parameters_billion = 1.0
license = "Apache-2.0"
vocabulary = 100
date = 2026-11-20
source = "https://example.org"
[model.shape]
block_count = 2
"attention.head_count_kv" = [2, 0]
"rope.freq_base" = 1e6
)";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kRow);
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::string refusal(const std::string& text) {
  const auto models = parse_model_table(text, "mine.toml");
  return models.has_value() ? "" : models.error().to_string();
}

TEST(ModelTableTest, ReadsEveryKindOfValue) {
  const auto models = parse_model_table(kRow, "mine.toml");
  ASSERT_TRUE(models.has_value()) << models.error().to_string();
  const ModelShape& shape = models->at(0).shape;
  EXPECT_EQ(shape.name, "M");
  EXPECT_EQ(shape.of_layer("attention.head_count_kv", 0), 2U);
  EXPECT_EQ(shape.of_layer("attention.head_count_kv", 1), 0U);
  EXPECT_EQ(std::get<double>(shape.metadata.at("rope.freq_base")), 1e6);
  EXPECT_FALSE(models->at(0).active_billion);
}

TEST(ModelTableTest, RefusesWithPlaceAndReason) {
  EXPECT_THAT(refusal(""), HasSubstr("[[model]]"));
  EXPECT_THAT(refusal(std::string(kRow) + std::string(kRow)), HasSubstr("two rows"));
  EXPECT_THAT(refusal(with("license", "licence")), HasSubstr("did you mean `license`"));
  EXPECT_THAT(refusal(with("date = 2026-11-20\n", "")), HasSubstr("lacks `date`"));
  EXPECT_THAT(refusal(with("2026-11-20", "\"today\"")), HasSubstr("without quotes"));
  EXPECT_THAT(refusal(with("[\"instruct\"]", "[\"clever\"]")), HasSubstr("mine.toml:6"));
  EXPECT_THAT(refusal(with("= 1.0", "= -1.0")), HasSubstr("above 0"));
  EXPECT_THAT(refusal(with("block_count = 2", "block_count = -2")), HasSubstr("block_count"));
  EXPECT_THAT(refusal(with("[2, 0]", "[2, [0]]")), HasSubstr("per layer"));
}

}  // namespace
}  // namespace assay::gguf
