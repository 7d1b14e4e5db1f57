#include "catalog/task_ladder.h"

#include <gmock/gmock.h>

namespace assay::catalog {
namespace {

TEST(TaskLadderTest, MixtureIsWorthTheGeometricMean) {
  EXPECT_NEAR(effective_billion({30'500'000'000, 3'000'000'000}, true), 9.57, 0.01);
  EXPECT_NEAR(effective_billion({8'000'000'000, 7'500'000'000}, false), 8, 1e-9);
}

TEST(TaskLadderTest, TiersMeetWhereTheyShould) {
  EXPECT_EQ(tier_of(1.99), Tier::Tiny);
  EXPECT_EQ(tier_of(2), Tier::Small);
  EXPECT_EQ(tier_of(9.99), Tier::Small);
  EXPECT_EQ(tier_of(10), Tier::Medium);
  EXPECT_EQ(tier_of(49.9), Tier::Medium);
  EXPECT_EQ(tier_of(50), Tier::Large);
}

TEST(TaskLadderTest, BothMistakesAreNamed) {
  EXPECT_EQ(suit_of(Tier::Large, TaskKind::Extraction), Suit::Oversized);
  EXPECT_EQ(suit_of(Tier::Small, TaskKind::Extraction), Suit::Matching);
  EXPECT_EQ(suit_of(Tier::Small, TaskKind::Reasoning), Suit::Undersized);
  EXPECT_EQ(suit_of(Tier::Medium, TaskKind::Reasoning), Suit::Matching);
  EXPECT_EQ(suit_of(Tier::Tiny, TaskKind::Chat), Suit::Undersized);
}

TEST(TaskLadderTest, NamesAreReadBack) {
  for (const TaskKind task : task_kinds()) {
    EXPECT_EQ(task_named(name_of(task)), task);
    bool somebody_suits = false;
    for (const Tier tier : {Tier::Tiny, Tier::Small, Tier::Medium, Tier::Large}) {
      somebody_suits = somebody_suits || suit_of(tier, task) == Suit::Matching;
    }
    EXPECT_TRUE(somebody_suits) << name_of(task);
  }
  EXPECT_EQ(task_named("poetry"), std::nullopt);
}

TEST(TaskLadderTest, LargerModelsStartColder) {
  double before = 1;
  for (const Tier tier : {Tier::Small, Tier::Medium, Tier::Large}) {
    const StartingSettings settings = starting_settings(tier);
    EXPECT_LT(settings.temperature_high, before);
    EXPECT_LT(settings.temperature_low, settings.temperature_high);
    before = settings.temperature_high;
  }
}

}  // namespace
}  // namespace assay::catalog
