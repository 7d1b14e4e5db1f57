#include "task/case.h"

#include <gmock/gmock.h>

namespace assay::task {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

base::Json json(std::string_view text) { return base::Json::parse(text); }

std::string error_of(std::string_view jsonl) {
  const auto cases = parse_cases(jsonl, "a.jsonl");
  return cases.has_value() ? "accepted" : cases.error().to_string();
}

/// A good case with further members, or with others in place of `prompt`.
std::string with(std::string_view members, bool with_prompt = true) {
  return std::string(R"({"id": "a-1", "expect": "x", "scorer": "exact", )") +
         (with_prompt ? R"("prompt": "p", )" : "") + std::string(members) + "}";
}

TEST(ParseCases, ReadsEveryKey) {
  const auto one = parse_cases(
      R"({"id": "sum-1", "prompt": "1 + 1?", "system": "Be brief.", "expect": 2, )"
      R"("scorer": {"type": "numeric", "tolerance": 0.5}, "tier": 3, "tags": ["sum", "easy"], )"
      R"("tools": [{"type": "function", "function": {"name": "add"}}]})",
      "a.jsonl");
  ASSERT_TRUE(one.has_value()) << one.error().to_string();
  const Case& read = one->front();
  EXPECT_EQ(read.id, "sum-1");
  EXPECT_EQ(read.messages, json(R"([{"role": "system", "content": "Be brief."},
                                    {"role": "user", "content": "1 + 1?"}])"));
  EXPECT_EQ(read.tools, json(R"([{"type": "function", "function": {"name": "add"}}])"));
  EXPECT_EQ(read.expect, 2);
  EXPECT_EQ(read.scorer, json(R"({"type": "numeric", "tolerance": 0.5})"));
  EXPECT_EQ(read.tier, 3);
  EXPECT_THAT(read.tags, ElementsAre("sum", "easy"));
  EXPECT_EQ(read.kind(), "sum");
  EXPECT_EQ(read.source, "a.jsonl:1");
}

TEST(ParseCases, FollowUpsAreUserMessagesInTheirOrder) {
  const auto read = parse_cases(with(R"("follow_ups": ["And then?", "Why?"])"), "a.jsonl");
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_THAT(read->front().follow_ups, ElementsAre("And then?", "Why?"));
  EXPECT_THAT(parse_cases(with(R"("tier": 1)"), "a.jsonl").value().front().follow_ups,
              testing::IsEmpty());
}

TEST(ParseCases, FollowUpsThatAreNotMessagesAreRefused) {
  EXPECT_THAT(error_of(with(R"("follow_ups": "Why?")")),
              HasSubstr("a.jsonl:1: follow_ups: expected a list with at least one user message, "
                        "found the string \"Why?\""));
  EXPECT_THAT(error_of(with(R"("follow_ups": [])")), HasSubstr("at least one user message"));
  EXPECT_THAT(error_of(with(R"("follow_ups": ["Why?", ""])")),
              HasSubstr("follow_ups[1]: expected a string that is not empty"));
  EXPECT_THAT(error_of(with(R"("followups": ["Why?"])")), HasSubstr("did you mean `follow_ups`?"));
}

TEST(ParseCases, FillsInWhatIsAbsent) {
  const auto cases =
      parse_cases(R"({"id": "a", "prompt": "p", "expect": "", "scorer": "exact"})", "a.jsonl");
  ASSERT_TRUE(cases.has_value()) << cases.error().to_string();
  const Case& read = cases->front();
  EXPECT_EQ(read.messages, json(R"([{"role": "user", "content": "p"}])"));
  EXPECT_TRUE(read.tools.is_null());
  EXPECT_EQ(read.scorer, json(R"({"type": "exact"})"));
  EXPECT_EQ(read.tier, 1);
  EXPECT_EQ(read.kind(), "untagged");
}

TEST(ParseCases, TakesMessagesAsTheyAre) {
  const std::string messages =
      R"([{"role": "developer", "content": "d"},
          {"role": "user", "content": [{"type": "text", "text": "t"}], "name": "n"},
          {"role": "assistant", "content": null, "tool_calls": []},
          {"role": "tool", "tool_call_id": "1", "content": "r"}])";
  std::string line = with("\"messages\": " + messages, false);
  std::erase(line, '\n');
  const auto cases = parse_cases(line, "a.jsonl");
  ASSERT_TRUE(cases.has_value()) << cases.error().to_string();
  EXPECT_EQ(cases->front().messages, json(messages));
}

