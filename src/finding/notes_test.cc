#include "finding/notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using test::first;
using test::SampleStudy;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> notes_of(const SampleStudy& study) {
  return study.finding().models[0].notes;
}

TEST(Notes, AreNoneWhenNothingHappened) {
  SampleStudy study(40, 3);
  study.add({.is_right = first(30)});
  study.add({.factor = "temperature", .level = "0.7", .is_right = first(29), .reply = "other"});
  EXPECT_THAT(notes_of(study), IsEmpty());
}

TEST(Notes, SayWhatCouldNotBeScoredAndThatItIsNotWrong) {
  SampleStudy study(40, 3);
  study.add({.unscored = 4});
  EXPECT_THAT(notes_of(study),
              ElementsAre("baseline: 12 of 120 trials could not be scored (12 "
                          "infrastructure(out_of_memory)); they are left out, not counted as "
                          "wrong."));
}

TEST(Notes, QuoteTheEndpointThatRefusedALevel) {
  SampleStudy study(8, 3);
  study.add({});
  study.add({.factor = "temperature", .level = "1.5"});
  for (store::TrialRow& trial : study.trials) {
    if (trial.cell != "pebble-m/temperature=1.5") continue;
    trial.outcome = "model_failure";
    trial.outcome_class = "rejected";
    trial.score.reset();
    trial.detail = R"({"reason": "400: no temperature above 1", "body": "{}"})";
  }
  EXPECT_THAT(notes_of(study),
              ElementsAre("temperature 1.5: every trial ended as model_failure(rejected), so "
                          "nothing was measured: “400: no temperature above 1”."));
}

TEST(Notes, CountLostServers) {
  SampleStudy study(8, 3);
  study.add({});
  for (int loss = 0; loss < 2; ++loss) {
    study.add_event(
        "guest_lost", "pebble-m",
        {{"cell", "pebble-m/baseline"}, {"message", "killed"}, {"out_of_memory", true}});
  }
  EXPECT_THAT(notes_of(study),
              ElementsAre("baseline: the model's server was lost 2 times for want of memory: "
                          "“killed”."));
}

TEST(Notes, SayWhatHasNotRun) {
  SampleStudy study(8, 3);
  study.add({});
  study.drop_trials(5);
  EXPECT_THAT(notes_of(study), ElementsAre("baseline: 5 of 24 planned trials have not been run."));
}

TEST(Notes, RecogniseALevelWithoutAnyEffect) {
  SampleStudy study(8, 3);
  study.add({});
  study.add({.factor = "min_p", .level = "0.1"});
  study.add({.factor = "threads", .level = "4", .total_ms = 50});
  EXPECT_THAT(notes_of(study),
              ElementsAre("min_p 0.1: no observable effect; every reply is the baseline's to the "
                          "letter.",
                          "threads 4: every reply is the baseline's to the letter; only the time "
                          "per trial moved, to 0.5 times the baseline's."));
}

TEST(Notes, DoNotTakeDifferentToolCallsForTheSameReply) {
  SampleStudy study(8, 3);
  study.add({.reply = ""});
  study.add({.factor = "min_p", .level = "0.1", .reply = ""});
  for (store::TrialRow& trial : study.trials) {
    trial.detail = base::dump_json(
        {{"tool_calls", base::Json::array({{{"name", trial.cell}, {"arguments", "{}"}}})}});
  }
  EXPECT_THAT(notes_of(study), Not(Contains(HasSubstr("no observable effect"))));
}

TEST(Notes, WeighAQuantizationsGainsAgainstItsAccuracy) {
  SampleStudy study(100, 3);
  study.add({.is_right = first(80)});
  study.add({.factor = "quantization",
             .level = "Q2_K",
             .is_right = first(50),
             .tokens_per_s = 150,
             .guest = {{"model", "models/pebble-m-Q2_K.gguf"}}});
  study.add_event("guest_stopped", "pebble-m",
                  {{"cell", "pebble-m/baseline"}, {"peak_bytes", 1000}});
  study.add_event("guest_stopped", "pebble-m",
                  {{"cell", "pebble-m/quantization=Q2_K"}, {"peak_bytes", 600}});
  EXPECT_THAT(notes_of(study),
              ElementsAre(HasSubstr("quantization Q2_K: peak memory 40% less, decoding speed 50% "
                                    "higher, accuracy −30 [")));
}

}  // namespace
}  // namespace assay::finding
