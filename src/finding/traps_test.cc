#include "finding/traps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "finding/phrase.h"
#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using base::Json;
using test::first;
using test::SampleStudy;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Trap> traps_of(const SampleStudy& study) { return study.finding().models[0].traps; }

/// Every trial of the cell becomes this limit or failure.
void end_as(SampleStudy& study, std::string_view cell, std::string outcome,
            std::string reason_class, const std::string& reason = "", int of_canaries = 1000) {
  for (store::TrialRow& trial : study.trials) {
    if (trial.cell != cell || std::stoi(trial.canary.substr(5)) >= of_canaries) continue;
    trial.outcome = outcome;
    trial.outcome_class = reason_class;
    trial.score.reset();
    trial.detail = base::dump_json({{"reason", reason}});
  }
}

TEST(Traps, AreNoneWhenNothingHappened) {
  SampleStudy study(40, 3);
  study.add({.is_right = first(30)});
  study.add({.factor = "temperature", .level = "0.7", .is_right = first(29), .reply = "other"});
  study.add_event(
      "guest_ready", "pebble-m",
      {{"cell", "pebble-m/baseline"},
       {"props", {{"total_slots", 1}, {"default_generation_settings", {{"n_ctx", 2048}}}}}});
  EXPECT_THAT(traps_of(study), IsEmpty());
}

TEST(Traps, NameTruncationFromATenthUp) {
  SampleStudy study(40, 3);
  study.add({.is_right = first(40), .cut = 3});
  study.add({.factor = "max_tokens", .level = "8", .is_right = first(12), .cut = 16});
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_EQ(traps[0].name, "truncation");
  EXPECT_EQ(traps[0].cell, "pebble-m/max_tokens=8");
  EXPECT_EQ(traps[0].sentence,
            "max_tokens 8: the token limit cut 40% of the replies; of those that ended by "
            "themselves 50% were right.");
  EXPECT_EQ(traps[0].figures["truncated"], 48);
  EXPECT_EQ(traps[0].figures["n"], 120);
  EXPECT_DOUBLE_EQ(traps[0].figures["accuracy"], 0.3);
  EXPECT_DOUBLE_EQ(traps[0].figures["accuracy_untruncated"], 0.5);
}

TEST(Traps, NameACostThatBoughtNothing) {
  SampleStudy study(100, 3);
  study.add({.is_right = first(80)});
  study.add({.factor = "reasoning_effort",
             .level = "high",
             .is_right = first(81),
             .total_ms = 250,
             .completion_tokens = 42,
             .reply = "at length"});
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_EQ(traps[0].name, "cost_without_quality");
  EXPECT_THAT(traps[0].sentence, HasSubstr("reasoning_effort high: 2.1 times the tokens and 2.5 "
                                           "times the time for no shown gain (+1"));
  EXPECT_DOUBLE_EQ(traps[0].figures["tokens_ratio"], 2.1);
  EXPECT_DOUBLE_EQ(traps[0].figures["time_ratio"], 2.5);
}

TEST(Traps, DoNotCallACostThatBoughtQualityOne) {
  SampleStudy study(100, 3);
  study.add({.is_right = first(60)});
  study.add({.factor = "reasoning_effort",
             .level = "high",
             .is_right = first(95),
             .total_ms = 250,
             .completion_tokens = 42});
  EXPECT_THAT(traps_of(study), IsEmpty());
}

/// A hundred canaries of which so many are right, with the prompts plain and rich, without and with
/// reasoning.
SampleStudy prompts_and_reasoning(int plain_off, int rich_off, int plain_on, int rich_on) {
  SampleStudy study(100, 3);
  study.add({.is_right = first(plain_off), .reply = "a"});
  study.add({.factor = "prompt", .level = "rich", .is_right = first(rich_off), .reply = "b"});
  study.add({.factor = "thinking", .level = "true", .is_right = first(plain_on), .reply = "c"});
  study.add({.factor = "check", .level = "1", .is_right = first(rich_on), .reply = "d"});
  Json& check = study.plan["cells"][3];
  check["kind"] = "check";
  check["factor"] = nullptr;
  check["level_text"] = "";
  check["moves"] = {{"prompt", "rich"}, {"thinking", true}};
  for (store::TrialRow& trial : study.trials) {
    const bool is_rich = trial.cell.find("rich") != std::string::npos || trial.cell == check["id"];
    trial.prompt_tokens = is_rich ? 150 : 50;
  }
  return study;
}