TEST(ParseCases, PassesOverBlankLinesAndAByteOrderMark) {
  const auto cases = parse_cases(
      "\xEF\xBB\xBF\n  \r\n"
      "{\"id\":\"a\",\"prompt\":\"p\",\"expect\":\"\",\"scorer\":\"exact\"}\r\n\n"
      "{\"id\":\"b\",\"prompt\":\"p\",\"expect\":\"\",\"scorer\":\"exact\"}",
      "a.jsonl");
  ASSERT_TRUE(cases.has_value()) << cases.error().to_string();
  ASSERT_EQ(cases->size(), 2U);
  EXPECT_EQ(cases->at(0).source, "a.jsonl:3");
  EXPECT_EQ(cases->at(1).source, "a.jsonl:5");
}

TEST(ParseCases, RefusesAnEmptyFile) {
  EXPECT_THAT(error_of("\n\n"), StartsWith("a.jsonl: expected at least one case, found none"));
}

TEST(ParseCases, NamesTheLineOfMalformedJson) {
  const std::string error = error_of("\n{\"id\": }");
  EXPECT_THAT(error, StartsWith("a.jsonl:2: expected JSON: "));
  EXPECT_THAT(error, HasSubstr("hint: each line is one JSON object"));
  EXPECT_THAT(error_of("[1]"), StartsWith("a.jsonl:1: expected an object on each line, found a "
                                          "list of 1 value"));
}

TEST(ParseCases, SuggestsTheNearestKey) {
  EXPECT_THAT(error_of(with(R"("tiers": 2)")),
              StartsWith("a.jsonl:1: tiers: a case has no such key\nhint: did you mean `tier`?"));
}

TEST(ParseCases, NamesBothPlacesOfADuplicateId) {
  EXPECT_EQ(error_of(with(R"("tier": 1)") + "\n\n" + with(R"("tier": 2)")),
            "a.jsonl:3: id: expected an id of its own, found the string \"a-1\" again; it is first "
            "used at a.jsonl:1\nhint: give one of the two another id");
}

TEST(ParseCases, WantsExactlyOneOfPromptAndMessages) {
  EXPECT_THAT(error_of(with(R"("tier": 1)", false)),
              HasSubstr("expected one of `prompt` and `messages`, found neither"));
  EXPECT_THAT(error_of(with(R"("messages": [{"role": "user", "content": "x"}])")),
              HasSubstr("found both"));
}

TEST(ParseCases, WantsIdExpectAndScorer) {
  EXPECT_THAT(error_of(R"({"prompt": "p", "expect": "x", "scorer": "exact"})"),
              StartsWith("a.jsonl:1: id: expected a string, found nothing"));
  EXPECT_THAT(error_of(R"({"id": "", "prompt": "p", "expect": "x", "scorer": "exact"})"),
              StartsWith("a.jsonl:1: id: expected a string that is not empty"));
  EXPECT_THAT(error_of(R"({"id": "a\nb", "prompt": "p", "expect": "x", "scorer": "exact"})"),
              HasSubstr("without control characters"));
  EXPECT_THAT(error_of(R"({"id": "a", "prompt": "p", "scorer": "exact"})"),
              StartsWith("a.jsonl:1: expect: expected what the scorer compares"));
  EXPECT_THAT(error_of(R"({"id": "a", "prompt": "p", "expect": "x"})"),
              StartsWith("a.jsonl:1: scorer: expected a scorer, found none"));
  EXPECT_THAT(error_of(R"({"id": "a", "prompt": "p", "expect": "x", "scorer": 3})"),
              HasSubstr("scorer: expected a scorer's name or an object with its `type`, found the "
                        "number 3"));
}

