#include "catalog/ranking.h"

#include <gmock/gmock.h>

namespace assay::catalog {
namespace {

using testing::ElementsAre;

/// A model that suits, downloaded, with nothing against it.
Assessment model(const std::string& name, double billion = 7, double tps = 20) {
  Assessment made;
  made.model = name;
  made.path = name + ".gguf";
  made.bits = 4;
  made.effective_billion = billion;
  made.speed.decode_tps_at_depth = {tps, tps, tps};
  made.bytes_per_token = static_cast<std::uint64_t>(billion * 5e8);
  return made;
}

std::vector<std::string> ranked(std::vector<Assessment> models, TaskKind task) {
  rank(models, task);
  std::vector<std::string> names;
  for (const Assessment& one : models) names.push_back(one.model);
  return names;
}

TEST(RankingTest, EachDifferenceOutranksTheOnesBelowIt) {
  std::vector<Assessment> models;
  models.push_back(model("plain"));
  models.push_back(model("not downloaded"));
  models.back().path.clear();
  models.push_back(model("smaller", 6));
  models.push_back(model("for another task", 9));
  models.back().aptitude = -1;
  models.push_back(model("slow", 9, 4));
  models.back().aptitude = 1;
  models.push_back(model("low bits", 9));
  models.back().bits = 3;
  models.push_back(model("oversized", 90));
  models.back().suit = Suit::Oversized;
  models.push_back(model("undersized", 1));
  models.back().suit = Suit::Undersized;
  models.push_back(model("dropped", 9));
  models.back().dropped = "does not fit";
  models.push_back(model("made for it", 3));
  models.back().aptitude = 1;
  EXPECT_THAT(ranked(models, TaskKind::Coding),
              ElementsAre("made for it", "plain", "not downloaded", "smaller", "for another task",
                          "slow", "low bits", "oversized", "undersized", "dropped"));
}

TEST(RankingTest, SpeedDecidesEasyTasksAndSizeHardOnes) {
  const std::vector<Assessment> models{model("big", 9, 10), model("fast", 3, 30)};
  EXPECT_THAT(ranked(models, TaskKind::Extraction), ElementsAre("fast", "big"));
  EXPECT_THAT(ranked(models, TaskKind::Reasoning), ElementsAre("big", "fast"));
}

TEST(RankingTest, UnmeasuredMachineRanksByBytesAndCallsNobodySlow) {
  const std::vector<Assessment> models{model("big", 9, 0), model("small", 3, 0)};
  EXPECT_THAT(ranked(models, TaskKind::Tools), ElementsAre("small", "big"));
}

TEST(RankingTest, IsAStrictOrder) {
  const Assessment one = model("a");
  const Assessment other = model("b");
  EXPECT_FALSE(ranks_before(one, one, TaskKind::Chat));
  EXPECT_TRUE(ranks_before(one, other, TaskKind::Chat));
  EXPECT_FALSE(ranks_before(other, one, TaskKind::Chat));
}

}  // namespace
}  // namespace assay::catalog
