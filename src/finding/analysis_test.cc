#include "finding/analysis.h"

#include <gtest/gtest.h>

#include <cmath>

#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using test::first;
using test::SampleCell;
using test::SampleStudy;

/// A baseline right in 30 of 40 canaries and one level right in 20 of them.
SampleStudy worse_level() {
  SampleStudy study(40, 3);
  study.add({.is_right = first(30)});
  study.add({.factor = "temperature", .level = "1.5", .is_right = first(20)});
  return study;
}

TEST(Analyse, FingerprintsTheBaselinesLoadNotALaterLevels) {
  SampleStudy study(4, 3);
  study.add({});
  study.add_event("guest_ready", "pebble-m", {{"file_sha256", "first"}});
  study.add_event("guest_ready", "pebble-m", {{"file_sha256", "of a quantized level"}});
  EXPECT_EQ(study.finding().models[0].fingerprint["file_sha256"], "first");
}

TEST(Analyse, GivesTheKnownAccuracyAndDifference) {
  const StudyFinding finding = worse_level().finding();
  ASSERT_EQ(finding.models.size(), 1U);
  ASSERT_EQ(finding.models[0].cells.size(), 2U);
  const CellFinding& baseline = finding.models[0].cells[0];
  const CellFinding& level = finding.models[0].cells[1];
  EXPECT_FALSE(baseline.factor.has_value());
  EXPECT_EQ(baseline.n, 120);
  EXPECT_DOUBLE_EQ(baseline.accuracy, 0.75);
  EXPECT_FALSE(baseline.difference.has_value());
  EXPECT_FALSE(baseline.judgement.has_value());
  EXPECT_EQ(level.level, "1.5");
  ASSERT_TRUE(level.difference.has_value());
  EXPECT_DOUBLE_EQ(level.difference->delta, -0.25);
  EXPECT_LT(level.difference->interval.low, -0.25);
  EXPECT_GT(level.difference->interval.high, -0.25);
  ASSERT_TRUE(level.judgement.has_value());
  EXPECT_EQ(level.judgement->verdict, stats::Verdict::Worse);
}

TEST(Analyse, ACheckIsComparedButNeitherJudgedNorShipped) {
  SampleStudy study(100, 3);
  study.add({.factor = "prompt=rich+thinking=true", .kind = "check", .is_right = first(95)});
  study.add({.is_right = first(50)});
  study.add({.factor = "thinking", .level = "true", .is_right = first(50)});
  const StudyFinding finding = study.finding();
  const std::vector<CellFinding>& cells = finding.models[0].cells;
  ASSERT_EQ(cells.size(), 3U);
  EXPECT_EQ(cells[0].kind, CellKind::Baseline) << "the baseline comes first";
  EXPECT_EQ(cells[1].kind, CellKind::Check);
  ASSERT_TRUE(cells[1].difference.has_value());
  EXPECT_DOUBLE_EQ(cells[1].difference->delta, 0.45);
  EXPECT_FALSE(cells[1].judgement.has_value());
  EXPECT_EQ(cells[2].kind, CellKind::Level);
  EXPECT_TRUE(cells[2].judgement.has_value());
  EXPECT_EQ(finding.decision.cell, "pebble-m/baseline");
}

TEST(Analyse, TakesIdenticalRepeatsForNoMoreEvidenceThanTheirCanaries) {
  const StudyFinding finding = worse_level().finding();
  const CellFinding& baseline = finding.models[0].cells[0];
  EXPECT_NEAR(baseline.n_effective, 40, 1e-9);
  const stats::Interval expected = stats::wilson(30, 40);
  EXPECT_NEAR(baseline.accuracy_interval.low, expected.low, 0.01);
  EXPECT_NEAR(baseline.accuracy_interval.high, expected.high, 0.01);
}

TEST(Analyse, IsTheSameForTheSameRows) {
  const StudyFinding once = worse_level().finding();
  const StudyFinding again = worse_level().finding();
  EXPECT_EQ(once.models[0].cells[1].difference->interval.low,
            again.models[0].cells[1].difference->interval.low);
}

