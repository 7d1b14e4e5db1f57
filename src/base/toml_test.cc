#include "base/toml.h"

#include <gmock/gmock.h>

namespace assay::base {
namespace {

using testing::HasSubstr;

TEST(Toml, NamesTheLineOfASyntaxError) {
  const auto parsed = parse_toml("[study]\nname = \n", "s.toml");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_THAT(parsed.error().context, HasSubstr("s.toml:2"));
}

TEST(Toml, WhatIsNoKeyIsAnErrorLikeAnyOther) {
  for (const char* text : {"[=", "[ $ ]", "[[=]]", "[\x01", "key\u0224 = 1"}) {
    EXPECT_FALSE(parse_toml(text, "s.toml").has_value()) << text;
  }
}

TEST(Toml, SuggestsTheNearestKnownKey) {
  const auto table = parse_toml("[study]\nrepeat = 3\n", "s.toml").value();
  const std::vector<std::string> known{"name", "repeats"};
  const auto status = reject_unknown_keys(*table["study"].as_table(), known, "s.toml", "[study]");
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().context, "s.toml:2");
  EXPECT_THAT(status.error().hint, HasSubstr("did you mean `repeats`?"));
}

TEST(Toml, MismatchSaysExpectedFoundAndWhere) {
  const auto table = parse_toml("repeats = \"three\"\n", "s.toml").value();
  const Error error = toml_mismatch("s.toml", *table.get("repeats"), "repeats", "an integer");
  EXPECT_EQ(error.to_string(),
            "s.toml:1: repeats: expected an integer, found the string \"three\"");
}

}  // namespace
}  // namespace assay::base
