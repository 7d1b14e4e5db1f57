#include "gguf/roof.h"

#include <gmock/gmock.h>

#include <limits>

#include "support/gguf_builder.h"

namespace assay::gguf {
namespace {

using test::GgufBuilder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;

constexpr std::uint64_t kGiga = 1'000'000'000;
constexpr std::uint32_t kQ4 = 2;

/// One layer, one KV head of 128 and 128, and a matrix of 4.5 GB in Q4_0.
Header big_model() {
  GgufBuilder builder;
  builder.text("general.architecture", "llama")
      .number("llama.block_count", 1)
      .number("llama.embedding_length", 128)
      .number("llama.attention.head_count", 1)
      .number("llama.attention.head_count_kv", 1)
      .number("llama.attention.key_length", 128)
      .tensor("blk.0.ffn_up.weight", {1000 * 32, 250'000}, kQ4, 4500 * 1000 * 1000ULL);
  const auto header = parse_header(builder.header(), builder.file_bytes());
  EXPECT_TRUE(header.has_value()) << header.error().to_string();
  return *header;
}

TEST(Roof, ReadingAboveTheMemoryIsRejectedWithTheReason) {
  const Roof roof{18.0 * kGiga, 32U << 20U};
  EXPECT_THAT(why_impossible({8.1, 0}, big_model(), {}, roof),
              Optional(AllOf(HasSubstr("8.1 tok/s × 4.2 GiB a token = 36.5 GB/s"),
                             HasSubstr("above the 18.0 GB/s that this machine reads"),
                             HasSubstr("speculative decoding"))));
  EXPECT_EQ(why_impossible({3.9, 0}, big_model(), {}, roof), std::nullopt);
}

TEST(Roof, MayBeWrongByATenthItself) {
  const Roof roof{18.0 * kGiga, 0};
  EXPECT_EQ(why_impossible({4.39, 0}, big_model(), {}, roof), std::nullopt);
  EXPECT_NE(why_impossible({4.41, 0}, big_model(), {}, roof), std::nullopt);
}

TEST(Roof, TheCacheAtTheDepthIsReadToo) {
  const Roof roof{18.0 * kGiga, 0};
  // 10,000,000 cells × (128 + 128) × 2 bytes are 5.1 GB more a token.
  EXPECT_NE(why_impossible({3.9, 10'000'000}, big_model(), {}, roof), std::nullopt);
  LoadSettings quantized;
  quantized.cache_type_k = "q4_0";
  quantized.cache_type_v = "q4_0";
  EXPECT_EQ(why_impossible({3.0, 10'000'000}, big_model(), quantized, roof), std::nullopt);
}

TEST(Roof, CachesMayBeatTheMemory) {
  EXPECT_EQ(why_impossible({1000, 0}, big_model(), {}, {18.0 * kGiga, 3 * kGiga}), std::nullopt);
}

TEST(Roof, UnknownRoofRejectsNothingButNonsense) {
  EXPECT_EQ(why_impossible({1e6, 0}, big_model(), {}, {}), std::nullopt);
  for (const double nonsense : {0.0, -3.0, std::numeric_limits<double>::infinity(),
                                std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(why_impossible({nonsense, 0}, big_model(), {}, {}),
                Optional(HasSubstr("is no speed")));
  }
}

/// A published table's kind of row: Llama 3.1 8B, 4.58 GiB in Q4_K_M, on a card of 360 GB/s.
TEST(Roof, PublishedRowsAreToldApart) {
  const Roof card{360.0 * kGiga, 4U << 20U};
  EXPECT_EQ(why_impossible({58.0, 0}, big_model(), {}, card), std::nullopt);
  EXPECT_THAT(why_impossible({131.0, 0}, big_model(), {}, card),
              Optional(HasSubstr("589.5 GB/s, above the 360.0 GB/s")));
}

}  // namespace
}  // namespace assay::gguf
