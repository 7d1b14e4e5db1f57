#include "finding/plan_changes.h"

#include <gmock/gmock.h>

#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using base::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Json sample_plan() {
  test::SampleStudy study(4, 3);
  study.add({}).add({.factor = "temperature", .level = "0.5"});
  study.add({.factor = "temperature", .level = "1.0"});
  return study.plan;
}

TEST(PlanChanges, AreNoneBetweenEqualPlans) {
  EXPECT_THAT(plan_changes(sample_plan(), sample_plan()), IsEmpty());
}

TEST(PlanChanges, NameTheMemberWithBothValues) {
  Json now = sample_plan();
  now["margin"] = 0.2;
  now["repeats"] = 5;
  EXPECT_THAT(plan_changes(sample_plan(), now),
              ElementsAre(PlanChange{"repeats", "3", "5"}, PlanChange{"margin", "0.1", "0.2"}));
  EXPECT_EQ(describe({"margin", "0.1", "0.2"}), "margin: 0.1 → 0.2");
}

TEST(PlanChanges, TellBaselinesFromLevels) {
  Json now = sample_plan();
  now["cells"][0]["request"]["max_tokens"] = 32;
  now["cells"].erase(2);
  EXPECT_THAT(plan_changes(sample_plan(), now),
              ElementsAre(PlanChange{"pebble-m/baseline max_tokens", "64", "32"},
                          PlanChange{"levels of temperature", "0.5, 1.0", "0.5"}));
}

TEST(PlanChanges, SeeFactorsComeAndGo) {
  Json now = sample_plan();
  now["cells"][1]["factor"] = "top_p";
  now["cells"][2]["factor"] = "top_p";
  EXPECT_THAT(plan_changes(sample_plan(), now),
              ElementsAre(PlanChange{"levels of temperature", "0.5, 1.0", "none"},
                          PlanChange{"levels of top_p", "none", "0.5, 1.0"}));
}

TEST(PlanChanges, SeePacksModelsAndCanaries) {
  Json now = sample_plan();
  now["packs"][0]["hash"] = "ffff";
  now["models"][0]["gguf"] = "models/other.gguf";
  now["models"].push_back({{"name", "new"}});
  now["canaries"][1]["expected"] = "another thing";
  now["canaries"].erase(3);
  const auto changes = plan_changes(sample_plan(), now);
  ASSERT_THAT(changes, SizeIs(5));
  EXPECT_EQ(changes[0].what, "model pebble-m gguf");
  EXPECT_EQ(changes[1], (PlanChange{"model new", "none", "there"}));
  EXPECT_EQ(changes[2].what, "task pack deskwork");
  EXPECT_EQ(changes[2].then, "4 cases, sha256 1234abcd5678");
  EXPECT_EQ(changes[3], (PlanChange{"canaries left out", "1: case-3", "none"}));
  EXPECT_EQ(changes[4], (PlanChange{"canary case-1 expected", "thing 1", "another thing"}));
}

TEST(PlanChanges, BearAnything) {
  for (const Json& odd : {Json(), Json(3), Json::array({1}), Json{{"cells", 3}, {"models", "x"}}}) {
    EXPECT_THAT(plan_changes(odd, odd), IsEmpty());
    plan_changes(odd, sample_plan());
    plan_changes(sample_plan(), odd);
  }
}

}  // namespace
}  // namespace assay::finding
