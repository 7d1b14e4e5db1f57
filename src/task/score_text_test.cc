#include "task/scorer_test_support.h"

namespace assay::task {
namespace {

using testing::HasSubstr;

double value_of(std::string_view scorer, std::string_view expect, std::string text) {
  return score_of(case_of(scorer, expect), std::move(text)).value;
}

constexpr std::string_view kExact = R"({"type": "exact"})";
constexpr std::string_view kNormalized = R"({"type": "normalized"})";
constexpr std::string_view kContains = R"({"type": "contains"})";

TEST(Exact, ComparesTrimmedBytes) {
  EXPECT_EQ(value_of(kExact, R"("OAK ASH")", "\n OAK ASH \r\n"), 1);
  EXPECT_EQ(value_of(kExact, R"("  OAK ASH")", "OAK ASH"), 1);
  EXPECT_EQ(value_of(kExact, R"("OAK ASH")", "OAK  ASH"), 0);
  EXPECT_EQ(value_of(kExact, R"("OAK ASH")", "oak ash"), 0);
}

TEST(Exact, KeepsWhiteSpaceWhenAsked) {
  EXPECT_EQ(value_of(R"({"type": "exact", "trim": false})", R"("a")", "a\n"), 0);
  EXPECT_EQ(value_of(R"({"type": "exact", "trim": false})", R"("a\n")", "a\n"), 1);
}

TEST(Exact, TakesOneOfSeveral) {
  EXPECT_EQ(value_of(kExact, R"(["yes", "no"])", "no"), 1);
  EXPECT_EQ(value_of(kExact, R"(["yes", "no"])", "maybe"), 0);
}

TEST(Exact, SaysWhatWasExpectedAndFound) {
  EXPECT_EQ(score_of(case_of(kExact, R"("yes")"), "no\nway").reason,
            R"(expected "yes", found "no way")");
  EXPECT_EQ(score_of(case_of(kExact, R"(["yes", "no"])"), "").reason,
            R"(expected one of "yes", "no", found "")");
}

TEST(TextScorers, EmptyAgainstEmptyIsOne) {
  for (const std::string_view scorer : {kExact, kNormalized, kContains}) {
    EXPECT_EQ(value_of(scorer, R"("")", ""), 1) << scorer;
    EXPECT_EQ(value_of(scorer, R"("")", "words"), 0) << scorer;
    EXPECT_EQ(value_of(scorer, R"("words")", ""), 0) << scorer;
  }
}

TEST(TextScorers, RefuseWhatIsNoText) {
  for (const std::string_view scorer : {kExact, kNormalized, kContains}) {
    EXPECT_EQ(refusal_of(case_of(scorer, "12")),
              "expect: expected a string or a list of strings, found the number 12\n"
              "hint: put the number in quotes, or use the scorer `numeric`");
    EXPECT_THAT(refusal_of(case_of(scorer, "[]")), HasSubstr("found an empty list"));
    EXPECT_THAT(refusal_of(case_of(scorer, R"(["a", 2])")), HasSubstr("found the number 2"));
    EXPECT_THAT(refusal_of(case_of(scorer, "null")), HasSubstr("found null"));
  }
}

TEST(Normalized, IgnoresCasePunctuationArticlesAndSpacing) {
  EXPECT_EQ(value_of(kNormalized, R"("The text does not say.")", "the text DOES NOT say"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("The text does not say.")", "Text  does\nnot say!"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("positive")", "**Positive**."), 1);
  EXPECT_EQ(value_of(kNormalized, R"("well-known")", "Well known"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("US")", "the U.S."), 1);
  EXPECT_EQ(value_of(kNormalized, R"("don't")", "don\u2019t"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("red, blue")", "red,blue"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("positive")", "not positive"), 0);
}

TEST(Normalized, FoldsUnicodeButKeepsAccents) {
  EXPECT_EQ(value_of(kNormalized, R"("STRASSE")", "stra\u00DFe"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("caf\u00e9")", "CAFE\u0301"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("caf\u00e9")", "cafe"), 0);
  EXPECT_EQ(value_of(kNormalized, R"("12")", "\uFF11\uFF12"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("\u041c\u043e\u0441\u043a\u0432\u0430")",
                     "\u043c\u043e\u0441\u043a\u0432\u0430."),
            1);
}

TEST(Normalized, KeepsWhatMakesANumber) {
  EXPECT_EQ(value_of(kNormalized, R"("1.5")", "15"), 0);
  EXPECT_EQ(value_of(kNormalized, R"("-5")", "5"), 0);
  EXPECT_EQ(value_of(kNormalized, R"("-5")", "\u22125."), 1);
  EXPECT_EQ(value_of(kNormalized, R"("1,000")", "1000"), 1);
  EXPECT_EQ(value_of(kNormalized, R"("1,2,3")", "1 2 3"), 1);
}

TEST(Normalized, LeavesSomethingToCompare) {
  EXPECT_EQ(value_of(kNormalized, R"("A")", "a."), 1);
  EXPECT_EQ(value_of(kNormalized, R"("A")", "B."), 0);
  EXPECT_EQ(value_of(kNormalized, R"("A")", "the"), 0);
  EXPECT_EQ(value_of(kNormalized, R"("+")", "-"), 0);
  EXPECT_EQ(value_of(kNormalized, R"("+")", " + "), 1);
}

TEST(Contains, FindsWholeWordsInAnyCase) {
  EXPECT_EQ(value_of(kContains, R"("Vienna")", "Wim lives in VIENNA."), 1);
  EXPECT_EQ(value_of(kContains, R"("New York")", "in new\n york,"), 1);
  EXPECT_EQ(value_of(kContains, R"("cat")", "concatenate"), 0);
  EXPECT_EQ(value_of(kContains, R"("cat")", "concatenate the cat"), 1);
  EXPECT_EQ(value_of(kContains, R"("art")", "arts"), 0);
  EXPECT_EQ(value_of(kContains, R"("it's")", "IT\u2019S late"), 1);
}

TEST(Contains, DoesNotCutNumbersApart) {
  EXPECT_EQ(value_of(kContains, R"("12")", "112"), 0);
  EXPECT_EQ(value_of(kContains, R"("12")", "12.5"), 0);
  EXPECT_EQ(value_of(kContains, R"("5")", "12.5"), 0);
  EXPECT_EQ(value_of(kContains, R"("12")", "12,000"), 0);
  EXPECT_EQ(value_of(kContains, R"("000")", "12,000"), 0);
  EXPECT_EQ(value_of(kContains, R"("12")", "It is 12."), 1);
  EXPECT_EQ(value_of(kContains, R"("12")", "11,12,13"), 1);
  EXPECT_EQ(value_of(kContains, R"("12.5")", "$12.5!"), 1);
}

TEST(Contains, TreatsEveryCharacterOfASpacelessScriptAsABoundary) {
  // "Beijing" in "I am in Beijing".
  EXPECT_EQ(value_of(kContains, "\"\u5317\u4EAC\"", "\u6211\u5728\u5317\u4EAC"), 1);
}

TEST(Contains, HasOptionsForPartsCaseAndAll) {
  EXPECT_EQ(value_of(R"({"type": "contains", "whole_words": false})", R"("cat")", "concatenate"),
            1);
  EXPECT_EQ(value_of(R"({"type": "contains", "case_sensitive": true})", R"("OK")", "ok"), 0);
  EXPECT_EQ(value_of(R"({"type": "contains", "case_sensitive": true})", R"("OK")", "OK!"), 1);
  constexpr std::string_view kAll = R"({"type": "contains", "all": true})";
  EXPECT_EQ(value_of(kContains, R"(["Ann", "Bo"])", "Bo called"), 1);
  EXPECT_EQ(value_of(kAll, R"(["Ann", "Bo"])", "Bo called"), 0);
  EXPECT_EQ(value_of(kAll, R"(["Ann", "Bo"])", "Bo and Ann called"), 1);
  EXPECT_EQ(score_of(case_of(kAll, R"(["Ann", "Bo"])"), "Bo called").reason,
            R"(expected text with "Ann", found "Bo called")");
}

TEST(Contains, SurvivesInvalidUtf8) {
  EXPECT_EQ(value_of(kContains, R"("oak")", "\xFF\xC3 oak \x80"), 1);
}

}  // namespace
}  // namespace assay::task
