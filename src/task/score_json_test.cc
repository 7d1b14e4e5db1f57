#include "task/scorer_test_support.h"

namespace assay::task {
namespace {

using testing::HasSubstr;

constexpr std::string_view kJson = R"({"type": "json_equal"})";
constexpr std::string_view kSubset = R"({"type": "json_equal", "subset": true})";
constexpr std::string_view kPet = R"({"name": "Vera", "pet": "fox"})";

double value_of(std::string_view expect, std::string text, std::string_view scorer = kJson) {
  return score_of(case_of(scorer, expect), std::move(text)).value;
}

std::string reason_of(std::string_view expect, std::string text) {
  return score_of(case_of(kJson, expect), std::move(text)).reason;
}

TEST(JsonEqual, ComparesValuesAndNotTheirWriting) {
  EXPECT_EQ(value_of(kPet, R"( {"pet" : "fox", "name": "Vera"} )"), 1);
  EXPECT_EQ(value_of(R"({"n": 1})", R"({"n": 1.0})"), 1);
  EXPECT_EQ(value_of(R"({"n": 1})", R"({"n": "1"})"), 0);
  EXPECT_EQ(value_of("[1, 2]", "[2, 1]"), 0);
  EXPECT_EQ(value_of(R"("yes")", R"("yes")"), 1);
  EXPECT_EQ(value_of("null", "null"), 1);
}

TEST(JsonEqual, FindsTheValueInAFence) {
  EXPECT_EQ(value_of(kPet, "Here:\n```json\n{\"name\": \"Vera\", \"pet\": \"fox\"}\n```\nDone."),
            1);
  EXPECT_EQ(value_of(kPet, "```\n{\"name\": \"Vera\", \"pet\": \"fox\"}\n```"), 1);
  EXPECT_EQ(value_of(kPet, "```json {\"name\": \"Vera\", \"pet\": \"fox\"}```"), 1);
  EXPECT_EQ(value_of(kPet, "```json\n{\"name\": \"Vera\", \"pet\": \"fox\"}"), 1);
  EXPECT_EQ(value_of(kPet, "```sh\nls\n```\n```json\n{\"name\":\"Vera\",\"pet\":\"fox\"}\n```"), 1);
  EXPECT_EQ(value_of("7", "```json\n7\n```"), 1);
}

TEST(JsonEqual, FindsTheValueInProse) {
  EXPECT_EQ(value_of(kPet, R"(As [1] says, {set}: {"name": "Vera", "pet": "fox"}. Good?)"), 1);
  EXPECT_EQ(value_of(R"({"a": "}\"{"})", R"(x {"a": "}\"{"} y)"), 1);
  EXPECT_EQ(value_of("[1, 2]", R"(From {"a": 3} follows [1, 2].)"), 1);
  EXPECT_EQ(value_of("7", "It is 7 of them."), 0);
}

TEST(JsonEqual, SaysWhereTheFirstDifferenceIs) {
  EXPECT_EQ(reason_of(kPet, R"({"name": "Vera", "pet": "frog"})"),
            R"(at /pet: expected the string "fox", found the string "frog")");
  EXPECT_EQ(reason_of(kPet, R"({"name": "Vera"})"),
            R"(at /pet: expected the string "fox", found nothing)");
  EXPECT_EQ(reason_of(R"({"a": [1]})", R"({"a": [1], "b": 2})"),
            "at /b: expected nothing, found the number 2");
  EXPECT_EQ(reason_of(R"({"a": [1, {"b": 2}]})", R"({"a": [1, {"b": 3}]})"),
            "at /a/1/b: expected the number 2, found the number 3");
  EXPECT_EQ(reason_of("[1]", "[1, 2]"), "expected a list of 1 value, found a list of 2 values");
  EXPECT_EQ(reason_of(kPet, "Vera has a fox."),
            R"(expected {"name":"Vera","pet":"fox"}, found no JSON in "Vera has a fox.")");
}

TEST(JsonEqual, AllowsFurtherMembersInASubset) {
  EXPECT_EQ(value_of(R"({"a": {"b": 1}})", R"({"a": {"b": 1, "c": 2}, "d": 3})", kSubset), 1);
  EXPECT_EQ(value_of(R"({"a": {"b": 1}})", R"({"a": {"c": 2}})", kSubset), 0);
  EXPECT_EQ(value_of("[1]", "[1, 2]", kSubset), 0);
}

TEST(JsonEqual, PassesOverJsonNestedTooDeep) {
  EXPECT_EQ(value_of(kPet, std::string(50'000, '{')), 0);
  EXPECT_EQ(value_of("[]", std::string(5'000, '[') + std::string(5'000, ']')), 0);
}

TEST(JsonEqual, DoesNotJudgeHugeReplies) {
  const auto result = score(case_of(kJson, kPet), Reply{std::string(300'000, ' '), {}});
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("at most 256 KiB of JSON in the reply"));
}

}  // namespace
}  // namespace assay::task
