#include <gmock/gmock.h>

#include <cmath>

#include "base/file.h"
#include "base/json.h"
#include "gguf/estimate.h"
#include "support/gguf_builder.h"

namespace assay::gguf {
namespace {

using base::Json;
using test::GgufBuilder;

constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr double kGibibyte = 1024.0 * kMebibyte;

const Json& oracles() {
  static const Json record = [] {
    const auto text = base::read_file(ASSAY_SOURCE_DIR "/tests/gguf/memory_oracles.json");
    return Json::parse(text.value());
  }();
  return record;
}

std::vector<Json> rows(const char* table) {
  return {oracles().at(table).begin(), oracles().at(table).end()};
}

/// The models that the rows are about, as their files describe them.
GgufBuilder model_of(const std::string& architecture) {
  GgufBuilder builder;
  builder.text("general.architecture", architecture);
  const auto number = [&](const std::string& key, std::uint32_t value) {
    builder.number(architecture + "." + key, value);
  };
  number("block_count", architecture == "gpt-oss" ? 24 : 48);
  number("attention.head_count", 16);
  if (architecture == "gpt-oss") {
    number("attention.head_count_kv", 8);
    number("attention.key_length", 64);
    number("attention.value_length", 64);
    number("attention.sliding_window", 128);
  } else if (architecture == "gemma4") {
    std::vector<std::uint32_t> heads;
    std::vector<bool> windowed;
    for (int layer = 0; layer < 48; ++layer) {
      windowed.push_back(layer % 6 != 5);
      heads.push_back(windowed.back() ? 8 : 1);
    }
    number("attention.key_length", 512);
    number("attention.value_length", 512);
    number("attention.key_length_swa", 256);
    number("attention.value_length_swa", 256);
    number("attention.sliding_window", 1024);
    builder.numbers("gemma4.attention.head_count_kv", heads)
        .flags("gemma4.attention.sliding_window_pattern", windowed);
  } else if (architecture == "qwen3next") {
    number("attention.head_count_kv", 2);
    number("attention.key_length", 256);
    number("attention.value_length", 256);
    number("ssm.conv_kernel", 4);
    number("ssm.inner_size", 4096);
    number("ssm.state_size", 128);
    number("ssm.group_count", 16);
  } else {
    number("attention.head_count_kv", 4);
    number("attention.key_length", 128);
    number("attention.value_length", 128);
  }
  return builder;
}

Header parsed(const GgufBuilder& builder) {
  auto header = parse_header(builder.header(), builder.file_bytes());
  EXPECT_TRUE(header.has_value()) << header.error().to_string();
  return std::move(*header);
}

class LoadLog : public testing::TestWithParam<Json> {};

TEST_P(LoadLog, ToldTheCacheThatIsEstimated) {
  const Json& row = GetParam();
  const bool windowed = row.contains("swa");
  const bool recurrent = row.contains("recurrent");
  LoadSettings settings;
  // A window's cells follow from the settings; its row tells them instead of the context.
  constexpr std::uint64_t kContextOfWindowedRows = 8192;
  settings.context_tokens =
      windowed ? kContextOfWindowedRows : row.at("ctx_cells").get<std::uint64_t>();
  settings.slots = recurrent ? row.at("recurrent").at("n_seq").get<int>() : row.value("n_seq", 1);
  settings.unified = settings.slots > 1;
  settings.cache_type_k = row.at("kt").get<std::string>();
  settings.cache_type_v = row.at("vt").get<std::string>();
  settings.micro_batch = row.value("ubatch", std::uint64_t{512});
  const Header header = parsed(model_of(row.at("arch").get<std::string>()));
  const CacheNeed cache = estimate_memory(header, settings).cache;
  const double estimated =
      static_cast<double>(windowed ? cache.windowed : cache.full + cache.recurrent) / kMebibyte;
  EXPECT_EQ(row.value("floor", false) ? std::floor(estimated) : estimated,
            row.at("log_MiB").get<double>());
  if (windowed) {
    EXPECT_EQ(lay_out(read_geometry(header), settings).windowed,
              row.at("ctx_cells").get<std::uint64_t>());
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, LoadLog, testing::ValuesIn(rows("kv_log")),
                         [](const auto& instance) {
                           return instance.param.at("id").template get<std::string>();
                         });

class PublishedEstimate : public testing::TestWithParam<Json> {};

TEST_P(PublishedEstimate, HasTheSameCache) {
  const Json& row = GetParam();
  const auto figure = [&](const char* key) { return row.at(key).get<std::uint32_t>(); };
  const std::string architecture = row.at("arch").get<std::string>();
  constexpr std::uint32_t kHeadLength = 128;
  GgufBuilder builder;
  builder.text("general.architecture", architecture)
      .number(architecture + ".block_count", figure("block_count"))
      .number(architecture + ".embedding_length", figure("embedding_length"))
      .number(architecture + ".attention.head_count", figure("embedding_length") / kHeadLength)
      .number(architecture + ".attention.head_count_kv", figure("k_gqa") / kHeadLength);
  const CacheNeed cache = estimate_memory(parsed(builder), {.context_tokens = figure("ctx")}).cache;
  // Their output buffer has logits and embedding of 512 tokens.
  constexpr double kOutputTokens = 512;
  const double output =
      kOutputTokens * 4 * (figure("vocab") + static_cast<double>(figure("embedding_length")));
  EXPECT_NEAR((static_cast<double>(cache.total()) + output) / kGibibyte,
              row.at("our_kv_plus_output_GiB").get<double>(), 0.00005);
}

INSTANTIATE_TEST_SUITE_P(Rows, PublishedEstimate, testing::ValuesIn(rows("published_estimates")),
                         [](const auto& instance) { return fmt::format("Row{}", instance.index); });

}  // namespace
}  // namespace assay::gguf
