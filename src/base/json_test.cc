#include "base/json.h"

#include <gmock/gmock.h>

namespace assay::base {
namespace {

TEST(ParseJson, KeepsMemberOrder) {
  EXPECT_EQ(dump_json(parse_json(R"({"b":1,"a":[true,null]})").value()),
            R"({"b":1,"a":[true,null]})");
}

TEST(ParseJson, SaysWhereItBroke) {
  const auto parsed = parse_json("{\"a\": 1,\n \"b\" 2}");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_THAT(parsed.error().message, testing::HasSubstr("line 2"));
}

TEST(ParseJson, RefusesHostileDepthAndBadUtf8) {
  EXPECT_FALSE(parse_json(std::string(100000, '[')).has_value());
  EXPECT_FALSE(parse_json(std::string(300, '[') + std::string(300, ']')).has_value());
  EXPECT_FALSE(parse_json("\"\xff\"").has_value());
  EXPECT_FALSE(parse_json("").has_value());
}

TEST(DumpJson, NeverThrowsOnInvalidUtf8) {
  EXPECT_EQ(dump_json(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

TEST(JsonEqual, IgnoresOrderAndNumberKind) {
  const auto same = [](std::string_view left, std::string_view right) {
    return json_equal(parse_json(left).value(), parse_json(right).value());
  };
  EXPECT_TRUE(same(R"({"a":1,"b":[1,2]})", R"({"b":[1.0,2],"a":1})"));
  EXPECT_FALSE(same(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(same("[1,2]", "[2,1]"));
  EXPECT_FALSE(same("\"1\"", "1"));
}

TEST(Members, AreTyped) {
  const Json object = parse_json(R"({"s":"x","i":3,"d":1.5,"n":null})").value();
  EXPECT_EQ(string_member(object, "s"), "x");
  EXPECT_EQ(string_member(object, "i"), std::nullopt);
  EXPECT_EQ(integer_member(object, "i"), 3);
  EXPECT_EQ(integer_member(object, "d"), std::nullopt);
  EXPECT_EQ(number_member(object, "i"), 3.0);
  EXPECT_EQ(number_member(Json(7), "i"), std::nullopt);
}

}  // namespace
}  // namespace assay::base