TEST(ParseCases, NamesTheMessageThatIsWrong) {
  const auto error = [](std::string_view messages) {
    return error_of(with("\"messages\": " + std::string(messages), false));
  };
  EXPECT_THAT(error("[]"), HasSubstr("messages: expected a list with at least one message"));
  EXPECT_THAT(error("[3]"), HasSubstr("messages[0]: expected an object"));
  EXPECT_THAT(error(R"([{"content": "x"}])"), HasSubstr("messages[0].role: expected a string"));
  EXPECT_THAT(error(R"([{"role": "usr", "content": "x"}])"),
              HasSubstr("messages[0].role: expected system, developer, user, assistant or tool, "
                        "found the string \"usr\"\nhint: did you mean `user`?"));
  EXPECT_THAT(error(R"([{"role": "user"}])"), HasSubstr("messages[0].content: expected the"));
  EXPECT_THAT(error(R"([{"role": "user", "content": 5}])"),
              HasSubstr("messages[0].content: expected a string or a list of parts, found the"));
  EXPECT_THAT(error(R"([{"role": "user", "content": [{"text": "x"}]}])"),
              HasSubstr("messages[0].content[0]: expected an object with a `type`"));
  EXPECT_THAT(error(R"([{"role": "tool", "content": "x"}])"),
              HasSubstr("messages[0].tool_call_id: expected the id"));
}

TEST(ParseCases, RefusesTwoSystemMessages) {
  EXPECT_THAT(
      error_of(with(R"("system": "s", "messages": [{"role": "system", "content": "t"}])", false)),
      HasSubstr("system: expected one system message, found another in `messages`"));
}

TEST(ParseCases, ChecksToolsTierAndTags) {
  EXPECT_THAT(error_of(with(R"("tools": [])")), HasSubstr("tools: expected a list with at least"));
  EXPECT_THAT(error_of(with(R"("tools": [{"name": "f"}])")),
              HasSubstr("tools[0]: expected an object {\"type\": \"function\""));
  EXPECT_THAT(error_of(with(R"("tools": [{"type": "function", "function": {}}])")),
              HasSubstr("tools[0].function.name: expected a string, found nothing"));
  EXPECT_THAT(error_of(with(R"("tools": [{"type": "function", "function": {"name": "f"}}, )"
                            R"({"type": "function", "function": {"name": "f"}}])")),
              HasSubstr("tools[1].function.name: expected a name of its own, found `f` again"));
  EXPECT_THAT(error_of(with(R"("tier": 4)")), HasSubstr("tier: expected 1 (easy), 2 or 3 (hard)"));
  EXPECT_THAT(error_of(with(R"("tier": 1.5)")), HasSubstr("found the number 1.5"));
  EXPECT_THAT(error_of(with(R"("tags": "sum")")), HasSubstr("tags: expected a list of strings"));
  EXPECT_THAT(error_of(with(R"("tags": [""])")), HasSubstr("tags: expected strings that are not"));
}

TEST(ParseCases, ReportsTheScorersRefusalWithThePlace) {
  EXPECT_THAT(error_of(R"({"id": "a", "prompt": "p", "expect": "(", "scorer": "regex"})"),
              StartsWith("a.jsonl:1: expect: expected a regular expression"));
}

TEST(ParseCases, RefusesALineThatIsTooLong) {
  EXPECT_THAT(error_of("\"" + std::string(std::size_t{5} << 20U, 'x') + "\""),
              StartsWith("a.jsonl:1: expected a line of at most 4.0 MiB, found 5.0 MiB"));
}

}  // namespace
}  // namespace assay::task