TEST(Analyse, CountsTruncationAsWrongAndSaysHowTheOthersDid) {
  SampleStudy study(40, 3);
  study.add({.is_right = first(35), .cut = 10});
  const CellFinding cell = study.finding().models[0].cells[0];
  EXPECT_EQ(cell.n, 120);
  EXPECT_EQ(cell.truncated, 30);
  EXPECT_DOUBLE_EQ(cell.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(cell.accuracy_untruncated, 1.0);
  EXPECT_EQ(cell.outcomes["limit(tokens)"], 30);
}

TEST(Analyse, TakesTheScoreOfACutReplyWhereItHasOne) {
  SampleStudy study(40, 3);
  study.add({.is_right = first(40), .cut = 10});
  for (store::TrialRow& trial : study.trials) {
    if (trial.outcome == "limit") trial.score = 0.5;
  }
  EXPECT_DOUBLE_EQ(study.finding().models[0].cells[0].accuracy, 0.875);
}

TEST(Analyse, LeavesUnscoredTrialsOutInsteadOfCallingThemWrong) {
  SampleStudy study(40, 3);
  study.add({.is_right = first(40), .unscored = 4});
  const CellFinding cell = study.finding().models[0].cells[0];
  EXPECT_EQ(cell.n, 108);
  EXPECT_EQ(cell.unscored, 12);
  EXPECT_DOUBLE_EQ(cell.accuracy, 1.0);
  EXPECT_EQ(cell.outcomes["infrastructure(out_of_memory)"], 12);
}

TEST(Analyse, PairsOnlyCanariesThatBothCellsHave) {
  SampleStudy study(40, 3);
  // The level's first ten canaries are unscored; without pairing the baseline's ten right ones
  // would count against it.
  study.add({.is_right = first(10)});
  study.add({.factor = "context", .level = "512", .is_right = first(10), .unscored = 10});
  const CellFinding level = study.finding().models[0].cells[1];
  EXPECT_EQ(level.difference->canaries, 30);
  EXPECT_DOUBLE_EQ(level.difference->delta, 0);
}

TEST(Analyse, BreaksAccuracyDownByKind) {
  SampleStudy study(40, 3);
  study.add({.is_right = [](int canary, int) { return canary % 4 == 1; }});
  const CellFinding cell = study.finding().models[0].cells[0];
  ASSERT_EQ(cell.kinds.size(), 4U);
  EXPECT_EQ(cell.kinds[0].kind, "lookup");
  EXPECT_DOUBLE_EQ(cell.kinds[0].accuracy, 0);
  EXPECT_EQ(cell.kinds[1].kind, "arithmetic");
  EXPECT_DOUBLE_EQ(cell.kinds[1].accuracy, 1);
  EXPECT_EQ(cell.kinds[1].scored, 30);
}

TEST(Analyse, GivesTheMemoryOfASharedGuestToEachOfItsCells) {
  SampleStudy study(8, 3);
  study.add({});
  study.add({.factor = "temperature", .level = "1"});
  study.add({.factor = "context",
             .level = "4096",
             .guest = {{"model", "models/pebble-m.gguf"}, {"context_tokens", 4096}}});
  study.add_event("guest_stopped", "pebble-m",
                  {{"cell", "pebble-m/baseline"}, {"peak_bytes", 900}});
  study.add_event("guest_stopped", "pebble-m",
                  {{"cell", "pebble-m/context=4096"}, {"peak_bytes", 1500}});
  const StudyFinding finding = study.finding();
  EXPECT_EQ(finding.models[0].cells[0].memory_bytes_peak, 900);
  EXPECT_EQ(finding.models[0].cells[1].memory_bytes_peak, 900);
  EXPECT_EQ(finding.models[0].cells[2].memory_bytes_peak, 1500);
}

TEST(Analyse, PricesAThousandTrials) {
  SampleStudy study(8, 3);
  study.add({.completion_tokens = 20});
  EXPECT_TRUE(std::isnan(study.finding().models[0].cells[0].cost_usd_per_1000));
  study.plan["models"][0]["price_input"] = 2.0;    // USD per million; 50 tokens a trial
  study.plan["models"][0]["price_output"] = 10.0;  // and 20 tokens.
  EXPECT_DOUBLE_EQ(study.finding().models[0].cells[0].cost_usd_per_1000, 0.1 + 0.2);
}

TEST(Analyse, GoesAsFarAsAnUnfinishedStudyDid) {
  SampleStudy study = worse_level();
  study.drop_trials(120);
  const StudyFinding finding = study.finding();
  EXPECT_EQ(finding.state, "interrupted");
  EXPECT_EQ(finding.done, 120);
  const CellFinding& level = finding.models[0].cells[1];
  EXPECT_EQ(level.n, 0);
  EXPECT_TRUE(std::isnan(level.accuracy));
  EXPECT_TRUE(std::isnan(level.tokens_per_s));
  EXPECT_FALSE(level.difference.has_value());
  EXPECT_FALSE(level.judgement.has_value());
}

TEST(Analyse, JudgesNothingWithoutVerdicts) {
  SampleStudy study(40, 1);
  study.add({.is_right = first(30)});
  study.add({.factor = "temperature", .level = "1.5", .is_right = first(20)});
  const StudyFinding finding = study.finding();
  EXPECT_FALSE(finding.verdicts);
  EXPECT_TRUE(finding.models[0].cells[1].difference.has_value());
  EXPECT_FALSE(finding.models[0].cells[1].judgement.has_value());
}

TEST(Analyse, ReadsEventsThatLackMembers) {
  SampleStudy study(8, 3);
  study.add({});
  study.add_event("guest_ready", "pebble-m", base::Json::object());
  study.add_event("guest_stopped", "pebble-m", {{"peak_bytes", "many"}});
  study.add_event("a kind of a later version", "", base::Json::object());
  study.events.push_back({.unix_ms = 0, .kind = "machine", .model = "", .detail = "not JSON"});
  EXPECT_EQ(study.finding().models[0].cells[0].memory_bytes_peak, 0);
}

TEST(Analyse, ShowsTheFailureOfTheKindThatFailsMost) {
  SampleStudy study(40, 3);
  // Every "order" canary fails, and one "lookup" canary in one repeat.
  study.add({.is_right = [](int canary, int repeat) {
    return canary % 4 != 3 && !(canary == 8 && repeat == 1);
  }});
  const auto examples = study.finding().models[0].examples;
  ASSERT_EQ(examples.size(), 2U);
  EXPECT_EQ(examples[0].kind, "order");
  EXPECT_EQ(examples[0].canary, "case-3");
  EXPECT_EQ(examples[0].expected, "thing 3");
  EXPECT_EQ(examples[0].reason, "expected another thing");
  EXPECT_EQ(examples[1].canary, "case-8");
}

TEST(Analyse, RefusesAPlanItCannotRead) {
  store::StudyRow row = worse_level().study_row();
  row.plan = "{";
  const auto broken = analyse(row, {}, {});
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().kind, base::ErrorKind::BadInput);
  EXPECT_NE(broken.error().context.find("k3f9"), std::string::npos);
  row.plan = R"({"models": [{"name": "m"}], "cells": []})";
  const auto empty = analyse(row, {}, {});
  ASSERT_FALSE(empty.has_value());
  EXPECT_NE(empty.error().message.find("found no cells"), std::string::npos);
}

}  // namespace
}  // namespace assay::finding
