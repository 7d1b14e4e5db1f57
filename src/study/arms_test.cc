#include "study/arms.h"

#include <gmock/gmock.h>

#include <sstream>

#include "endpoint/played_twin_test_support.h"
#include "study/probes.h"
#include "study/sample_plan_test_support.h"

namespace assay::study {
namespace {

using base::Json;
using testing::ElementsAre;
using testing::HasSubstr;

/// Checks the arms of a plan against a scripted twin.
class ArmsTest : public testing::Test {
 protected:
  /// "cell: state (evidence)" for each event, in order.
  std::vector<std::string> check(std::string_view script, SampleStudy sample,
                                 const std::vector<std::size_t>& exempt = {}) {
    const endpoint::PlayedTwin twin(script);
    sample.canaries = 10;
    Plan plan = plan_of(sample).value();
    plan.models[0].url = fmt::format("http://127.0.0.1:{}/v1", twin.port());
    std::vector<std::string> told;
    const EventSink sink = [&](std::string_view kind, const std::string&, const Json& detail) {
      if (kind == "arm") {
        told.push_back(fmt::format("{}: {} ({})", detail["cell"].get<std::string>(),
                                   detail["state"].get<std::string>(),
                                   detail["evidence"].get<std::string>()));
      }
      return base::Status(base::Done{});
    };
    Arms arms(context_, runtime_, plan, sink);
    for (const std::size_t cell : exempt) arms.exempt(cell);
    std::map<std::string, std::string> digests;
    Target target(context_, plan.models[0], std::nullopt, {}, sink, digests);
    EXPECT_TRUE(target.prepare(plan.cells[0]).has_value());
    std::vector<std::size_t> cells;
    for (std::size_t i = 0; i < plan.cells.size(); ++i) cells.push_back(i);
    EXPECT_TRUE(arms.check(cells, target, {}).has_value());
    requests_ = twin.records().size();
    return told;
  }