TEST(Traps, TellThatARichPromptHarmsOnlyWithReasoning) {
  const SampleStudy study = prompts_and_reasoning(80, 80, 90, 60);
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_EQ(traps[0].name, "rich_prompt_harm");
  EXPECT_EQ(traps[0].cell, "pebble-m/prompt=rich");
  EXPECT_EQ(traps[0].sentence,
            "prompt rich: right with the prompts plain and rich: without reasoning 80% and 80%, "
            "with reasoning 90% and 60%; the harm is shown only with reasoning.");
  EXPECT_EQ(traps[0].figures["without_reasoning"]["harm"], false);
  EXPECT_EQ(traps[0].figures["with_reasoning"]["harm"], true);
  EXPECT_NEAR(traps[0].figures["with_reasoning"]["delta"].get<double>(), -0.3, 1e-9);
  const CellFinding check = study.finding().models[0].cells[3];
  EXPECT_EQ(check.judgement, std::nullopt) << "it moves two factors";
  EXPECT_EQ(cell_label(check), "prompt rich + thinking true");
}

TEST(Traps, TellThatARichPromptHarmsEitherWay) {
  const auto traps = traps_of(prompts_and_reasoning(80, 50, 90, 60));
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_THAT(traps[0].sentence, HasSubstr("the harm is shown with and without reasoning"));
}

TEST(Traps, LeaveARichPromptThatDoesNotHarmAlone) {
  EXPECT_THAT(traps_of(prompts_and_reasoning(80, 80, 90, 90)), IsEmpty());
}

TEST(Traps, NameARichPromptsHarmWithoutACheck) {
  SampleStudy study(100, 3);
  study.add({.is_right = first(80)});
  study.add({.factor = "prompt", .level = "rich", .is_right = first(50), .reply = "b"});
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_THAT(traps[0].sentence,
              AllOf(HasSubstr("prompt rich: worse by 30 points ["),
                    HasSubstr("than the prompt plain: this model does better with less.")));
}

TEST(Traps, QuoteTheServerThatRefusedAToolChoice) {
  SampleStudy study(8, 3);
  study.add({});
  study.add({.factor = "tool_choice", .level = "required"});
  end_as(study, "pebble-m/tool_choice=required", "model_failure", "rejected",
         "400: not in thinking mode", 2);
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_EQ(traps[0].name, "tool_choice_rejected");
  EXPECT_EQ(traps[0].sentence,
            "tool_choice required: the server refused 6 of 24 trials with tool_choice required: "
            "“400: not in thinking mode”.");
  EXPECT_EQ(traps[0].figures["rejected"], 6);
}

TEST(Traps, FindAToolChoiceThatOnlyAnotherLevelMakesTheServerRefuse) {
  SampleStudy study(8, 3);
  study.add({});
  study.add({.factor = "thinking", .level = "true"});
  study.add({.factor = "temperature", .level = "9", .reply = "x"});
  for (Json& cell : study.plan["cells"]) cell["request"]["tool_choice"] = "required";
  end_as(study, "pebble-m/thinking=true", "model_failure", "rejected",
         "400: tool_choice must be auto when thinking");
  end_as(study, "pebble-m/temperature=9", "model_failure", "rejected", "400: too hot");
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1)) << "a temperature that is refused is no tool choice's fault";
  EXPECT_EQ(traps[0].cell, "pebble-m/thinking=true");
  const auto notes = study.finding().models[0].notes;
  EXPECT_THAT(notes, ElementsAre(HasSubstr("too hot"))) << "a trap is not told twice";
}

