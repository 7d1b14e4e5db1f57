#include "task/scorer_test_support.h"

namespace assay::task {
namespace {

using testing::HasSubstr;

double value_of(std::string_view scorer, std::string_view expect, std::string text) {
  return score_of(case_of(scorer, expect), std::move(text)).value;
}

constexpr std::string_view kRegex = R"({"type": "regex"})";
constexpr std::string_view kCode = R"json("(^|[^0-9])8154([^0-9]|$)")json";

TEST(Regex, FindsThePatternAnywhere) {
  EXPECT_EQ(value_of(kRegex, kCode, "The code is 8154."), 1);
  EXPECT_EQ(value_of(kRegex, kCode, "18154"), 0);
  EXPECT_EQ(value_of(kRegex, R"("^\\d+$")", "  42\n"), 1);
  EXPECT_EQ(score_of(case_of(kRegex, R"("\\d")"), "none").reason,
            R"(expected a match of "\d", found "none")");
}

TEST(Regex, MatchesTheWholeReplyAndAnyCaseWhenAsked) {
  EXPECT_EQ(value_of(R"({"type": "regex", "full": true})", R"("\\d+")", "42 apples"), 0);
  EXPECT_EQ(value_of(R"({"type": "regex", "full": true})", R"("\\d+")", " 42 "), 1);
  EXPECT_EQ(value_of(kRegex, R"("yes")", "Yes"), 0);
  EXPECT_EQ(value_of(R"({"type": "regex", "case_sensitive": false})", R"("yes")", "Yes"), 1);
}

TEST(Regex, KnowsUnicode) {
  EXPECT_EQ(value_of(kRegex, R"("^\\w{5}$")", "\u00C4pfel"), 1);
  EXPECT_EQ(value_of(kRegex, R"("^.$")", "\U0001F600"), 1);
}

TEST(Regex, RefusesWhatDoesNotCompile) {
  const std::string refusal = refusal_of(case_of(kRegex, "\"(unclosed\""));
  EXPECT_THAT(refusal, HasSubstr("expect: expected a regular expression, found \"(unclosed\""));
  EXPECT_THAT(refusal, HasSubstr("U_REGEX_MISMATCHED_PAREN"));
  EXPECT_THAT(refusal_of(case_of(kRegex, "3")), HasSubstr("found the number 3"));
  EXPECT_THAT(refusal_of(case_of(kRegex, R"("")")), HasSubstr("found the string \"\""));
  EXPECT_THAT(refusal_of(case_of(kRegex, "\"" + std::string(5000, 'a') + "\"")),
              HasSubstr("at most 4096 bytes"));
}

TEST(Regex, GivesUpOnEndlessBacktrackingInsteadOfJudging) {
  const Case hostile = case_of(kRegex, R"json("(a+)+b")json");
  const auto result = score(hostile, Reply{std::string(5000, 'a'), {}});
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("too much work"));
  EXPECT_EQ(score_of(hostile, "aaab").value, 1);
}

TEST(Regex, GivesUpOnHugeReplies) {
  const auto result = score(case_of(kRegex, R"("b")"), Reply{std::string(70'000, 'a'), {}});
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("68.4 KiB, more than 64.0 KiB"));
}

TEST(Regex, AffordsALinearPatternOnALongReply) {
  EXPECT_EQ(value_of(kRegex, kCode, std::string(60'000, '8')), 0);
}

}  // namespace
}  // namespace assay::task
