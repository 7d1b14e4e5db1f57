#include "report/verification.h"

#include <gmock/gmock.h>

#include "finding/sample_study_test_support.h"
#include "report/report.h"

namespace assay::report {
namespace {

using base::Json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Json sample_card() {
  test::SampleStudy study(40, 3);
  study.add({.is_right = test::first(30)});
  study.add({.factor = "temperature", .level = "1.5", .is_right = test::first(10)});
  study.add_event(
      "machine", "",
      {{"cpu_model", "X"}, {"memory_total_bytes", 8589934592}, {"gpus", Json::array()}});
  study.add_event("engine", "", {{"version", "version: 7"}, {"source", "pinned"}});
  study.add_event("guest_ready", "pebble-m", {{"file", "pebble-m.gguf"}, {"file_sha256", "aaaa"}});
  const finding::StudyFinding finding = study.finding();
  return card_to_json(finding, finding.models[0]);
}

/// Everything as it was.
Present present() {
  Present found;
  found.digests = {{"models/pebble-m.gguf", "aaaa"}};
  found.engine = "version: 7";
  found.machine = {{"cpu_model", "X"},
                   {"memory_total_bytes", 8589934592 + 4096},
                   {"gpus", Json::array()},
                   {"disk_free_bytes", 1}};
  found.changes.emplace();
  return found;
}

Standing standing_of(const Verification& verification, std::string_view subject) {
  for (const FreshnessItem& item : verification.items) {
    if (item.subject.starts_with(subject)) return item.standing;
  }
  ADD_FAILURE() << "no item " << subject;
  return Standing::Unchecked;
}

Verification verify(const Json& card, const Present& found = present()) {
  return verify_card(card, sample_card(), found);
}

TEST(VerifyCard, HoldsWhereNothingChanged) {
  const Verification verification = verify(sample_card());
  EXPECT_EQ(verification.overall(), Standing::Holds);
  EXPECT_GT(verification.values, 100);
  EXPECT_THAT(verification.discrepancies, IsEmpty());
  EXPECT_THAT(verification.to_text(), Not(HasSubstr("stale")));
}

TEST(VerifyCard, NamesEachValueThatDiffers) {
  Json card = sample_card();
  card["model"]["cells"][0]["accuracy"] = 0.99;
  card["decision"]["caveat"] = "None at all.";
  card["invented"] = true;
  card["moved"].erase(0);
  const Verification verification = verify(card);
  EXPECT_EQ(verification.overall(), Standing::DoesNotHold);
  ASSERT_THAT(verification.discrepancies, SizeIs(4));
  EXPECT_EQ(verification.discrepancies[0].path, "/decision/caveat");
  EXPECT_EQ(verification.discrepancies[0].card, "\"None at all.\"");
  EXPECT_EQ(verification.discrepancies[1].path, "/moved/0");
  EXPECT_EQ(verification.discrepancies[1].card, "absent");
  EXPECT_EQ(verification.discrepancies[2].path, "/model/cells/0/accuracy");
  EXPECT_EQ(verification.discrepancies[2].journal, "0.75");
  EXPECT_EQ(verification.discrepancies[3].path, "/invented");
  EXPECT_EQ(verification.discrepancies[3].journal, "absent");
  EXPECT_THAT(verification.to_text(), HasSubstr("the card says 0.99, the journal 0.75"));
}

TEST(VerifyCard, ToleratesWhatPrintingLosesAndNoMore) {
  Json card = sample_card();
  Json& accuracy = card["model"]["cells"][0]["accuracy"];
  accuracy = 0.75 * (1 + 5e-10);
  EXPECT_THAT(verify(card).discrepancies, IsEmpty());
  accuracy = 0.75 * (1 + 5e-9);
  EXPECT_THAT(verify(card).discrepancies, SizeIs(1));
  accuracy = "0.75";
  EXPECT_THAT(verify(card).discrepancies, SizeIs(1));
}

TEST(VerifyCard, IsStaleWhereTheModelFileChangedOrIsGone) {
  Present found = present();
  found.digests["models/pebble-m.gguf"] = "bbbb";
  EXPECT_EQ(standing_of(verify(sample_card(), found), "model file"), Standing::Stale);
  found.digests.clear();
  const Verification gone = verify(sample_card(), found);
  EXPECT_EQ(gone.overall(), Standing::Stale);
  EXPECT_THAT(gone.to_text(), HasSubstr("→ gone"));
}

TEST(VerifyCard, IsStaleWhereEngineMachineOrTaskChanged) {
  Present found = present();
  found.engine = "version: 70";
  EXPECT_EQ(standing_of(verify(sample_card(), found), "engine"), Standing::Stale);
  found.engine.reset();
  EXPECT_EQ(standing_of(verify(sample_card(), found), "engine"), Standing::Stale);
  found = present();
  found.machine["cpu_model"] = "Y";
  EXPECT_EQ(standing_of(verify(sample_card(), found), "machine cpu_model"), Standing::Stale);
  found = present();
  found.machine["memory_total_bytes"] = 17179869184;
  EXPECT_EQ(standing_of(verify(sample_card(), found), "machine memory_total"), Standing::Stale);
  found = present();
  found.changes = {{"margin", "0.05", "0.1"}};
  EXPECT_THAT(verify(sample_card(), found).to_text(), HasSubstr("margin: 0.05 → 0.1"));
}

TEST(VerifyCard, SaysWhatItCouldNotCheck) {
  Present found = present();
  found.changes.reset();
  found.trouble = "a task pack is gone";
  const Verification verification = verify(sample_card(), found);
  EXPECT_EQ(standing_of(verification, "study file"), Standing::Unchecked);
  EXPECT_EQ(verification.overall(), Standing::Holds);
  EXPECT_EQ(verification.to_json()["standing"], "holds");
}

TEST(VerifyCard, OpensNoPathThatACardNamesAgainstItsJournal) {
  Json card = sample_card();
  card["fingerprint"]["model"]["files"][0]["path"] = "/etc/passwd";
  EXPECT_EQ(verify(card).overall(), Standing::DoesNotHold);
  EXPECT_EQ(files_of(sample_card()), std::vector<std::string>{"models/pebble-m.gguf"});
}

TEST(SubjectOf, RefusesWhatIsNoCard) {
  EXPECT_EQ(subject_of(sample_card())->study, "k3f9");
  EXPECT_EQ(subject_of(sample_card())->model, "pebble-m");
  for (const char* wrong :
       {"null", "[]", "3", "{}", R"({"format":"1"})", R"({"format":2,"study":"s"})",
        R"({"format":1})", R"({"format":1,"study":""})", R"({"format":1,"study":"s"})",
        R"({"format":1,"study":"s","model":"m"})", R"({"format":1,"study":"s","model":{}})"}) {
    const auto subject = subject_of(base::parse_json(wrong).value());
    ASSERT_FALSE(subject.has_value()) << wrong;
    EXPECT_EQ(subject.error().kind, base::ErrorKind::BadInput) << wrong;
  }
}

TEST(VerifyCard, BearsAnyJson) {
  for (const char* odd : {"null", "[[],{}]", R"({"":{"~/":1}})", R"({"model":[1,2]})"}) {
    const Verification verification = verify(base::parse_json(odd).value());
    EXPECT_EQ(verification.overall(), Standing::DoesNotHold) << odd;
    EXPECT_FALSE(verification.to_text().empty());
  }
}

}  // namespace
}  // namespace assay::report
