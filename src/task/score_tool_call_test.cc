#include "task/scorer_test_support.h"

namespace assay::task {
namespace {

using testing::HasSubstr;

constexpr std::string_view kToolCall = R"({"type": "tool_call"})";
constexpr std::string_view kAnyOrder = R"({"type": "tool_call", "any_order": true})";
constexpr std::string_view kLenient = R"({"type": "tool_call", "lenient": true})";
constexpr std::string_view kWeather = R"({"name": "weather", "arguments": {"city": "Oslo"}})";

/// A case that offers the tools `weather` and `alarm`.
Case tool_case(std::string_view expect, std::string_view scorer = kToolCall) {
  Case task_case = case_of(scorer, expect);
  task_case.tools = base::Json::array();
  for (const char* name : {"weather", "alarm"}) {
    task_case.tools.push_back({{"type", "function"}, {"function", {{"name", name}}}});
  }
  return task_case;
}

Score score_of_calls(const Case& task_case, std::vector<ReplyToolCall> calls) {
  return score_of(task_case, Reply{"", std::move(calls)});
}

TEST(ToolCall, ComparesNameAndArguments) {
  const Case task_case = tool_case(kWeather);
  EXPECT_EQ(score_of_calls(task_case, {{"weather", R"({ "city": "Oslo" })"}}).value, 1);
  EXPECT_EQ(score_of_calls(task_case, {{"weather", R"({"city": "Rome"})"}}).reason,
            R"(weather: at /city: expected the string "Oslo", found the string "Rome")");
  EXPECT_EQ(score_of_calls(task_case, {{"alarm", R"({"city": "Oslo"})"}}).reason,
            R"(expected a call of weather, found one of "alarm")");
}

TEST(ToolCall, NeedsExactlyTheExpectedCalls) {
  const Case task_case = tool_case(kWeather);
  const ReplyToolCall right{"weather", R"({"city": "Oslo"})"};
  EXPECT_EQ(score_of_calls(task_case, {right, right}).reason,
            "expected 1 tool call, found 2: weather, weather");
  const Score none = score_of(task_case, "weather(Oslo)");
  EXPECT_EQ(none.value, 0);
  EXPECT_EQ(none.reason, R"x(expected a call of weather, found no tool call but "weather(Oslo)")x");
}

TEST(ToolCall, GivesMalformedArgumentsZeroWithTheReason) {
  const Score score = score_of_calls(tool_case(kWeather), {{"weather", R"({"city": "Os)"}});
  EXPECT_EQ(score.value, 0);
  EXPECT_EQ(score.reason, R"(expected arguments of weather in JSON, found "{"city": "Os")");
}

TEST(ToolCall, TakesEmptyArgumentsForNone) {
  const Case task_case = tool_case(R"({"name": "alarm", "arguments": {}})");
  EXPECT_EQ(score_of_calls(task_case, {{"alarm", ""}}).value, 1);
  EXPECT_EQ(score_of_calls(task_case, {{"alarm", "{}"}}).value, 1);
  EXPECT_EQ(score_of_calls(task_case, {{"alarm", R"({"hour": 7})"}}).value, 0);
}

TEST(ToolCall, TakesAnyArgumentsWhenNoneAreNamed) {
  EXPECT_EQ(score_of_calls(tool_case(R"({"name": "alarm"})"), {{"alarm", R"({"hour": 7})"}}).value,
            1);
}

TEST(ToolCall, ExpectsNoCallForNull) {
  const Case task_case = tool_case("null");
  EXPECT_EQ(score_of(task_case, "You are welcome.").value, 1);
  const Score score = score_of_calls(task_case, {{"alarm", "{}"}});
  EXPECT_EQ(score.value, 0);
  EXPECT_EQ(score.reason, "expected no tool call, found alarm");
}

TEST(ToolCall, ComparesSeveralInOrderOrInAny) {
  constexpr std::string_view kTwo =
      R"([{"name": "alarm"}, {"name": "weather", "arguments": {"city": "Oslo"}}])";
  const std::vector<ReplyToolCall> swapped{{"weather", R"({"city": "Oslo"})"}, {"alarm", "{}"}};
  EXPECT_EQ(score_of_calls(tool_case(kTwo), swapped).value, 0);
  EXPECT_EQ(score_of_calls(tool_case(kTwo, kAnyOrder), swapped).value, 1);
  const Score wrong = score_of_calls(tool_case(kTwo, kAnyOrder),
                                     {{"weather", R"({"city": "Rome"})"}, {"alarm", "{}"}});
  EXPECT_EQ(wrong.value, 0);
  EXPECT_THAT(wrong.reason, HasSubstr("a call of weather with its arguments"));
}

TEST(ToolCall, LeavesTheStricterExpectationItsOnlyMatch) {
  constexpr std::string_view kLooseFirst =
      R"([{"name": "alarm"}, {"name": "alarm", "arguments": {"hour": 7}}])";
  EXPECT_EQ(score_of_calls(tool_case(kLooseFirst, kAnyOrder),
                           {{"alarm", R"({"hour": 7})"}, {"alarm", R"({"hour": 8})"}})
                .value,
            1);
}

TEST(ToolCall, ForgivesNumbersInStringsOnlyWhenLenient) {
  constexpr std::string_view kAlarm =
      R"({"name": "alarm", "arguments": {"hour": 7, "loud": true, "room": "3"}})";
  const ReplyToolCall call{"alarm", R"({"hour": "7", "loud": "true", "room": 3})"};
  EXPECT_EQ(score_of_calls(tool_case(kAlarm), {call}).value, 0);
  EXPECT_EQ(score_of_calls(tool_case(kAlarm, kLenient), {call}).value, 1);
  EXPECT_EQ(score_of_calls(tool_case(kAlarm, kLenient),
                           {{"alarm", R"({"hour": "8", "loud": true, "room": "3"})"}})
                .value,
            0);
}

TEST(ToolCall, RefusesExpectationsThatCannotBeMet) {
  EXPECT_EQ(refusal_of(tool_case(R"({"name": "wether"})")),
            "expect.name: expected one of the case's `tools`, found the string \"wether\"\n"
            "hint: did you mean `weather`? known: weather, alarm");
  Case without_tools = tool_case(kWeather);
  without_tools.tools = nullptr;
  EXPECT_THAT(refusal_of(without_tools), HasSubstr("hint: add the tool to `tools`"));
}

TEST(ToolCall, RefusesOtherShapes) {
  EXPECT_THAT(refusal_of(tool_case(R"("weather")")), HasSubstr("found the string \"weather\""));
  EXPECT_THAT(refusal_of(tool_case(R"([{"name": "alarm"}, 3])")), HasSubstr("expect[1]: "));
  EXPECT_THAT(refusal_of(tool_case(R"({"name": "alarm", "args": {}})")),
              HasSubstr("expect.args: an expected call has no such key"));
  EXPECT_THAT(refusal_of(tool_case(R"({"name": "alarm", "arguments": "{}"})")),
              HasSubstr("expect.arguments: expected an object, found the string"));
  EXPECT_THAT(refusal_of(tool_case("[]")), HasSubstr("write null"));
}

}  // namespace
}  // namespace assay::task
