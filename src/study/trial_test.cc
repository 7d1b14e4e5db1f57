#include "study/trial.h"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace assay::study
