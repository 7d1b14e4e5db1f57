#include "study/factor.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::study {
namespace {

using base::Json;

TEST(Factors, HaveDistinctNamesAndAMeaning) {
  std::set<std::string_view> names;
  for (const Factor& factor : factors()) {
    EXPECT_TRUE(names.insert(factor.name).second) << factor.name;
    EXPECT_FALSE(factor.meaning.empty()) << factor.name;
    EXPECT_EQ(find_factor(factor.name), &factor);
  }
  EXPECT_EQ(find_factor("nothing"), nullptr);
}

TEST(Factors, EveryGuestFactorChangesTheServersCommandLine) {
  const endpoint::GuestSettings untouched;
  for (const Factor& factor : factors()) {
    if (factor.place != FactorPlace::Guest || factor.name == "quantization") continue;
    Json value = 7;
    if (factor.type == FactorType::Boolean) value = false;
    if (factor.type == FactorType::Text) value = factor.name == "flash_attention" ? "off" : "q8_0";
    ASSERT_TRUE(check_level(factor, value).has_value()) << factor.name;
    endpoint::GuestSettings moved;
    apply_to_guest(factor, value, moved);
    EXPECT_NE(endpoint::command_arguments(moved), endpoint::command_arguments(untouched))
        << factor.name;
  }
}

TEST(Factors, LevelsAreChecked) {
  EXPECT_TRUE(check_level(*find_factor("temperature"), 0).has_value());
  EXPECT_FALSE(check_level(*find_factor("temperature"), -0.1).has_value());
  EXPECT_FALSE(check_level(*find_factor("max_tokens"), 1.5).has_value());
  EXPECT_FALSE(check_level(*find_factor("max_tokens"), 0).has_value());
  EXPECT_FALSE(check_level(*find_factor("thinking"), "yes").has_value());
  EXPECT_FALSE(check_level(*find_factor("tool_choice"), "always").has_value());
}

TEST(Factors, LevelsAreShownAsWritten) {
  EXPECT_EQ(level_text(1.5), "1.5");
  EXPECT_EQ(level_text(8), "8");
  EXPECT_EQ(level_text("Q2_K"), "Q2_K");
  EXPECT_EQ(level_text(true), "true");
}

}  // namespace
}  // namespace assay::study
