#include "study/trial.h"

#include <gmock/gmock.h>

#include <sstream>

#include "endpoint/played_twin_test_support.h"
#include "support/virtual_clock.h"

namespace assay::study {
namespace {

using base::Json;

task::Case plain_case() {
  task::Case item;
  item.id = "c";
  item.messages = Json::array({{{"role", "user"}, {"content", "Hi"}}});
  return item;
}

Cell cell() {
  Cell out;
  out.request = {{"temperature", 0.5}, {"tool_choice", "required"}};
  out.system_prompt = "Be brief.";
  return out;
}

TEST(TrialRequest, PutsTheSystemPromptFirstAndTheSeedIn) {
  const endpoint::ChatRequest request = trial_request(cell(), plain_case(), 77);
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0]["content"], "Be brief.");
  EXPECT_EQ(request.settings["seed"], 77);
  EXPECT_EQ(request.settings["temperature"], 0.5);
}

TEST(TrialRequest, ACasesOwnSystemMessageStays) {
  task::Case item = plain_case();
  item.messages.insert(item.messages.begin(), Json{{"role", "system"}, {"content", "Own."}});
  const endpoint::ChatRequest request = trial_request(cell(), item, 1);
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0]["content"], "Own.");
}

TEST(TrialRequest, AToolChoiceGoesOnlyWithTools) {
  EXPECT_FALSE(trial_request(cell(), plain_case(), 1).settings.contains("tool_choice"));
  task::Case item = plain_case();
  item.tools = Json::array({{{"type", "function"}}});
  EXPECT_EQ(trial_request(cell(), item, 1).settings["tool_choice"], "required");
}

/// One trial of a case whose second reply is right.
TrialResult run_one(std::int64_t turns) {
  const endpoint::PlayedTwin twin(
      "[[rule]]\nmatch.turn = 2\nreply = \"It is Oslo\"\n[[rule]]\nreply = \"Hello there\"\n");
  Plan plan;
  plan.models.push_back({});
  plan.models[0].name = "m";
  Cell only;
  only.id = "m/baseline";
  only.turns = turns;
  plan.cells.push_back(only);
  task::Case item = plain_case();
  item.follow_ups = {"Where?"};
  item.expect = "Oslo";
  item.scorer = {{"type", "contains"}};
  plan.canaries.push_back(item);
  plan.schedule.push_back({0, 0, 0, 7});
  const test::VirtualClock clock;
  base::Interrupt interrupt;
  std::stringstream stream;
  const base::Context context{clock, interrupt, stream, stream, stream, {}, {}, {}};
  net::Runtime runtime;
  auto client =
      endpoint::Client::make({fmt::format("http://127.0.0.1:{}/v1", twin.port()), "twin", ""});
  return run_trial(context, runtime, plan, 0, *client, 30,
                   [](const endpoint::ChatFailure&) { return std::nullopt; });
}

TEST(Trial, TheLastReplyOfAConversationIsScored) {
  const store::TrialRow row = run_one(0).row;
  EXPECT_EQ(row.outcome, "scored");
  EXPECT_EQ(row.score, 1.0);
  EXPECT_EQ(row.reply, "It is Oslo");
  EXPECT_EQ(row.completion_tokens, 5) << "of both replies";
  EXPECT_EQ(row.attempts, 2);
  const Json detail = base::parse_json(row.detail).value();
  ASSERT_EQ(detail["turns"].size(), 2U);
  EXPECT_EQ(detail["turns"][0]["reply"], "Hello there");
}

TEST(Trial, TooFewTurnsAreALimitAndNotAnIncapacity) {
  const store::TrialRow row = run_one(1).row;
  EXPECT_EQ(row.outcome, "limit");
  EXPECT_EQ(row.outcome_class, "turns");
  EXPECT_FALSE(row.score);
  EXPECT_EQ(row.reply, "Hello there");
  EXPECT_EQ(base::parse_json(row.detail).value()["reason"],
            "out of turns: 1 of the 2 that the case takes");
}

}  // namespace
}  // namespace assay::study
