#include "store/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"

namespace assay::store {
namespace {

using base::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;

class JournalTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "journal.db"; }

  Journal open() {
    auto journal = Journal::open(file());
    if (!journal.has_value()) throw std::runtime_error(journal.error().to_string());
    return std::move(*journal);
  }

  Journal open_with_study() {
    Journal journal = open();
    const base::Status added = journal.add_study(study("s1"));
    if (!added.has_value()) throw std::runtime_error(added.error().to_string());
    return journal;
  }

  static StudyRow study(std::string id) {
    return {.id = std::move(id),
            .hash = "abc",
            .name = "first",
            .file = "study.toml",
            .source = "[study]\nname = \"first\"\n",
            .plan = R"({"cells":[]})",
            .state = "planned",
            .created_unix_ms = 1000};
  }

  static TrialRow scored(std::int64_t ordinal) {
    TrialRow trial;
    trial.ordinal = ordinal;
    trial.outcome = "scored";
    trial.score = 1;
    return trial;
  }

  test::TemporaryFolder folder_;
};

TEST_F(JournalTest, KeepsEveryFieldOfATrialAcrossOpenings) {
  TrialRow trial;
  trial.ordinal = 7;
  trial.model = "pebble-m";
  trial.cell = "temperature=0.7";
  trial.canary = "extract-1";
  trial.repeat = 2;
  trial.seed = std::numeric_limits<std::int64_t>::max();
  trial.outcome = "scored";
  trial.score = 0.25;
  trial.finish_reason = "stop";
  trial.prompt_tokens = 12;
  trial.completion_tokens = 0;
  trial.ttft_ms = 41.5;
  trial.total_ms = 912.25;
  trial.wall_ms = 915.75;
  trial.tokens_per_s = 161.2;
  trial.attempts = 2;
  trial.reply = std::string("grün\0, then a bad byte \xff", 25);
  trial.detail = R"({"found":"42"})";
  trial.started_unix_ms = 1'767'225'600'000;
  ASSERT_TRUE(open_with_study().append_trial("s1", trial).has_value());

  const auto trials = open().trials("s1");
  ASSERT_TRUE(trials.has_value());
  ASSERT_EQ(trials->size(), 1U);
  const TrialRow& read = trials->front();
  EXPECT_EQ(read.ordinal, trial.ordinal);
  EXPECT_EQ(read.model, trial.model);
  EXPECT_EQ(read.cell, trial.cell);
  EXPECT_EQ(read.canary, trial.canary);
  EXPECT_EQ(read.repeat, trial.repeat);
  EXPECT_EQ(read.seed, trial.seed);
  EXPECT_EQ(read.outcome, trial.outcome);
  EXPECT_EQ(read.outcome_class, "");
  EXPECT_EQ(read.score, trial.score);
  EXPECT_EQ(read.finish_reason, trial.finish_reason);
  EXPECT_EQ(read.prompt_tokens, trial.prompt_tokens);
  EXPECT_EQ(read.completion_tokens, trial.completion_tokens);
  EXPECT_EQ(read.ttft_ms, trial.ttft_ms);
  EXPECT_EQ(read.total_ms, trial.total_ms);
  EXPECT_EQ(read.wall_ms, trial.wall_ms);
  EXPECT_EQ(read.tokens_per_s, trial.tokens_per_s);
  EXPECT_EQ(read.attempts, trial.attempts);
  EXPECT_EQ(read.reply, trial.reply);
  EXPECT_EQ(read.detail, trial.detail);
  EXPECT_EQ(read.started_unix_ms, trial.started_unix_ms);
}

TEST_F(JournalTest, GivesUnknownNumbersBackAsNegative) {
  Journal journal = open_with_study();
  TrialRow trial;
  trial.outcome = "infrastructure";
  trial.outcome_class = "out_of_memory";
  trial.ttft_ms = std::numeric_limits<double>::quiet_NaN();
  ASSERT_TRUE(journal.append_trial("s1", trial).has_value());
  const TrialRow read = journal.trials("s1")->front();
  EXPECT_FALSE(read.score.has_value());
  EXPECT_EQ(read.outcome_class, "out_of_memory");
  EXPECT_EQ(read.prompt_tokens, -1);
  EXPECT_EQ(read.completion_tokens, -1);
  EXPECT_EQ(read.ttft_ms, -1);
  EXPECT_EQ(read.tokens_per_s, -1);
}

TEST_F(JournalTest, GivesTrialsInScheduleOrderAndEachStudyItsOwn) {
  Journal journal = open_with_study();
  ASSERT_TRUE(journal.add_study(study("s2")).has_value());
  for (const int ordinal : {5, 0, 3}) {
    ASSERT_TRUE(journal.append_trial("s1", scored(ordinal)).has_value());
  }
  ASSERT_TRUE(journal.append_trial("s2", scored(5)).has_value());
  EXPECT_THAT(*journal.done_ordinals("s1"), ElementsAre(0, 3, 5));
  EXPECT_THAT(*journal.done_ordinals("s2"), ElementsAre(5));
  EXPECT_TRUE(journal.done_ordinals("s3")->empty());
  EXPECT_EQ(journal.trials("s1")->at(1).ordinal, 3);
}

TEST_F(JournalTest, RefusesASecondTrialAtTheSamePlaceAndStaysUsable) {
  Journal journal = open_with_study();
  ASSERT_TRUE(journal.append_trial("s1", scored(4)).has_value());
  const auto again = journal.append_trial("s1", scored(4));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().kind, ErrorKind::BadInput);
  EXPECT_THAT(again.error().message, HasSubstr("trial 4 of study s1"));
  EXPECT_EQ(again.error().context, file().string());
  ASSERT_TRUE(journal.append_trial("s1", scored(5)).has_value());
  EXPECT_THAT(*journal.done_ordinals("s1"), ElementsAre(4, 5));
}

