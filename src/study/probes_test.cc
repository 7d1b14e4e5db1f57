#include "study/probes.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "study/sample_plan_test_support.h"

namespace assay::study {
namespace {

using testing::Contains;
using testing::Not;

/// Twenty short cases of one kind, one of another with a long answer, two with tools, two
/// conversations, and one with a system message.
std::string cases() {
  std::string lines;
  for (int i = 0; i < 20; ++i) {
    lines += R"({"id":"c)" + std::to_string(i) +
             R"(","prompt":"Say it","expect":"it","scorer":"contains","tags":["short"]})" + "\n";
  }
  const std::string tools = R"("tools":[{"type":"function","function":{"name":"wake"}}],)";
  lines += R"({"id":"call","prompt":"Wake me",)" + tools +
           R"("expect":{"name":"wake"},"scorer":"tool_call","tags":["short"]})" + "\n" +
           R"({"id":"no call","prompt":"Hello",)" + tools +
           R"("expect":null,"scorer":"tool_call","tags":["short"]})" + "\n" +
           R"({"id":"two turns","prompt":"Hi","follow_ups":["And?"],"expect":"it",)"
           R"("scorer":"contains","tags":["short"]})"
           "\n"
           R"({"id":"three turns","prompt":"Hi","follow_ups":["And?","So?"],"expect":"it",)"
           R"("scorer":"contains","tags":["short"]})"
           "\n"
           R"({"id":"own","system":"Mine.","prompt":"Hi","expect":"it","scorer":"contains",)"
           R"("tags":["short"]})"
           "\n"
           R"({"id":"long","prompt":"Hi","expect":"a long answer, longer than any other here",)"
           R"("scorer":"contains","tags":["rare"]})"
           "\n";
  return lines;
}

Plan plan(const std::string& matrix) {
  return plan_of({.matrix = matrix, .cases = cases()}).value();
}

std::vector<std::string> probes(const Plan& plan) {
  std::vector<std::string> ids;
  for (const task::Case* canary : choose_probes(plan)) ids.push_back(canary->id);
  return ids;
}

bool shows(const Plan& plan, const std::string& canary) {
  const auto found = std::find_if(plan.canaries.begin(), plan.canaries.end(),
                                  [&](const task::Case& item) { return item.id == canary; });
  return shows_on(plan.cells[0], plan.cells[1], *found);
}

TEST(Probes, TheLongestAnswersEveryKindAndTools) {
  const std::vector<std::string> ids = probes(plan("[factors]\ntop_p = [0.5]\n"));
  EXPECT_EQ(ids.size(), kProbesMost);
  for (const char* id : {"long", "call", "no call", "c0"}) EXPECT_THAT(ids, Contains(id));
}

TEST(Probes, ConversationsWhereAFactorOfTheirsIsMoved) {
  for (const char* factor : {"turns = [1]", "turns = [2]", "echo_reasoning = [true]"}) {
    const std::vector<std::string> ids = probes(plan(std::string("[factors]\n") + factor + "\n"));
    EXPECT_THAT(ids, Contains("three turns")) << factor;
  }
}

TEST(Probes, FewCanariesAreAllAsked) {
  EXPECT_EQ(choose_probes(plan_of({.matrix = "[factors]\ntop_p = [0.5]\n", .canaries = 3}).value())
                .size(),
            3U);
}

TEST(Probes, ALevelShowsWhereItsRequestsDiffer) {
  EXPECT_TRUE(shows(plan("[factors]\ntop_p = [0.5]\n"), "c0"));
  const Plan choice = plan("[factors]\ntool_choice = [\"required\"]\n");
  EXPECT_TRUE(shows(choice, "call"));
  EXPECT_FALSE(shows(choice, "c0"));
  const Plan system = plan("[factors]\nsystem_prompt = [\"Be brief.\"]\n");
  EXPECT_TRUE(shows(system, "c0"));
  EXPECT_FALSE(shows(system, "own"));
  const Plan turns = plan("[factors]\nturns = [2]\n");
  EXPECT_TRUE(shows(turns, "three turns"));
  EXPECT_FALSE(shows(turns, "two turns"));
  const Plan echo = plan("[factors]\necho_reasoning = [true]\n");
  EXPECT_TRUE(shows(echo, "two turns"));
  EXPECT_FALSE(shows(echo, "c0"));
  Plan server = plan("[factors]\nturns = [2]\n");
  server.cells[1].guest.threads = 4;
  EXPECT_TRUE(shows(server, "c0")) << "whatever is asked, another server answers";
}

}  // namespace
}  // namespace assay::study
