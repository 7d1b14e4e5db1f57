#include "gguf/fit.h"

#include <gmock/gmock.h>

#include "gguf/model_table.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30U;

Header llama() {
  auto header = header_of(*known_shape("llama-3.2-1b"), "Q8_0");
  EXPECT_TRUE(header.has_value());
  return std::move(*header);
}

std::uint64_t need(const Header& header, const LoadSettings& settings) {
  return estimate_memory(header, settings).total();
}

TEST(Fit, NeedsItsMarginToo) {
  const Fit fits = judge_fit(kGibibyte, kGibibyte + 512 * kMebibyte);
  EXPECT_TRUE(fits.fits);
  EXPECT_EQ(fits.missing, 0U);
  const Fit barely = judge_fit(kGibibyte, kGibibyte + 500 * kMebibyte);
  EXPECT_FALSE(barely.fits);
  EXPECT_TRUE(barely.barely);
  EXPECT_EQ(barely.missing, 12 * kMebibyte);
  const Fit too_large = judge_fit(kGibibyte, kGibibyte - 1);
  EXPECT_FALSE(too_large.fits);
  EXPECT_FALSE(too_large.barely);
  EXPECT_EQ(too_large.missing, 512 * kMebibyte + 1);
}

TEST(Fit, MarginGrowsWithTheNeed) {
  EXPECT_EQ(margin_bytes(0), 512 * kMebibyte);
  EXPECT_EQ(margin_bytes(100 * kGibibyte), 5 * kGibibyte);
  EXPECT_FALSE(judge_fit(~std::uint64_t{0}, ~std::uint64_t{0} - 1).fits) << "no overflow";
}

TEST(LargestContext, FitsAndTheNextStepDoesNot) {
  const Header header = llama();
  const std::uint64_t available = 3 * kGibibyte;
  LoadSettings settings{.simd = {"avx2"}};
  const std::uint64_t context = largest_context(header, settings, available);
  ASSERT_GT(context, 0U);
  EXPECT_EQ(context % 256, 0U);
  settings.context_tokens = context;
  EXPECT_TRUE(judge_fit(need(header, settings), available).fits);
  settings.context_tokens = context + 256;
  EXPECT_FALSE(judge_fit(need(header, settings), available).fits);
}

TEST(LargestContext, EndsAtTheTrainedOneAndAtNone) {
  const Header header = llama();
  EXPECT_EQ(largest_context(header, {}, 1024 * kGibibyte), 131072U);
  EXPECT_EQ(largest_context(header, {}, kGibibyte), 0U);
}

TEST(LargestSlots, KeepEachSlotsContext) {
  const Header header = llama();
  const std::uint64_t available = 3 * kGibibyte;
  const int slots = largest_slots(header, {.context_tokens = 8192, .slots = 2}, available);
  ASSERT_GT(slots, 2);
  const auto count = static_cast<std::uint64_t>(slots);
  EXPECT_TRUE(
      judge_fit(need(header, {.context_tokens = 4096 * count, .slots = slots}), available).fits);
  EXPECT_FALSE(
      judge_fit(need(header, {.context_tokens = 4096 * (count + 1), .slots = slots + 1}), available)
          .fits);
  EXPECT_EQ(largest_slots(header, {.context_tokens = 256}, 1024 * kGibibyte), 256);
  EXPECT_EQ(largest_slots(header, {}, kMebibyte), 0);
}

}  // namespace
}  // namespace assay::gguf
