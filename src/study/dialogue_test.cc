#include "study/dialogue.h"

#include <gmock/gmock.h>

#include "endpoint/played_twin_test_support.h"
#include "study/prompt.h"

namespace assay::study {
namespace {

using base::Json;
using testing::HasSubstr;

/// Answers each turn with its number; the first reply thinks. Reports what it was sent.
constexpr const char* kThreeTurns = R"(
[[rule]]
name = "third, with the whole conversation"
match.turn = 3
match.field = { "messages.3.content" = "two" }
reply = "three"
usage = { prompt_tokens = 30, completion_tokens = 3 }
[[rule]]
name = "second, reasoning sent back"
match.turn = 2
match.field = { "messages.1.reasoning_content" = "hmm" }
reply = "two"
usage = { prompt_tokens = 25, completion_tokens = 2 }
[[rule]]
name = "second"
match.turn = 2
match.field = { "messages.1.content" = "one" }
reply = "two"
usage = { prompt_tokens = 20, completion_tokens = 2 }
[[rule]]
name = "first"
match.turn = 1
reply = "one"
reasoning = "hmm"
usage = { prompt_tokens = 10, completion_tokens = 1 }
)";

task::Case three_questions() {
  task::Case item;
  item.id = "c";
  item.messages = Json::array({{{"role", "user"}, {"content", "First?"}}});
  item.follow_ups = {"Second?", "Third?"};
  return item;
}

/// Moves on by a fixed step whenever it is read.
class SteppingClock final : public base::Clock {
 public:
  explicit SteppingClock(base::Nanoseconds step) : step_(step) {}
  base::MonotonicTime now() const override { return base::MonotonicTime(elapsed_ += step_); }
  std::int64_t wall_unix_ms() const override { return 0; }
  void sleep_for(base::Nanoseconds duration) const override { elapsed_ += duration; }

 private:
  base::Nanoseconds step_;
  mutable base::Nanoseconds elapsed_{0};
};

Dialogue hold(const endpoint::PlayedTwin& twin, const Cell& cell, const task::Case& canary,
              base::Nanoseconds step = base::Nanoseconds(1)) {
  net::Runtime runtime;
  auto client =
      endpoint::Client::make({fmt::format("http://127.0.0.1:{}/v1", twin.port()), "twin", ""});
  return hold_dialogue(SteppingClock(step), runtime, *client, cell, canary, 7,
                       std::chrono::seconds(100));
}

TEST(Dialogue, PutsEachReplyIntoTheConversation) {
  const endpoint::PlayedTwin twin(kThreeTurns);
  const Dialogue dialogue = hold(twin, Cell{}, three_questions());
  ASSERT_EQ(dialogue.replies.size(), 3U);
  EXPECT_FALSE(dialogue.out_of_turns());
  const endpoint::ChatReply one = dialogue.as_one();
  EXPECT_FALSE(one.failure);
  EXPECT_EQ(one.text, "three");
  EXPECT_EQ(one.usage.prompt_tokens, 60);
  EXPECT_EQ(one.usage.completion_tokens, 6);
  EXPECT_EQ(one.attempts, 3);
  EXPECT_EQ(one.times.ttft_ms, dialogue.replies[0].times.ttft_ms);
  const Json turns = dialogue.to_json();
  EXPECT_EQ(turns[1]["reply"], "two");
  EXPECT_EQ(turns[1]["prompt_tokens"], 20);
}

TEST(Dialogue, ReasoningGoesBackOnlyWhereTheCellEchoesIt) {
  const endpoint::PlayedTwin twin(kThreeTurns);
  Cell cell;
  cell.echo_reasoning = true;
  EXPECT_EQ(hold(twin, cell, three_questions()).replies.at(1).usage.prompt_tokens, 25);
  cell.echo_reasoning = false;
  EXPECT_EQ(hold(twin, cell, three_questions()).replies.at(1).usage.prompt_tokens, 20);
}

TEST(Dialogue, TheCellsTurnsEndIt) {
  const endpoint::PlayedTwin twin(kThreeTurns);
  Cell cell;
  cell.turns = 2;
  const Dialogue dialogue = hold(twin, cell, three_questions());
  EXPECT_EQ(dialogue.replies.size(), 2U);
  EXPECT_EQ(dialogue.turns_wanted, 3);
  EXPECT_TRUE(dialogue.out_of_turns());
  EXPECT_EQ(turns_of(cell, three_questions()), 2);
  cell.turns = 9;
  EXPECT_EQ(turns_of(cell, three_questions()), 3);
}

TEST(Dialogue, AFailureEndsItAndIsTheTrials) {
  const endpoint::PlayedTwin twin(
      "[[rule]]\nmatch.turn = 2\nstatus = 400\nreply = \"no\"\n[[rule]]\nreply = \"one\"\n");
  const Dialogue dialogue = hold(twin, Cell{}, three_questions());
  ASSERT_EQ(dialogue.replies.size(), 2U);
  EXPECT_FALSE(dialogue.out_of_turns()) << "it failed before its turns were used up";
  ASSERT_TRUE(dialogue.as_one().failure);
  EXPECT_EQ(dialogue.as_one().failure->failure, endpoint::FailureClass::Rejected);
}

TEST(Dialogue, OneDeadlineBoundsAllTurns) {
  const endpoint::PlayedTwin twin(kThreeTurns);
  // Read once for the deadline and once a turn: 60, 20 and then less than no seconds are left.
  const Dialogue dialogue = hold(twin, Cell{}, three_questions(), std::chrono::seconds(40));
  ASSERT_EQ(dialogue.replies.size(), 3U);
  EXPECT_FALSE(dialogue.replies[1].failure);
  ASSERT_TRUE(dialogue.as_one().failure);
  EXPECT_EQ(dialogue.as_one().failure->failure, endpoint::FailureClass::Deadline);
  EXPECT_THAT(dialogue.as_one().failure->message, HasSubstr("100.0 s"));
}

TEST(Dialogue, SumsOfUnknownsAreUnknown) {
  Dialogue dialogue;
  dialogue.replies.resize(2);
  dialogue.replies[0].usage = {10, 5, -1, -1};
  dialogue.replies[1].usage = {20, -1, -1, -1};
  const endpoint::ChatReply one = dialogue.as_one();
  EXPECT_EQ(one.usage.prompt_tokens, 30);
  EXPECT_EQ(one.usage.completion_tokens, -1);
}

TEST(DecodeRate, LeavesOutWhatCameBeforeEachFirstToken) {
  std::vector<endpoint::ChatReply> replies(2);
  replies[0].usage.completion_tokens = 11;
  replies[0].times.ttft_ms = 100;
  replies[0].times.total_ms = 1100;
  replies[1].usage.completion_tokens = 21;
  replies[1].times.ttft_ms = 100;
  replies[1].times.total_ms = 2100;
  EXPECT_DOUBLE_EQ(decode_rate(replies), 10);
  replies[0].server = {5, 500, 3, 11};
  EXPECT_DOUBLE_EQ(decode_rate(replies), (11 + 20) / 2.5);
  EXPECT_EQ(decode_rate({endpoint::ChatReply{}}), -1);
}

TEST(AppendTurn, AnswersCallsThatNobodyAnswered) {
  endpoint::ChatReply reply;
  reply.tool_calls = {{"call-1", "wake", "{\"hour\": 7}"}, {"call-2", "wake", "{\"hour\": "}};
  Json messages = Json::array();
  append_turn(Cell{}, reply, "Thanks.", messages);
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0]["tool_calls"][0]["function"]["arguments"], "{\"hour\": 7}");
  EXPECT_EQ(messages[0]["tool_calls"][1]["function"]["arguments"], "{}");
  EXPECT_EQ(messages[1]["role"], "tool");
  EXPECT_EQ(messages[1]["tool_call_id"], "call-1");
  EXPECT_EQ(messages[3]["content"], "Thanks.");
}

