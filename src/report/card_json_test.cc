#include <gmock/gmock.h>

#include <set>

#include "finding/sample_study_test_support.h"
#include "report/claims.h"
#include "report/report.h"

namespace assay::report {
namespace {

using base::Json;
using ::testing::HasSubstr;
using ::testing::Not;

const finding::StudyFinding& quickstart() {
  static const finding::StudyFinding finding = test::sample_quickstart().finding();
  return finding;
}

TEST(CardToJson, OpensWithFormatAndDecision) {
  const Json card = card_to_json(quickstart(), quickstart().models[1]);
  std::vector<std::string> keys;
  for (const auto& [key, value] : card.items()) keys.push_back(key);
  ASSERT_GE(keys.size(), 12U);
  EXPECT_EQ(std::vector<std::string>(keys.begin(), keys.begin() + 5),
            (std::vector<std::string>{"format", "study", "hash", "decision", "fingerprint"}));
  EXPECT_EQ(card["format"], kCardFormat);
  EXPECT_EQ(card["decision"]["headline"], quickstart().decision.headline);
  EXPECT_EQ(card["decision"]["caveat"], quickstart().decision.caveat);
}

TEST(CardToJson, HoldsEveryMemberOfItsModelInTheReport) {
  const Json report = to_json(quickstart());
  const Json card = card_to_json(quickstart(), quickstart().models[1]);
  EXPECT_EQ(card["model"], report["models"][1]);
  EXPECT_EQ(card["baseline"], report["models"][1]["cells"][0]);
  for (const char* member : {"packs", "canaries", "repeats", "margin", "planned", "done"}) {
    EXPECT_EQ(card[member], report[member]) << member;
  }
  EXPECT_FALSE(card.contains("models"));
}

TEST(CardToJson, FingerprintsWithoutWhatChangesByItself) {
  test::SampleStudy study(4, 3);
  study.add({});
  study.add_event("machine", "",
                  {{"cpu_model", "X"}, {"memory_total_bytes", 8}, {"disk_free_bytes", 5}});
  const finding::StudyFinding finding = study.finding();
  const Json card = card_to_json(finding, finding.models[0]);
  EXPECT_EQ(card["fingerprint"]["machine"]["cpu_model"], "X");
  EXPECT_THAT(base::dump_json(card), Not(HasSubstr("disk_free_bytes")));
}

TEST(CardToJson, SaysNothingThatTheJournalDoesNot) {
  finding::StudyFinding finding = quickstart();
  const Json before = card_to_json(finding, finding.models[0]);
  finding.changes = {{"margin", "0.1", "0.2"}};
  EXPECT_EQ(card_to_json(finding, finding.models[0]), before);
  EXPECT_EQ(to_json(finding)["registration"]["changed_since"][0]["what"], "margin");
}

TEST(CardToJson, EveryClaimHasItsValueAtItsPathAndItsOwnId) {
  for (const finding::ModelFinding& model : quickstart().models) {
    const Json card = card_to_json(quickstart(), model);
    std::set<std::string> ids;
    ASSERT_GT(card["claims"].size(), 10U);
    for (const Json& claim : card["claims"]) {
      EXPECT_TRUE(ids.insert(claim["id"]).second) << claim["id"];
      EXPECT_EQ(card.at(Json::json_pointer(claim["path"].get<std::string>())), claim["value"]);
      EXPECT_FALSE(claim["value"].is_null()) << claim["id"];
      EXPECT_FALSE(claim["command"].get<std::string>().empty());
    }
  }
}

TEST(CardToJson, HasNegativeResultsFailuresLimitsAndCosts) {
  const Json card = card_to_json(quickstart(), quickstart().models[1]);
  EXPECT_EQ(card["negative_results"][0]["cell"], "pebble-m/top_p=0.9");
  EXPECT_EQ(card["moved"][0]["cell"], "pebble-m/max_tokens=8");
  EXPECT_EQ(card["limits"]["context_tokens"], 2048);
  EXPECT_EQ(card["limits"]["memory_bytes_peak"], 90'000'000);
  EXPECT_FALSE(card["failures"].empty());
  EXPECT_EQ(card["cost_and_speed"][0]["cell"], "pebble-m/baseline");
  EXPECT_EQ(card["cost_and_speed"][0]["tokens_per_s"], 210.0);
}

TEST(SqlLiteral, NeedsNoQuotingOfAnyKind) {
  EXPECT_EQ(sql_literal("pebble-m/temperature=1.5"), "'pebble-m/temperature=1.5'");
  EXPECT_EQ(sql_literal(""), "''");
  EXPECT_EQ(sql_literal("a'$(b)"), "CAST(x'612724286229' AS TEXT)");
  EXPECT_EQ(sql_literal("\n"), "CAST(x'0a' AS TEXT)");
}

}  // namespace
}  // namespace assay::report