TEST_F(JournalTest, RefusesWhatBelongsToNoStudy) {
  Journal journal = open();
  for (const base::Status& refused :
       {journal.append_trial("nowhere", scored(0)), journal.append_event("nowhere", {}),
        journal.set_state("nowhere", "done")}) {
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::BadInput);
    EXPECT_THAT(refused.error().message, HasSubstr("study nowhere"));
  }
}

TEST_F(JournalTest, RefusesRowsThatBreakTheContract) {
  Journal journal = open_with_study();
  TrialRow unscored = scored(0);
  unscored.score.reset();
  TrialRow too_good = scored(0);
  too_good.score = 1.5;
  TrialRow unknown_outcome = scored(0);
  unknown_outcome.outcome = "great";
  TrialRow failed_with_score = scored(0);
  failed_with_score.outcome = "model_failure";
  TrialRow too_long = scored(0);
  too_long.reply = std::string(65537, 'x');
  TrialRow not_json = scored(0);
  not_json.detail = "{";
  for (const TrialRow& trial :
       {unscored, too_good, unknown_outcome, failed_with_score, too_long, not_json}) {
    const auto refused = journal.append_trial("s1", trial);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Internal);
  }
  EXPECT_EQ(journal.set_state("s1", "paused").error().kind, ErrorKind::Internal);
  EXPECT_EQ(journal.counts("s1")->done, 0);
}

TEST_F(JournalTest, CountsOutcomes) {
  Journal journal = open_with_study();
  std::int64_t ordinal = 0;
  for (const char* outcome : {"model_failure", "limit", "scorer_failure", "skipped",
                              "infrastructure", "infrastructure"}) {
    TrialRow trial;
    trial.ordinal = ordinal++;
    trial.outcome = outcome;
    ASSERT_TRUE(journal.append_trial("s1", trial).has_value());
  }
  ASSERT_TRUE(journal.append_trial("s1", scored(ordinal)).has_value());
  const TrialCounts counts = *journal.counts("s1");
  EXPECT_EQ(counts.done, 7);
  EXPECT_EQ(counts.scored, 1);
  EXPECT_EQ(counts.failed, 4);
  EXPECT_EQ(counts.infrastructure, 2);
  EXPECT_EQ(journal.counts("s9")->done, 0);
}

TEST_F(JournalTest, AddsAStudyOnceAndRefusesAnotherWithItsId) {
  Journal journal = open_with_study();
  ASSERT_TRUE(journal.set_state("s1", "running").has_value());
  ASSERT_TRUE(journal.add_study(study("s1")).has_value());
  const StudyRow kept = journal.study("s1")->value();
  EXPECT_EQ(kept.state, "running");
  EXPECT_EQ(kept.hash, "abc");
  EXPECT_EQ(kept.name, "first");
  EXPECT_EQ(kept.file, "study.toml");
  EXPECT_EQ(kept.source, study("s1").source);
  EXPECT_EQ(kept.plan, study("s1").plan);
  EXPECT_EQ(kept.created_unix_ms, 1000);

  StudyRow other = study("s1");
  other.hash = "def";
  const auto refused = journal.add_study(other);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::BadInput);
  EXPECT_EQ(journal.study("s1")->value().hash, "abc");
  EXPECT_FALSE(journal.study("s2")->has_value());
}

TEST_F(JournalTest, ListsStudiesNewestFirst) {
  Journal journal = open();
  const std::vector<std::pair<std::string, std::int64_t>> created{
      {"old", 20}, {"older", 10}, {"newest", 30}, {"as new", 30}};
  for (const auto& [id, unix_ms] : created) {
    StudyRow row = study(id);
    row.created_unix_ms = unix_ms;
    ASSERT_TRUE(journal.add_study(row).has_value());
  }
  const auto studies = journal.studies();
  ASSERT_TRUE(studies.has_value());
  std::vector<std::string> ids;
  for (const StudyRow& row : *studies) ids.push_back(row.id);
  EXPECT_THAT(ids, ElementsAre("as new", "newest", "old", "older"));
}

TEST_F(JournalTest, KeepsEventsInTheOrderTheyHappened) {
  Journal journal = open_with_study();
  ASSERT_TRUE(journal.append_event("s1", {5, "smoke", "m", R"({"ok":true})"}).has_value());
  ASSERT_TRUE(journal.append_event("s1", {4, "resume", "", ""}).has_value());
  const auto events = journal.events("s1");
  ASSERT_TRUE(events.has_value());
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ(events->at(0).unix_ms, 5);
  EXPECT_EQ(events->at(0).kind, "smoke");
  EXPECT_EQ(events->at(0).model, "m");
  EXPECT_EQ(events->at(0).detail, R"({"ok":true})");
  EXPECT_EQ(events->at(1).kind, "resume");
}

TEST_F(JournalTest, LetsOthersReadWhileItIsWritten) {
  Journal writer = open_with_study();
  Journal reader = open();
  ASSERT_TRUE(writer.append_trial("s1", scored(0)).has_value());
  EXPECT_EQ(reader.counts("s1")->done, 1);
  ASSERT_TRUE(writer.append_trial("s1", scored(1)).has_value());
  EXPECT_EQ(reader.counts("s1")->done, 2);
  ASSERT_TRUE(reader.append_trial("s1", scored(2)).has_value());
  EXPECT_EQ(writer.counts("s1")->done, 3);
}

}  // namespace
}  // namespace assay::store
