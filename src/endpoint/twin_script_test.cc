#include "endpoint/twin_script.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "endpoint/twin.h"

namespace assay::endpoint {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

std::shared_ptr<const TwinScript> script_of(std::string_view toml) {
  auto script = parse_twin_script(toml, "s.toml");
  if (!script) ADD_FAILURE() << script.error().to_string();
  return script.value();
}

std::string error_of(std::string_view toml) {
  const auto script = parse_twin_script(toml, "s.toml");
  return script ? "no error" : script.error().to_string();
}

TEST(TwinScript, AnEmptyScriptIsATwinWithoutRules) {
  const auto script = script_of("");
  EXPECT_EQ(script->model, "twin");
  EXPECT_EQ(script->seed, 1U);
  EXPECT_FALSE(script->props.has_value());
  EXPECT_THAT(script->rules, IsEmpty());
}

TEST(TwinScript, ReadsHeadPropsAndInheritedTiming) {
  const auto script = script_of(R"(
    [twin]
    model = "m"
    seed = 9
    first_token_ms = 120.5
    token_ms = 8
    [props]
    n_ctx = 4096
    [[rule]]
    reply = "a"
    [[rule]]
    reply = "b"
    token_ms = [1, 2.5]
    tokens_per_event = 4
  )");
  EXPECT_EQ(script->model, "m");
  EXPECT_EQ(script->seed, 9U);
  EXPECT_EQ(base::dump_json(*script->props), R"({"n_ctx":4096})");
  EXPECT_EQ(script->rules[0].timing.first, microseconds(120'500));
  EXPECT_THAT(script->rules[0].timing.gaps, ElementsAre(milliseconds(8)));
  EXPECT_EQ(script->rules[1].timing.first, microseconds(120'500));
  EXPECT_THAT(script->rules[1].timing.gaps, ElementsAre(milliseconds(1), microseconds(2500)));
  EXPECT_EQ(script->rules[1].timing.tokens_per_event, 4U);
  EXPECT_EQ(script->rules[0].name, "rule 1");
}

TEST(TwinScript, ReadsEveryWayToMatch) {
  const auto script = script_of(R"(
    [[rule]]
    name = "all"
    match.path = "/v1/chat/completions"
    match.contains = "one"
    match.any_contains = ["two", "three"]
    match.turn = 2
    match.times = 3
    match.field = { temperature = 0.0, top_p = { above = 0.5, below = 1 }, tools = { absent = true }, "a.b" = { equals = { c = 1 } }, model = { contains = "q4", present = true } }
    reply = "x"
  )");
  const RuleMatch& match = script->rules[0].match;
  EXPECT_THAT(match.contains, ElementsAre("one"));
  EXPECT_THAT(match.any_contains, ElementsAre("two", "three"));
  EXPECT_EQ(match.turn, 2);
  EXPECT_EQ(match.times, 3U);
  std::map<std::string, FieldCondition> fields;
  for (const FieldCondition& field : match.fields) fields[field.path] = field;
  ASSERT_EQ(fields.size(), 5U);
  EXPECT_EQ(*fields["temperature"].equals, 0.0);
  EXPECT_EQ(fields["top_p"].above, 0.5);
  EXPECT_EQ(fields["top_p"].below, 1.0);
  EXPECT_EQ(fields["tools"].present, false);
  EXPECT_EQ(base::dump_json(*fields["a.b"].equals), R"({"c":1})");
  EXPECT_EQ(fields["model"].contains, "q4");
  EXPECT_EQ(fields["model"].present, true);
}

TEST(TwinScript, ReadsAnswersThatInheritFromTheRule) {
  const auto script = script_of(R"(
    [[rule]]
    reasoning = "hm"
    finish_reason = "odd"
    [[rule.replies]]
    text = "Oslo"
    weight = 0.8
    [[rule.replies]]
    text = "Paris"
    weight = 0.2
    reasoning = "sure"
    tool_calls = [{ name = "f", arguments = { x = 1 } }, { name = "g", arguments = "{broken" }]
  )");
  const std::vector<Answer>& answers = script->rules[0].answers;
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].text, "Oslo");
  EXPECT_EQ(answers[0].weight, 0.8);
  EXPECT_EQ(answers[0].reasoning, "hm");
  EXPECT_EQ(answers[1].reasoning, "sure");
  EXPECT_EQ(answers[1].finish_reason, "odd");
  EXPECT_EQ(answers[1].tool_calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(answers[1].tool_calls[1].arguments, "{broken");
}

TEST(TwinScript, ReadsFaults) {
  const auto script = script_of(R"(
    [[rule]]
    status = 429
    headers = { Retry-After = "1" }
    reply = "slow down"
    [[rule]]
    status = 502
    body = "<html>"
    content_type = "text/html"
    [[rule]]
    raw = "junk"
    reset = true
    [[rule]]
    reply = "a b c"
    cut_after = 2
    [[rule]]
    hang = true
    [[rule]]
    reply = "a"
    hang_after = 1
    usage = false
  )");
  EXPECT_EQ(script->rules[0].kind, Rule::Kind::Error);
  EXPECT_THAT(script->rules[0].headers, ElementsAre(Pair("Retry-After", "1")));
  EXPECT_EQ(script->rules[1].kind, Rule::Kind::Body);
  EXPECT_EQ(script->rules[1].content_type, "text/html");
  EXPECT_EQ(script->rules[2].kind, Rule::Kind::Raw);
  EXPECT_TRUE(script->rules[2].ending.reset);
  EXPECT_EQ(script->rules[3].ending.kind, Ending::Kind::Cut);
  EXPECT_EQ(script->rules[3].ending.events, 2U);
  EXPECT_EQ(script->rules[4].ending.kind, Ending::Kind::Hang);
  EXPECT_FALSE(script->rules[4].ending.events.has_value());
  EXPECT_EQ(script->rules[5].ending.events, 1U);
  EXPECT_FALSE(script->rules[5].usage.sent);
}

TEST(TwinScript, ReadsHowMuchTheServerCanDo) {
  const auto free = script_of("");
  EXPECT_EQ(free->slots, 0U);
  EXPECT_FALSE(free->stall.has_value());
  EXPECT_EQ(free->metrics_tokens_factor, 1);

  const auto bound = script_of(
      "[twin]\nslots = 2\n[stall]\nevery_ms = 1000\nfor_ms = 0.5\nfirst_ms = 200\n"
      "[metrics]\ntokens_factor = 2\n");
  EXPECT_EQ(bound->slots, 2U);
  EXPECT_EQ(bound->stall->every, std::chrono::seconds(1));
  EXPECT_EQ(bound->stall->length, std::chrono::microseconds(500));
  EXPECT_EQ(bound->stall->first, std::chrono::milliseconds(200));
  EXPECT_EQ(bound->metrics_tokens_factor, 2);

  const auto later = script_of("[stall]\nevery_ms = 1000\nfor_ms = 10\n");
  EXPECT_EQ(later->stall->first, std::chrono::seconds(1)) << "one interval passes first";
  EXPECT_EQ(script_of("[stall]\nfor_ms = 10\n")->stall->every, kNoMoreStalls);
}

TEST(TwinScript, RefusesStallsAndFactorsThatMakeNoSense) {
  EXPECT_THAT(error_of("[twin]\nslots = 0\n"), HasSubstr("an integer of at least 1"));
  EXPECT_THAT(error_of("[stall]\nevery_ms = 5\n"), HasSubstr("expected `for_ms`"));
  EXPECT_THAT(error_of("[stall]\nfor_ms = 0\n"), HasSubstr("milliseconds above 0"));
  EXPECT_THAT(error_of("[stall]\nfor_ms = 5\nevery_ms = 5\n"),
              HasSubstr("s.toml:3: stall every_ms: expected more milliseconds than for_ms"));
  EXPECT_THAT(error_of("[stall]\nfor = 5\n"), HasSubstr("did you mean `for_ms`?"));
  EXPECT_THAT(error_of("[metrics]\ntokens_factor = -1\n"), HasSubstr("a number of at least 0"));
}

TEST(TwinScript, ErrorsNameFileLineAndKey) {
  EXPECT_EQ(error_of("[[rule]]\nreply = 3\n"),
            "s.toml:2: rule 1 reply: expected a string, found the integer 3");
  EXPECT_THAT(error_of("[[rule]]\nreply = \"a\"\n[[rule]]\nreplys = \"b\"\n"),
              testing::AllOf(HasSubstr("s.toml:4"), HasSubstr("unknown key `replys` in rule 2"),
                             HasSubstr("did you mean `reply`?")));
  EXPECT_THAT(error_of("[[rules]]\n"), HasSubstr("did you mean `rule`?"));
  EXPECT_THAT(error_of("x = \n"), HasSubstr("twin-script.md"));
}

TEST(TwinScript, RefusesWhatMakesNoSense) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"match.turn = -1", "match turn: expected an integer of at least 0, found the integer -1"},
      {"match = 3", "match: expected a table, found the integer 3"},
      {"match.path = \"health\"", "a path that starts with /"},
      {"match.contains = [1]", "expected a string, found the integer 1"},
      {"match.field = { a.b = 1 }", "is quoted: \"a.name\""},
      {"token_ms = -1", "milliseconds from 0 to 86400000"},
      {"token_ms = [1, \"2\"]", "a list of milliseconds"},
      {"first_token_ms = nan", "milliseconds from 0"},
      {"tokens_per_event = 0", "an integer of at least 1"},
      {"status = 99", "an integer from 200 to 599"},
      {"usage = 3", "expected a table"},
      {"usage = { prompt_token = 1 }", "did you mean `prompt_tokens`?"},
      {"headers = { A = 1 }", "a string"},
      {"headers = { A = \"1\\r\\nB: 2\" }", "a header of one line"},
      {"cut_after = 1\nhang = true", "found both"},
      {"body = \"x\"\nraw = \"y\"", "found several"},
      {"tool_calls = [{ arguments = {} }]", "expected a `name`, found none"},
      {"replies = [{ text = \"a\", weight = 0 }]", "a weight above 0"},
      {"replies = [{ text = \"a\", weight = -1 }]", "a weight of at least 0"},
      {"replies = \"a\"", "a list of tables"},
  };
  for (const auto& [rule, expected] : cases) {
    const bool answers = rule.find("repl") == 0 || rule.find("body") == 0;
    const std::string text = "[[rule]]\n" + rule + (answers ? "" : "\nreply = \"r\"");
    EXPECT_THAT(error_of(text), HasSubstr(expected)) << rule;
  }
  EXPECT_THAT(error_of("[[rule]]\nname = \"idle\"\n"), HasSubstr("expected an answer, found none"));
}

TEST(TwinScript, TheShippedExamplesAreValid) {
  for (const char* name : {"steady.toml", "faults.toml"}) {
    const auto text = base::read_file(std::filesystem::path(ASSAY_EXAMPLES) / "twins" / name);
    ASSERT_TRUE(text.has_value()) << text.error().to_string();
    EXPECT_THAT(script_of(*text)->rules, testing::Not(IsEmpty())) << name;
  }
}

}  // namespace
}  // namespace assay::endpoint
