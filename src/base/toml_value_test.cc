#include "base/toml_value.h"

#include <gmock/gmock.h>

namespace assay::base {
namespace {

using testing::HasSubstr;

toml::table document(std::string_view text) {
  auto parsed = parse_toml(text, "file.toml");
  EXPECT_TRUE(parsed.has_value());
  return std::move(*parsed);
}

template <typename T>
void expect_refused(const Result<T>& value, std::string_view expected) {
  ASSERT_FALSE(value.has_value());
  EXPECT_THAT(value.error().to_string(), HasSubstr("file.toml:1: [run] x"));
  EXPECT_THAT(value.error().message, HasSubstr(expected));
}

TEST(TomlValue, IsReadWhereItIsWhatItShouldBe) {
  const toml::table table = document("i = 3\nd = 0.5\nt = \"word\"");
  EXPECT_EQ(*toml_integer("file.toml", *table.get("i"), "i", 3), 3);
  EXPECT_EQ(*toml_number("file.toml", *table.get("d"), "d", 0, 1), 0.5);
  EXPECT_EQ(*toml_number("file.toml", *table.get("i"), "i", 0), 3);
  EXPECT_EQ(*toml_text("file.toml", *table.get("t"), "t"), "word");
  EXPECT_EQ(*toml_choice("file.toml", *table.get("t"), "t", "number word"), "word");
}

TEST(TomlValue, SaysWhatWasExpectedOtherwise) {
  const auto value = [](std::string_view text) { return document(text); };
  const toml::table low = value("x = 2");
  expect_refused(toml_integer("file.toml", *low.get("x"), "[run] x", 3), "at least 3");
  expect_refused(toml_number("file.toml", *low.get("x"), "[run] x", 0, 1), "from 0 to 1");
  expect_refused(toml_number("file.toml", *low.get("x"), "[run] x", 3), "at least 3");
  const toml::table text = value("x = \"\"");
  expect_refused(toml_text("file.toml", *text.get("x"), "[run] x"), "not empty");
  const toml::table word = value("x = \"blue\"");
  expect_refused(toml_choice("file.toml", *word.get("x"), "[run] x", "red green"), "red green");
  const toml::table nan = value("x = nan");
  expect_refused(toml_number("file.toml", *nan.get("x"), "[run] x", 0), "a number");
}

TEST(Duration, HasAUnit) {
  EXPECT_EQ(parse_duration_s("90 s"), 90);
  EXPECT_EQ(parse_duration_s("1.5min"), 90);
  EXPECT_EQ(parse_duration_s("2 h"), 7200);
  EXPECT_EQ(parse_duration_s("90"), std::nullopt);
  EXPECT_EQ(parse_duration_s("-1 s"), std::nullopt);
  EXPECT_EQ(parse_duration_s("1 day"), std::nullopt);
}

}  // namespace
}  // namespace assay::base
