#include "base/text.h"

#include <gmock/gmock.h>

namespace assay::base {
namespace {

using testing::ElementsAre;

TEST(Text, TrimsAndSplits) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_THAT(split_lines("a\r\nb\n\nc"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(split_lines("a\n"), ElementsAre("a"));
  EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
}

TEST(Text, NearestSuggestsOnlyLikelySlips) {
  const std::vector<std::string> known{"temperature", "top_p", "max_tokens"};
  EXPECT_EQ(nearest("temprature", known), "temperature");
  EXPECT_EQ(nearest("max_token", known), "max_tokens");
  EXPECT_EQ(nearest("quantization", known), std::nullopt);
  EXPECT_EQ(nearest("teir", std::vector<std::string>{"tags", "tier"}), "tier");
  EXPECT_EQ(nearest("q8", std::vector<std::string>{"q4_0", "q8_0"}), "q8_0");
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Text, HumanUnits) {
  EXPECT_EQ(human_bytes(17), "17 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(std::uint64_t{24} << 30U), "24.0 GiB");
  EXPECT_EQ(human_duration(0.45), "450 ms");
  EXPECT_EQ(human_duration(200), "3 min 20 s");
  EXPECT_EQ(human_duration(7500), "2 h 05 min");
}

TEST(Text, WidthAndEllipsisRespectCodePoints) {
  EXPECT_EQ(display_width("né…"), 3U);
  EXPECT_EQ(ellipsize("né…x", 3), "né…");
  EXPECT_EQ(ellipsize("abc", 3), "abc");
}

}  // namespace
}  // namespace assay::base