  base::Interrupt interrupt_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  base::Context context_{base::system_clock(), interrupt_, in_, out_, err_, {}, {}, ""};
  net::Runtime runtime_;
  std::size_t requests_ = 0;
};

constexpr const char* kHot = R"(
[[rule]]
match.field = { temperature = 0.9 }
reply = "no"
[[rule]]
reply = "it"
)";

TEST_F(ArmsTest, WhatChangesIsEffectiveAndWhatDoesNotIsVoid) {
  EXPECT_THAT(check(kHot, {.matrix = "[factors]\ntemperature = [0.9]\ntop_p = [0.5]\n"}),
              ElementsAre("a/temperature=0.9: effective (text of canary c0 changed)",
                          "a/top_p=0.5: void (no observable effect)"));
  EXPECT_THAT(err_.str(), HasSubstr("void   a/top_p=0.5: no observable effect in 8 canaries"));
  EXPECT_EQ(requests_, 2 * (kProbesMost + 1 + kProbesMost));
}

TEST_F(ArmsTest, WhatHasTrialsIsNotAskedAboutAndThenNorIsTheBaseline) {
  EXPECT_THAT(check(kHot, {.matrix = "[factors]\ntop_p = [0.5]\n"}, {1}), ElementsAre());
  EXPECT_EQ(requests_, 0U);
}

TEST_F(ArmsTest, ARefusedSettingHasAnEffect) {
  EXPECT_THAT(check("[[rule]]\nmatch.field = { top_p = 0.5 }\nstatus = 400\nreply = \"no\"\n"
                    "[[rule]]\nreply = \"it\"\n",
                    {.matrix = "[factors]\ntop_p = [0.5]\n"}),
              ElementsAre("a/top_p=0.5: effective (text of canary c0 changed)"));
}

TEST_F(ArmsTest, AnEndpointThatFailsUnderTheSettingTellsNothing) {
  EXPECT_THAT(check("[[rule]]\nmatch.field = { top_p = 0.5 }\nreply = \"it is\"\ncut_after = 1\n"
                    "[[rule]]\nreply = \"it is\"\n",
                    {.matrix = "[factors]\ntop_p = [0.5]\n"}),
              ElementsAre());
}

TEST_F(ArmsTest, AnEndpointThatMostlyFailsVoidsNothing) {
  EXPECT_THAT(check("[[rule]]\nmatch.times = 5\nreply = \"it is\"\ncut_after = 1\n"
                    "[[rule]]\nreply = \"it is\"\n",
                    {.matrix = "[factors]\ntop_p = [0.5]\n"}),
              ElementsAre())
      << "three of eight canaries are too few";
  EXPECT_THAT(check("[[rule]]\nmatch.times = 4\nreply = \"it is\"\ncut_after = 1\n"
                    "[[rule]]\nreply = \"it is\"\n",
                    {.matrix = "[factors]\ntop_p = [0.5]\n"}),
              ElementsAre("a/top_p=0.5: void (no observable effect)"));
}

TEST_F(ArmsTest, AnEndpointThatIgnoresSeedsIsNotVoid) {
  std::string script;
  for (int i = 0; i < 3; ++i) {
    script += fmt::format("[[rule]]\nmatch.times = 1\nreply = \"it {}\"\n", i);
  }
  script += "[[rule]]\nreply = \"it 9\"\n";
  EXPECT_THAT(check(script, {.matrix = "[factors]\ntop_p = [0.5]\n"}),
              ElementsAre("a/top_p=0.5: untold (replies differ from ask to ask at the same seed)"));
}

TEST_F(ArmsTest, WhatAnUnsteadyEndpointStillShowsCounts) {
  std::string script =
      "[[rule]]\nmatch.field = { top_p = 0.5 }\nreply = \"it\"\n"
      "usage = { prompt_tokens = 99, completion_tokens = 1 }\n";
  for (int i = 0; i < 3; ++i) {
    script += fmt::format("[[rule]]\nmatch.times = 1\nreply = \"it {}\"\n", i);
  }
  script += "[[rule]]\nreply = \"it 9\"\n";
  EXPECT_THAT(check(script, {.matrix = "[factors]\ntop_p = [0.5]\n"}),
              ElementsAre(HasSubstr("effective (prompt_tokens of canary c0 changed)")));
}

TEST_F(ArmsTest, ALimitBeyondAnyAnswerIsVoidForAnEndpoint) {
  EXPECT_THAT(check("[[rule]]\nreply = \"it was long\"\n",
                    {.matrix = "[baseline]\nmax_tokens = 8\n[factors]\nmax_tokens = [9, 2]\n"}),
              ElementsAre("a/max_tokens=9: void (no observable effect)",
                          "a/max_tokens=2: effective (text of canary c0 changed)"));
}

TEST(Observed, OneReplyGivesItsMembersAndSeveralGiveLists) {
  endpoint::ChatReply reply;
  reply.text = "one";
  reply.usage.prompt_tokens = 5;
  reply.tool_calls.push_back({"id 1", "wake", "{}"});
  const Json one = observed({reply});
  EXPECT_EQ(one["replies"], 1);
  EXPECT_EQ(one["text"], "one");
  EXPECT_EQ(one["prompt_tokens"], 5);
  reply.tool_calls[0].id = "id 2";
  EXPECT_EQ(observed({reply}), one) << "ids of calls are made up anew";
  const Json two = observed({reply, reply});
  EXPECT_EQ(two["replies"], 2);
  EXPECT_THAT(two["text"], ElementsAre("one", "one"));
}

TEST(ArmState, IsRecalledFromTheJournal) {
  const Plan plan = plan_of({.matrix = "[factors]\ntop_p = [0.5, 0.6]\ntop_k = [1, 2]\n"}).value();
  base::Interrupt interrupt;
  std::istringstream in;
  std::ostringstream out;
  const base::Context context{base::system_clock(), interrupt, in, out, out, {}, {}, ""};
  net::Runtime runtime;
  Arms arms(context, runtime, plan, {});
  arms.recall({{0, "arm", "a", R"({"cell":"a/top_p=0.5","state":"void"})"},
               {0, "arm", "a", R"({"cell":"a/top_p=0.6","state":"effective"})"},
               {0, "arm", "a", R"({"cell":"a/top_k=1","state":"untold"})"},
               {0, "note", "a", R"({"cell":"a/top_k=2","state":"void"})"}});
  EXPECT_EQ(arms.state(1), ArmState::Void);
  EXPECT_EQ(arms.state(2), ArmState::Effective);
  EXPECT_EQ(arms.state(3), ArmState::Untold);
  EXPECT_EQ(arms.state(4), ArmState::Unchecked);
}

}  // namespace
}  // namespace assay::study
