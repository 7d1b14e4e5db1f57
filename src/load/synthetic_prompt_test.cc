#include "load/synthetic_prompt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace assay::load {
namespace {

/// A token for every begun four letters of a word, and one at the start.
base::Result<std::int64_t> count_pieces(const std::string& text) {
  std::int64_t tokens = 1;
  std::int64_t letters = 0;
  for (const char letter : text) {
    letters = letter == ' ' ? 0 : letters + 1;
    if (letters % 4 == 1) ++tokens;
  }
  return tokens;
}

SyntheticPlan plan(std::size_t count, std::int64_t tokens, std::int64_t prefix_tokens,
                   std::uint64_t seed) {
  return {std::vector<std::int64_t>(count, tokens), prefix_tokens, seed};
}

TEST(SyntheticPrompts, HaveExactlyTheTokensAskedFor) {
  for (const std::int64_t tokens : {5, 17, 300, 4000}) {
    const auto prompts = make_synthetic_prompts(plan(5, tokens, 0, 1), count_pieces);
    ASSERT_TRUE(prompts.has_value());
    ASSERT_EQ(prompts->size(), 5U);
    for (const SyntheticPrompt& prompt : *prompts) {
      EXPECT_EQ(prompt.tokens, tokens);
      EXPECT_EQ(*count_pieces(prompt.text), tokens);
    }
  }
}

TEST(SyntheticPrompts, DifferFromEachOtherAndRepeatWithTheSeed) {
  const auto prompts = *make_synthetic_prompts(plan(20, 50, 0, 1), count_pieces);
  std::set<std::string> starts;
  for (const SyntheticPrompt& prompt : prompts) starts.insert(prompt.text.substr(0, 12));
  EXPECT_GE(starts.size(), 19U) << "alike beginnings would be cached";
  EXPECT_EQ((*make_synthetic_prompts(plan(20, 50, 0, 1), count_pieces))[7].text, prompts[7].text);
  EXPECT_NE((*make_synthetic_prompts(plan(20, 50, 0, 2), count_pieces))[7].text, prompts[7].text);
}

TEST(SyntheticPrompts, ShareAPrefixOfTheLengthAskedFor) {
  const auto prompts = *make_synthetic_prompts(plan(2, 200, 100, 3), count_pieces);
  const auto [left, right] =
      std::mismatch(prompts[0].text.begin(), prompts[0].text.end(), prompts[1].text.begin());
  const std::string common(prompts[0].text.begin(), left);
  EXPECT_NEAR(static_cast<double>(*count_pieces(common)), 100, 4);
  EXPECT_EQ(prompts[0].tokens, 200);
}

TEST(SyntheticPrompts, PassOnThatCountingFailed) {
  const auto failing = [](const std::string& /*text*/) -> base::Result<std::int64_t> {
    return base::unreachable("no tokenizer");
  };
  const auto prompts = make_synthetic_prompts(plan(1, 10, 0, 1), failing);
  ASSERT_FALSE(prompts.has_value());
  EXPECT_EQ(prompts.error().message, "no tokenizer");
}

TEST(SyntheticPrompts, SayHowFarATokenizerThatOnlyKnowsPairsIsOff) {
  const auto pairs = [](const std::string& text) -> base::Result<std::int64_t> {
    return 2 * static_cast<std::int64_t>(std::count(text.begin(), text.end(), ' ') + 1);
  };
  const auto prompts = make_synthetic_prompts(plan(1, 11, 0, 1), pairs);
  ASSERT_TRUE(prompts.has_value());
  EXPECT_EQ(std::abs((*prompts)[0].tokens - 11), 1);
}

}  // namespace
}  // namespace assay::load
