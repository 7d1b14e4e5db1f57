#include "gguf/architecture.h"

#include <gmock/gmock.h>

#include <set>

#include "base/file.h"
#include "gguf/estimate.h"
#include "support/gguf_builder.h"

namespace assay::gguf {
namespace {

using test::GgufBuilder;

constexpr std::uint64_t kCells = 2048;
constexpr std::uint64_t kWindowCells = 768;    // pad(128 + 512, 256)
constexpr std::uint64_t kKeyValueBytes = 512;  // 2 heads × (64 + 64) × 2 bytes
constexpr std::uint64_t kFloatBytes = 4;

using Numbers = std::vector<std::pair<std::string, std::uint32_t>>;
using Arrays = std::vector<std::pair<std::string, std::vector<std::uint32_t>>>;

/// What a row's header has beyond the shape below, and what its layers keep.
struct RowCase {
  std::string architecture;
  Numbers numbers;
  Arrays arrays;
  CacheNeed expected;
};

/// Eight layers of width 256, 4 heads of 64, 2 KV heads, a window of 128, loaded with 2,048 cells.
Header header_of_case(const RowCase& row) {
  Numbers numbers{{"block_count", 8},
                  {"embedding_length", 256},
                  {"feed_forward_length", 512},
                  {"attention.head_count", 4},
                  {"attention.head_count_kv", 2},
                  {"attention.sliding_window", 128}};
  GgufBuilder builder;
  builder.text("general.architecture", row.architecture);
  // Arrays go before the row's numbers, and those before the shape's.
  std::set<std::string> written;
  for (const auto& [key, values] : row.arrays) {
    builder.numbers(row.architecture + "." + key, values);
    written.insert(key);
  }
  for (const Numbers& some : {row.numbers, numbers}) {
    for (const auto& [key, value] : some) {
      if (written.insert(key).second) builder.number(row.architecture + "." + key, value);
    }
  }
  auto header = parse_header(builder.header(), builder.file_bytes());
  EXPECT_TRUE(header.has_value()) << header.error().to_string();
  return std::move(*header);
}

constexpr std::uint64_t full(std::uint64_t layers) { return layers * kCells * kKeyValueBytes; }
constexpr std::uint64_t in_window(std::uint64_t layers) {
  return layers * kWindowCells * kKeyValueBytes;
}
constexpr std::uint64_t state(std::uint64_t layers, std::uint64_t elements) {
  return layers * elements * kFloatBytes;
}
/// Latent keys of 160 elements on one head.
constexpr std::uint64_t latent(std::uint64_t layers) { return layers * kCells * 160 * 2; }
/// An indexer's keys of 32 elements.
constexpr std::uint64_t index_keys(std::uint64_t layers) { return layers * kCells * 32 * 2; }

const Numbers kLatent{{"attention.head_count_kv", 1},
                      {"attention.key_length", 160},
                      {"attention.value_length", 128},
                      {"attention.key_length_mla", 96},
                      {"attention.value_length_mla", 64}};
const Numbers kStateSpace{{"ssm.conv_kernel", 4},
                          {"ssm.inner_size", 512},
                          {"ssm.state_size", 16},
                          {"ssm.group_count", 2}};
constexpr std::uint64_t kStateSpaceElements = 3 * (512 + 2 * 2 * 16) + 16 * 512;
/// Layers 0, 1, 2, 4, 5, 6 have no heads.
const std::vector<std::uint32_t> kHeadsOfEveryFourth{0, 0, 0, 2, 0, 0, 0, 2};
const std::vector<std::uint32_t> kWindowInThreeOfFour{1, 1, 1, 0, 1, 1, 1, 0};

Numbers operator+(Numbers left, const Numbers& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::vector<RowCase> plain_rows() {
  std::vector<RowCase> rows;
  for (const char* name : {"apertus",       "arcee",          "arctic",     "baichuan",
                           "bailingmoe",    "bailingmoe2",    "bitnet",     "bloom",
                           "chameleon",     "chatglm",        "codeshell",  "cogvlm",
                           "command-r",     "dbrx",           "deci",       "deepseek",
                           "deepseek2-ocr", "dots1",          "ernie4_5",   "ernie4_5-moe",
                           "exaone",        "falcon",         "gemma",      "glm4",
                           "glm4moe",       "gpt2",           "gptj",       "gptneox",
                           "granite",       "granitemoe",     "grok",       "grovemoe",
                           "hunyuan-dense", "hunyuan-moe",    "hunyuan_vl", "hy_v3",
                           "internlm2",     "jais",           "jais2",      "llama",
                           "llama-embed",   "maincoder",      "minicpm",    "minicpm3",
                           "minimax-m2",    "mistral3",       "mpt",        "nemotron",
                           "olmo",          "olmoe",          "openelm",    "orion",
                           "paddleocr",     "pangu-embedded", "phi2",       "phi3",
                           "phimoe",        "plamo",          "plm",        "qwen",
                           "qwen2",         "qwen2moe",       "qwen2vl",    "qwen3",
                           "qwen3moe",      "qwen3vl",        "qwen3vlmoe", "refact",
                           "seed_oss",      "smollm3",        "stablelm",   "starcoder",
                           "starcoder2",    "talkie",         "xverse"}) {
    rows.push_back({name, {}, {}, {.full = full(8)}});
  }
  for (const char* name :
       {"bert", "dream", "eurobert", "gemma-embedding", "jina-bert-v2", "jina-bert-v3", "llada",
        "llada-moe", "modern-bert", "neo-bert", "nomic-bert", "nomic-bert-moe", "rnd1"}) {
    rows.push_back({name, {}, {}, {}});
  }
  return rows;
}

std::vector<RowCase> windowed_rows() {
  std::vector<RowCase> rows;
  for (const char* name : {"afmoe", "cohere2", "cohere2moe", "exaone-moe", "laguna", "mellum",
                           "muse-glimmer", "olmo2"}) {
    rows.push_back({name, {}, {}, {.full = full(2), .windowed = in_window(6)}});
  }
  for (const char* name : {"granite_swa", "maple", "mimo2", "spark2_5", "step35"}) {
    rows.push_back({name,
                    {},
                    {{"attention.sliding_window_pattern", kWindowInThreeOfFour}},
                    {.full = full(2), .windowed = in_window(6)}});
  }
  rows.push_back({"gemma2", {}, {}, {.full = full(4), .windowed = in_window(4)}});
  rows.push_back({"gpt-oss", {}, {}, {.full = full(4), .windowed = in_window(4)}});
  rows.push_back({"gemma3", {}, {}, {.full = full(1), .windowed = in_window(7)}});
  rows.push_back({"plamo3", {}, {}, {.full = full(1), .windowed = in_window(7)}});
  // A window of 4,096 or 8,192 whatever is said, so 2,048 cells hold everything.
  rows.push_back({"smallthinker", {}, {}, {.full = full(2), .windowed = full(6)}});
  rows.push_back({"llama4", {}, {}, {.full = full(2), .windowed = full(6)}});
  rows.push_back({"exaone4", {}, {}, {.full = full(8)}});
  rows.push_back(
      {"exaone4", {{"block_count", 64}}, {}, {.full = full(16), .windowed = in_window(48)}});
  // 22 layers: every fifth is full; those after the twentieth reuse.
  rows.push_back(
      {"gemma3n", {{"block_count", 22}}, {}, {.full = full(4), .windowed = in_window(16)}});
  rows.push_back({"gemma4",
                  {{"attention.shared_kv_layers", 4},
                   {"attention.key_length_swa", 32},
                   {"attention.value_length_swa", 32}},
                  {{"attention.sliding_window_pattern", kWindowInThreeOfFour}},
                  {.full = full(1), .windowed = in_window(3) / 2}});
  return rows;
}

std::vector<RowCase> latent_rows() {
  const Numbers index{{"attention.indexer.key_length", 32}, {"attention.indexer.top_k", 16}};
  const Arrays every_second{{"attention.indexer.types", {1, 0, 1, 0, 1, 0, 1, 0}}};
  return {
      {"deepseek2", kLatent, {}, {.latent = latent(8)}},
      // Files of old do not have the lengths before compression, and cache keys and values.
      {"deepseek2", {{"attention.key_length", 64}}, {}, {.full = full(8)}},
      {"mistral4", kLatent, {}, {.latent = latent(8)}},
      {"deepseek32", kLatent + index, {}, {.latent = latent(8) + index_keys(8)}},
      {"glm-dsa", kLatent + index, {}, {.latent = latent(8) + index_keys(8)}},
      {"glm-dsa", kLatent + index, every_second, {.latent = latent(8) + index_keys(4)}},
      {"hy_v4", kLatent, {}, {.latent = latent(8)}},
      {"hy_v4", kLatent + index, every_second, {.latent = latent(8) + index_keys(4)}},
      // Two leading layers have no indexer; a value of 64 beside each of its keys.
      {"minimax-m3",
       index + Numbers{{"leading_dense_block_count", 2}},
       {},
       {.full = full(8), .latent = 6 * kCells * (32 + 64) * 2}},
  };
}

std::vector<RowCase> recurrent_rows() {
  const Arrays heads{{"attention.head_count_kv", kHeadsOfEveryFourth}};
  const Numbers delta{{"ssm.conv_kernel", 4}, {"kda.head_dim", 64}};
  constexpr std::uint64_t kDelta = 4 * 64 * (3 * 3 + 64);
  const CacheNeed mixed{.full = full(2), .recurrent = state(6, kStateSpaceElements)};
  std::vector<RowCase> rows{
      {"mamba", kStateSpace, {}, {.recurrent = state(8, kStateSpaceElements)}},
      {"mamba2", kStateSpace, {}, {.recurrent = state(8, kStateSpaceElements)}},
      {"falcon-h1", kStateSpace, {}, {.full = full(8), .recurrent = state(8, kStateSpaceElements)}},
      {"granitehybrid", kStateSpace, heads, mixed},
      {"jamba", kStateSpace, heads, mixed},
      {"plamo2", kStateSpace, heads, mixed},
      {"qwen3next", kStateSpace, {}, mixed},
      {"qwen35", kStateSpace, {}, mixed},
      {"qwen35moe", kStateSpace, {}, mixed},
      {"qwen3next",
       kStateSpace,
       {{"attention.recurrent_layers", {1, 0, 0, 0, 0, 0, 0, 0}}},
       {.full = full(7), .recurrent = state(1, kStateSpaceElements)}},
      {"minimax-01", {}, {}, {.full = full(1), .recurrent = state(7, 4 * 64 * 64)}},
      {"lfm2moe",
       {{"shortconv.l_cache", 3}},
       heads,
       {.full = full(2), .recurrent = state(6, 256 * 2)}},
      {"lfm2",
       {{"shortconv.l_cache", 3}},
       heads,
       {.windowed = in_window(2), .recurrent = state(6, 256 * 2)}},
      {"kimi-linear",
       kLatent + delta,
       {{"attention.head_count_kv", {0, 0, 0, 1, 0, 0, 0, 1}}},
       {.latent = latent(2), .recurrent = state(6, kDelta)}},
  };
  for (const char* name : {"kimi-k3", "bailingmoe3"}) {
    rows.push_back(rows.back());
    rows.back().architecture = name;
  }
  // Layers 2 and 6 only feed forward.
  for (const char* name : {"nemotron_h", "nemotron_h_moe"}) {
    rows.push_back({name,
                    kStateSpace,
                    {{"attention.head_count_kv", kHeadsOfEveryFourth},
                     {"feed_forward_length", {0, 0, 512, 0, 0, 0, 512, 0}}},
                    {.full = full(2), .recurrent = state(4, kStateSpaceElements)}});
  }
  for (const char* name : {"rwkv6", "rwkv7"}) {
    rows.push_back({name, {{"wkv.head_size", 64}}, {}, {.recurrent = state(8, 256 * (2 + 64))}});
  }
  for (const char* name : {"rwkv6qwen2", "arwkv7"}) {
    rows.push_back({name,
                    {{"wkv.head_size", 64}, {"token_shift_count", 1}},
                    {},
                    {.recurrent = state(8, 256 * (1 + 64))}});
  }
  return rows;
}

std::vector<RowCase> all_rows() {
  std::vector<RowCase> rows = plain_rows();
  for (const auto& more : {windowed_rows(), latent_rows(), recurrent_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

class EveryArchitecture : public testing::TestWithParam<RowCase> {};

TEST_P(EveryArchitecture, KeepsWhatItsRowSays) {
  const RowCase& row = GetParam();
  const Header header = header_of_case(row);
  const CacheNeed cache = estimate_memory(header, {.context_tokens = kCells}).cache;
  EXPECT_EQ(cache.full, row.expected.full);
  EXPECT_EQ(cache.windowed, row.expected.windowed);
  EXPECT_EQ(cache.latent, row.expected.latent);
  EXPECT_EQ(cache.recurrent, row.expected.recurrent);
  EXPECT_TRUE(read_geometry(header).known);
}

INSTANTIATE_TEST_SUITE_P(Rows, EveryArchitecture, testing::ValuesIn(all_rows()),
                         [](const auto& instance) {
                           std::string name = instance.param.architecture;
                           for (char& letter : name) {
                             if (std::isalnum(letter) == 0) letter = '_';
                           }
                           return name + "_" + std::to_string(instance.index);
                         });

TEST(Architectures, EachRowHasACase) {
  std::set<std::string> tested;
  for (const RowCase& row : all_rows()) tested.insert(row.architecture);
  for (const Architecture& row : architectures()) {
    EXPECT_TRUE(tested.contains(std::string(row.name))) << row.name;
    EXPECT_EQ(find_architecture(row.name), &row);
  }
  EXPECT_EQ(tested.size(), architectures().size());
}

TEST(Architectures, EachRowIsInTheReference) {
  const auto page = base::read_file(ASSAY_SOURCE_DIR "/docs/reference/memory-estimate.md");
  ASSERT_TRUE(page.has_value()) << page.error().to_string();
  for (const Architecture& row : architectures()) {
    EXPECT_THAT(*page, testing::HasSubstr("`" + std::string(row.name) + "`"));
  }
}

TEST(Architectures, AnUnknownOneErrsUpwardAndSaysSo) {
  const RowCase row{"tomorrow",
                    kStateSpace + Numbers{{"attention.shared_kv_layers", 4}},
                    {{"attention.sliding_window_pattern", kWindowInThreeOfFour}},
                    {}};
  const Header header = header_of_case(row);
  EXPECT_FALSE(read_geometry(header).known);
  const CacheNeed cache = estimate_memory(header, {.context_tokens = kCells}).cache;
  EXPECT_EQ(cache.full, full(8)) << "no window, nothing shared";
  EXPECT_EQ(cache.recurrent, state(8, kStateSpaceElements));
  EXPECT_EQ(find_architecture(""), nullptr);
}

TEST(Architectures, LayersThatOnlyPredictFurtherTokensHaveNoCache) {
  const RowCase row{"glm4moe", {{"nextn_predict_layers", 1}}, {}, {}};
  EXPECT_EQ(estimate_memory(header_of_case(row), {.context_tokens = kCells}).cache.full, full(7));
}

TEST(Architectures, WithoutFlashAttentionValuesAreAsLongAsTheLongest) {
  const RowCase row{"gemma4",
                    {{"attention.key_length_swa", 32}, {"attention.value_length_swa", 32}},
                    {{"attention.sliding_window_pattern", kWindowInThreeOfFour}},
                    {}};
  const Header header = header_of_case(row);
  const LoadSettings settings{.context_tokens = kCells, .flash_attention = false};
  EXPECT_EQ(estimate_memory(header, settings).cache.windowed, 6 * kWindowCells * 2 * (32 + 64) * 2);
}

TEST(Architectures, AWindowGrowsWithSlotsOfAUnifiedCacheAndIsKeptByEachOtherwise) {
  const Header header = header_of_case({"gpt-oss", {}, {}, {}});
  LoadSettings settings{.context_tokens = 8192, .slots = 4};
  EXPECT_EQ(estimate_memory(header, settings).cache.windowed, 4 * in_window(4));
  settings.unified = true;  // pad(4 × 128 + 512, 256) cells
  EXPECT_EQ(estimate_memory(header, settings).cache.windowed, 4 * 1024 * kKeyValueBytes);
}

}  // namespace
}  // namespace assay::gguf