TEST(Traps, SeeRetriesInATimeLimit) {
  SampleStudy study(8, 3);
  study.add({});
  end_as(study, "pebble-m/baseline", "limit", "time", "time is up", 3);
  EXPECT_THAT(traps_of(study), IsEmpty()) << "one request that was too slow";
  for (store::TrialRow& trial : study.trials) trial.attempts = trial.score ? 1 : 2;
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_EQ(traps[0].name, "retries_ate_deadline");
  EXPECT_EQ(traps[0].sentence,
            "baseline: 9 of 24 trials ran out of time after 2.0 requests each; retries of failed "
            "ones took a part of it.");
}

TEST(Traps, CountWhatDidNotFitTheContext) {
  SampleStudy study(8, 3);
  study.add({});
  end_as(study, "pebble-m/baseline", "limit", "context", "400: too long", 2);
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_EQ(traps[0].name, "context_overflow");
  EXPECT_EQ(traps[0].sentence,
            "baseline: 25% of the trials (6 of 24) did not fit the context of 2048 tokens; they "
            "count as wrong.");
}

SampleStudy with_context(std::int64_t slot_tokens, int slots) {
  SampleStudy study(8, 3);
  study.add({});
  for (int load = 0; load < 2; ++load) {
    study.add_event(
        "guest_ready", "pebble-m",
        {{"cell", "pebble-m/baseline"},
         {"props",
          {{"total_slots", slots}, {"default_generation_settings", {{"n_ctx", slot_tokens}}}}}});
  }
  return study;
}

TEST(Traps, SeeAContextThatTheServerChanged) {
  const auto traps = traps_of(with_context(1024, 1));
  ASSERT_THAT(traps, SizeIs(1)) << "once, however often it was loaded";
  EXPECT_EQ(traps[0].name, "setting_changed_by_server");
  EXPECT_EQ(traps[0].sentence,
            "baseline: asked for a context of 2048 tokens, the server made it 1024.");
  EXPECT_EQ(traps[0].figures["setting"], "context");
  EXPECT_EQ(traps[0].figures["asked"], 2048);
  EXPECT_EQ(traps[0].figures["got"], 1024);
}

TEST(Traps, TakeSlotsAndRoundingForNoChange) {
  EXPECT_THAT(traps_of(with_context(1024, 2)), IsEmpty()) << "the slots share the context";
  EXPECT_THAT(traps_of(with_context(2048, 2)), IsEmpty()) << "one context that both may fill";
  EXPECT_THAT(traps_of(with_context(2048 + 255, 1)), IsEmpty()) << "rounded up";
  EXPECT_THAT(traps_of(with_context(512, 3)), SizeIs(1));
  EXPECT_THAT(traps_of(with_context(4096, 1)), SizeIs(1));
}

TEST(Traps, SeeATokenLimitThatTheServerIgnored) {
  SampleStudy study(8, 3);
  study.add({.completion_tokens = 65});
  study.trials[3].completion_tokens = 90;
  study.trials[4].completion_tokens = 64;
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_EQ(
      traps[0].sentence,
      "baseline: asked for at most 64 tokens, 23 of 24 replies were longer, up to 90 tokens.");
  EXPECT_EQ(traps[0].figures["setting"], "max_tokens");
}

TEST(Traps, SeeAnotherModelAnswering) {
  SampleStudy study(8, 3);
  study.add({});
  study.plan["models"][0]["model"] = "vendor/model";
  for (std::size_t at : {2U, 5U}) {
    study.trials[at].detail = R"({"reason": "", "served_model": "vendor/model-mini"})";
  }
  const auto traps = traps_of(study);
  ASSERT_THAT(traps, SizeIs(1));
  EXPECT_EQ(
      traps[0].sentence,
      "baseline: asked for the model `vendor/model`, `vendor/model-mini` answered (2 times).");
}

}  // namespace
}  // namespace assay::finding
