#include "load/conversation.h"

#include <gmock/gmock.h>

#include <fstream>

#include "support/temporary_folder.h"

namespace assay::load {
namespace {

using testing::HasSubstr;

base::Result<std::int64_t> count_words(const std::string& text) {
  return 1 + std::count(text.begin(), text.end(), ' ');
}

std::vector<Conversation> made(const Scenario& scenario, std::size_t planned) {
  auto conversations = make_conversations(scenario, {}, planned, count_words);
  EXPECT_TRUE(conversations.has_value()) << conversations.error().to_string();
  return std::move(*conversations);
}

std::string body(const Conversation& conversation, std::size_t turn,
                 const std::vector<std::string>& replies) {
  return base::dump_json(messages_of(conversation, turn, replies));
}

TEST(Conversations, OfFixedPromptsBeginWithEachOfThem) {
  Scenario scenario;
  scenario.work.prompts = {"one", "two"};
  scenario.work.turns = 2;
  const auto conversations = made(scenario, 100);
  ASSERT_EQ(conversations.size(), 2U);
  EXPECT_EQ(body(conversations[0], 0, {}), R"([{"role":"user","content":"one"}])");
  EXPECT_EQ(body(conversations[1], 1, {"yes"}),
            R"([{"role":"user","content":"two"},{"role":"assistant","content":"yes"},)"
            R"({"role":"user","content":"one"}])");
}

TEST(Conversations, AreSyntheticOfTheLengthsAskedForAndRepeatWithTheSeed) {
  Scenario scenario;
  scenario.work.input_tokens = {20, 40};
  scenario.work.output_tokens = {5, 9};
  const auto conversations = made(scenario, 300);
  ASSERT_EQ(conversations.size(), 300U);
  std::int64_t shortest = 1000;
  std::int64_t longest = 0;
  for (const Conversation& conversation : conversations) {
    const std::int64_t tokens = *count_words(conversation.turns[0]);
    shortest = std::min(shortest, tokens);
    longest = std::max(longest, tokens);
    EXPECT_GE(conversation.output_tokens, 5);
    EXPECT_LE(conversation.output_tokens, 9);
  }
  EXPECT_EQ(shortest, 20);
  EXPECT_EQ(longest, 40);
  EXPECT_EQ(made(scenario, 300)[123].turns, conversations[123].turns);
  scenario.work.distinct = 7;
  EXPECT_EQ(made(scenario, 300).size(), 7U);
}

TEST(Conversations, OfATraceHaveItsLengths) {
  Scenario scenario;
  scenario.replay.emplace();
  const std::vector<TraceRequest> trace{{{}, 12, 3}, {{}, 30, 0}};
  const auto conversations = make_conversations(scenario, trace, 2, count_words);
  ASSERT_TRUE(conversations.has_value());
  EXPECT_EQ(*count_words((*conversations)[0].turns[0]), 12);
  EXPECT_EQ((*conversations)[0].output_tokens, 3);
  EXPECT_EQ(*count_words((*conversations)[1].turns[0]), 30);
  EXPECT_EQ(settings_of((*conversations)[0], scenario.work)["max_tokens"], 3);
  EXPECT_FALSE(settings_of((*conversations)[1], scenario.work).contains("max_tokens"));
}

class Cases : public testing::Test {
 protected:
  Scenario with(std::string_view lines) {
    Scenario scenario;
    scenario.work.cases = folder_.path() / "cases.jsonl";
    std::ofstream(scenario.work.cases) << lines;
    return scenario;
  }
  test::TemporaryFolder folder_;
};

TEST_F(Cases, HaveAPromptMessagesOrTurns) {
  Scenario scenario = with(R"({"prompt": "a", "system": "s"}
{"messages": [{"role": "user", "content": "b"}], "tools": [{"type": "function"}]}
{"turns": ["c", "d"], "output_tokens": 4, "settings": {"temperature": 1}}
)");
  scenario.work.settings["temperature"] = 0;
  const auto conversations = made(scenario, 10);
  ASSERT_EQ(conversations.size(), 3U);
  EXPECT_EQ(body(conversations[0], 0, {}),
            R"([{"role":"system","content":"s"},{"role":"user","content":"a"}])");
  EXPECT_EQ(body(conversations[1], 0, {}), R"([{"role":"user","content":"b"}])");
  EXPECT_TRUE(settings_of(conversations[1], scenario.work).contains("tools"));
  EXPECT_EQ(settings_of(conversations[1], scenario.work)["temperature"], 0);
  EXPECT_EQ(conversations[2].requests(), 2U);
  EXPECT_EQ(settings_of(conversations[2], scenario.work)["temperature"], 1);
  EXPECT_EQ(settings_of(conversations[2], scenario.work)["max_tokens"], 4);
}

TEST_F(Cases, SayWhichLineIsWrong) {
  const auto expect_refused = [&](std::string_view lines, std::string_view message) {
    const auto refused = make_conversations(with(lines), {}, 1, count_words);
    ASSERT_FALSE(refused.has_value()) << lines;
    EXPECT_THAT(refused.error().to_string(), HasSubstr(message));
  };
  expect_refused("\n", "expected a case a line");
  expect_refused("{\"prompt\": \"a\"}\n{\"prompt\": 5}", "cases.jsonl:2: expected an object");
  expect_refused("{\"prompt\": \"a\", \"turns\": [\"b\"]}", "one of `prompt`");
  expect_refused("{\"turns\": []}", "`turns`");
  expect_refused("{\"messages\": \"x\"}", "`messages`");
  expect_refused("{\"prompt\": \"a\", \"settings\": 3}", "`settings`");
  expect_refused("nonsense", "cases.jsonl:1");
}

TEST_F(Cases, TakeSettingsFromAFileToo) {
  Scenario scenario = with("{\"prompt\": \"a\"}");
  scenario.work.settings_file = folder_.path() / "settings.json";
  std::ofstream(scenario.work.settings_file) << R"({"tools": [1], "temperature": 2})";
  scenario.work.settings["temperature"] = 3;
  const auto settings = settings_of(made(scenario, 1)[0], scenario.work);
  EXPECT_EQ(settings["tools"][0], 1);
  EXPECT_EQ(settings["temperature"], 3) << "the scenario's own word counts";
  std::ofstream(scenario.work.settings_file) << "[]";
  const auto refused = make_conversations(scenario, {}, 1, count_words);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().to_string(), HasSubstr("settings.json: expected a JSON object"));
}

}  // namespace
}  // namespace assay::load