TEST(OpeningMessages, ATemplateGoesAroundTheLastUserMessage) {
  Cell cell;
  cell.system_prompt = "Be brief.";
  cell.prompt = {"rich", "Be careful.", "Question: {{prompt}} Think."};
  task::Case item;
  item.messages = Json::array({{{"role", "user"}, {"content", "Hi"}},
                               {{"role", "assistant"}, {"content", "Yes?"}},
                               {{"role", "user"}, {"content", "Why {{prompt}}?"}}});
  const Json messages = opening_messages(cell, item);
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0]["content"], "Be careful.");
  EXPECT_EQ(messages[1]["content"], "Hi");
  EXPECT_EQ(messages[3]["content"], "Question: Why {{prompt}}? Think.");

  item.messages = Json::array(
      {{{"role", "developer"}, {"content", "Own."}},
       {{"role", "user"},
        {"content", Json::array({{{"type", "image_url"}}, {{"type", "text"}, {"text", "Q"}}})}}});
  const Json parts = opening_messages(cell, item);
  ASSERT_EQ(parts.size(), 2U) << "the case brings its own";
  EXPECT_EQ(parts[1]["content"][1]["text"], "Question: Q Think.");
}

TEST(OpeningMessages, ReasoningOfTheCasesOwnMessagesCanBeLeftOut) {
  task::Case item;
  item.messages =
      Json::array({{{"role", "user"}, {"content", "Hi"}},
                   {{"role", "assistant"}, {"content", "Yes?"}, {"reasoning_content", "hm"}},
                   {{"role", "user"}, {"content", "Why?"}}});
  Cell cell;
  EXPECT_TRUE(opening_messages(cell, item)[1].contains("reasoning_content"));
  cell.echo_reasoning = false;
  EXPECT_FALSE(opening_messages(cell, item)[1].contains("reasoning_content"));
}

}  // namespace
}  // namespace assay::study
