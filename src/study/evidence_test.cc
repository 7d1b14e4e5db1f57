#include "study/evidence.h"

#include <gmock/gmock.h>

#include "study/sample_plan_test_support.h"

namespace assay::study {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kBaseline = 0;
constexpr std::size_t kLevel = 1;

/// Two repeats of each canary.
class EvidenceTest : public testing::Test {
 protected:
  void add(std::size_t cell, std::size_t position, const std::vector<store::TrialRow>& trials) {
    for (const store::TrialRow& trial : trials) evidence_.add(cell, position, trial);
  }
  stats::CellStream stream() const { return evidence_.stream(kLevel, kBaseline); }

  Evidence evidence_{2, 4, 2};
};

TEST_F(EvidenceTest, DifferencesAreOfMeansOverTheCountedRepeats) {
  add(kBaseline, 0, {scored(1), scored(0)});
  add(kLevel, 0, {unscored(), scored(1)});
  add(kBaseline, 1, {scored(0.25), scored(0.75)});
  add(kLevel, 1, {scored(0), scored(0)});
  EXPECT_THAT(stream().positions, ElementsAre(0, 1));
  EXPECT_THAT(stream().differences, ElementsAre(0.5, -0.5));
}

TEST_F(EvidenceTest, ALimitAndAFailureOfTheModelAreWrongAnswers) {
  store::TrialRow limit;
  limit.outcome = "limit";
  limit.outcome_class = "tokens";
  add(kBaseline, 0, {scored(1), scored(1)});
  add(kLevel, 0, {limit, scored(1)});
  EXPECT_THAT(stream().differences, ElementsAre(-0.5));
}

TEST_F(EvidenceTest, ACanaryThatOneSideLacksIsNotCompared) {
  add(kBaseline, 0, {scored(1), scored(1)});
  add(kBaseline, 1, {unscored(), unscored()});
  add(kLevel, 1, {scored(1), scored(1)});
  add(kBaseline, 3, {scored(1)});
  add(kLevel, 3, {scored(0)});
  EXPECT_THAT(stream().positions, ElementsAre(3));
  EXPECT_THAT(stream().differences, ElementsAre(-1));
}

TEST_F(EvidenceTest, APositionIsDoneWhenAllItsTrialsHaveEndedScoredOrNot) {
  EXPECT_EQ(stream().positions_done, 0U);
  add(kBaseline, 0, {unscored(), unscored()});
  add(kLevel, 0, {unscored(), unscored()});
  EXPECT_EQ(stream().positions_done, 1U);
  EXPECT_THAT(stream().positions, IsEmpty());
  add(kBaseline, 1, {scored(1), scored(1)});
  add(kLevel, 1, {scored(1)});
  EXPECT_EQ(stream().positions_done, 1U) << "a repeat is missing";
  add(kBaseline, 2, {scored(1), scored(1)});
  add(kLevel, 2, {scored(1), scored(1)});
  EXPECT_EQ(stream().positions_done, 1U) << "only leading positions count";
  add(kLevel, 1, {scored(1)});
  EXPECT_EQ(stream().positions_done, 3U);
}

}  // namespace
}  // namespace assay::study
