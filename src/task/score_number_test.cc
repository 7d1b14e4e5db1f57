#include <cmath>

#include "task/number_in_text.h"
#include "task/scorer_test_support.h"

namespace assay::task {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<double> values_in(std::string_view text, DecimalMark mark = DecimalMark::Point) {
  std::vector<double> values;
  for (const FoundNumber& number : numbers_in(text, mark)) values.push_back(number.value);
  return values;
}

double value_of(std::string_view scorer, std::string_view expect, std::string text) {
  return score_of(case_of(scorer, expect), std::move(text)).value;
}

constexpr std::string_view kNumeric = R"({"type": "numeric"})";

TEST(NumbersInText, ReadsSignsDecimalsAndExponents) {
  EXPECT_THAT(values_in("-5 and +3, \u22127.5"), ElementsAre(-5, 3, -7.5));
  EXPECT_THAT(values_in("1.5e-3 2E5 6.02e+23"), ElementsAre(1.5e-3, 2e5, 6.02e23));
  EXPECT_THAT(values_in(".5 and -.25"), ElementsAre(0.5, -0.25));
  EXPECT_THAT(values_in("It is 42."), ElementsAre(42));
  EXPECT_THAT(values_in("**42** \\boxed{43} (44)"), ElementsAre(42, 43, 44));
}

TEST(NumbersInText, ReadsMoneyAndPercent) {
  EXPECT_THAT(values_in("$1,234.50 -$5 $-6 \u20AC7 45%"), ElementsAre(1234.5, -5, -6, 7, 45));
}

TEST(NumbersInText, ReadsThousands) {
  EXPECT_THAT(values_in("1,234,567 12,345"), ElementsAre(1234567, 12345));
  EXPECT_THAT(values_in("1\u00A0234 1\u202F234\u202F567"), ElementsAre(1234, 1234567));
  EXPECT_THAT(values_in("1,2,3"), ElementsAre(1, 2, 3));
  EXPECT_THAT(values_in("1,2345 0,123"), ElementsAre(1, 2345, 0, 123));
}

TEST(NumbersInText, ReadsDecimalCommas) {
  EXPECT_THAT(values_in("1.234,50 und 3,14", DecimalMark::Comma), ElementsAre(1234.5, 3.14));
}

TEST(NumbersInText, TellsSignsFromOperatorsAndDates) {
  EXPECT_THAT(values_in("5-3 (2)-1 10 - 7 x-9"), ElementsAre(5, 3, 2, 1, 10, 7, 9));
  EXPECT_THAT(values_in("2024-05-01"), ElementsAre(2024, 5, 1));
}

TEST(NumbersInText, LeavesDigitsInWordsAlone) {
  EXPECT_THAT(values_in("H2O and GPT4o and a_1"), IsEmpty());
  EXPECT_THAT(values_in("5kg, the 3rd"), ElementsAre(5, 3));
  EXPECT_THAT(values_in("forty-two"), IsEmpty());
  EXPECT_THAT(values_in(""), IsEmpty());
}

TEST(NumbersInText, ReadsVersionsAndFractionsAsSeveralNumbers) {
  EXPECT_THAT(values_in("1.2.3"), ElementsAre(1.2, 3));
  EXPECT_THAT(values_in("3/4"), ElementsAre(3, 4));
  EXPECT_THAT(values_in("1...5"), ElementsAre(1, 5));
}

TEST(NumbersInText, KeepsTheTextAsWritten) {
  const auto found = numbers_in("costs -$1,234.50 now", DecimalMark::Point);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].text, "-$1,234.50");
}

TEST(NumbersInText, CannotHoldWhatIsOutOfRange) {
  const auto found = numbers_in("1e999", DecimalMark::Point);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(std::isnan(found[0].value));
}

TEST(Numeric, TakesTheLastNumberUnlessToldOtherwise) {
  EXPECT_EQ(value_of(kNumeric, "12", "9 + 3 = 12"), 1);
  EXPECT_EQ(value_of(kNumeric, "9", "9 + 3 = 12"), 0);
  EXPECT_EQ(value_of(R"({"type": "numeric", "which": "first"})", "9", "9 + 3 = 12"), 1);
  EXPECT_EQ(value_of(R"({"type": "numeric", "which": "only"})", "12", "9 + 3 = 12"), 0);
  EXPECT_EQ(value_of(R"({"type": "numeric", "which": "only"})", "12", "It is 12."), 1);
}

TEST(Numeric, AllowsTolerancesUpToTheirEdge) {
  EXPECT_EQ(value_of(kNumeric, "3.14", "3.141"), 0);
  EXPECT_EQ(value_of(R"({"type": "numeric", "tolerance": 0.1})", "1", "1.1"), 1);
  EXPECT_EQ(value_of(R"({"type": "numeric", "tolerance": 0.1})", "1", "1.101"), 0);
  EXPECT_EQ(value_of(R"({"type": "numeric", "relative_tolerance": 0.01})", "-200", "-202"), 1);
  EXPECT_EQ(value_of(R"({"type": "numeric", "relative_tolerance": 0.01})", "-200", "-202.1"), 0);
  EXPECT_EQ(
      value_of(R"({"type": "numeric", "tolerance": 5, "relative_tolerance": 0.01})", "10", "15"),
      1);
}

TEST(Numeric, ReadsADecimalCommaWhenTold) {
  EXPECT_EQ(value_of(R"({"type": "numeric", "decimal_comma": true})", "3.5", "Es sind 3,5 km"), 1);
}

TEST(Numeric, SaysWhatWasExpectedAndFound) {
  EXPECT_EQ(score_of(case_of(kNumeric, "42"), "It is 1,041.").reason,
            R"(expected 42, found "1,041")");
  EXPECT_EQ(score_of(case_of(kNumeric, "42"), "no idea").reason,
            R"(expected 42, found no number in "no idea")");
  EXPECT_EQ(score_of(case_of(kNumeric, "42"), "1e999").value, 0);
}

TEST(Numeric, RefusesOtherShapes) {
  EXPECT_EQ(refusal_of(case_of(kNumeric, R"("42")")),
            "expect: expected a number, found the string \"42\"\n"
            "hint: write the number without quotes");
  EXPECT_THAT(refusal_of(case_of(R"({"type": "numeric", "tolerance": -1})", "1")),
              HasSubstr("scorer.tolerance: expected a number, 0 or more, found the number -1"));
  EXPECT_THAT(refusal_of(case_of(R"({"type": "numeric", "which": "best"})", "1")),
              HasSubstr("scorer.which: expected one of last, first, only, found the string"));
  EXPECT_THAT(refusal_of(case_of(R"({"type": "numeric", "decimal_comma": 1})", "1")),
              HasSubstr("expected true or false, found the number 1"));
}

}  // namespace
}  // namespace assay::task
