#include "stats/pairing.h"

#include <gtest/gtest.h>

namespace assay::stats {
namespace {

const std::vector<std::string> kFour{"ada", "bob", "cyd", "dan"};

std::string complaint(const std::vector<Pairing>& pairings,
                      const std::vector<std::string>& models = kFour) {
  const base::Status status = check_hang_together(pairings, models);
  EXPECT_EQ(hang_together(pairings, models.size()), status.has_value());
  if (status.has_value()) return "";
  EXPECT_EQ(status.error().kind, base::ErrorKind::BadInput);
  EXPECT_NE(status.error().hint, "");
  const std::string& message = status.error().message;
  return message.substr(message.find("but ") + 4);
}

TEST(PairingsOf, CountsBothOrdersTogether) {
  const std::vector<Vote> votes{{0, 2, VoteResult::FirstWon},  {2, 0, VoteResult::FirstWon},
                                {2, 0, VoteResult::SecondWon}, {0, 2, VoteResult::Tied},
                                {2, 0, VoteResult::Tied},      {2, 1, VoteResult::SecondWon}};
  const std::vector<Pairing> pairings = pairings_of(votes, 3);
  ASSERT_EQ(pairings.size(), 2U);
  EXPECT_EQ(pairings[0].first, 0U);
  EXPECT_EQ(pairings[0].second, 2U);
  EXPECT_EQ(pairings[0].first_won, 2);
  EXPECT_EQ(pairings[0].second_won, 1);
  EXPECT_EQ(pairings[0].tied, 2);
  EXPECT_EQ(pairings[1].first, 1U);
  EXPECT_EQ(pairings[1].second, 2U);
  EXPECT_EQ(pairings[1].first_won, 1);
  EXPECT_EQ(pairings[1].second_won + pairings[1].tied, 0);
}

TEST(PairingsOf, NoVotesIsEmpty) { EXPECT_TRUE(pairings_of({}, 5).empty()); }

TEST(HangTogether, AcceptsACircleOfWins) {
  EXPECT_EQ(complaint({{0, 1, 1, 0, 0}, {1, 2, 1, 0, 0}, {2, 3, 1, 0, 0}, {0, 3, 0, 1, 0}}), "");
  // Listed against the direction of walking as well.
  EXPECT_EQ(complaint({{2, 3, 0, 1, 0}, {1, 2, 0, 1, 0}, {0, 1, 0, 1, 0}, {0, 3, 1, 0, 0}}), "");
}

TEST(HangTogether, TakesATieForBothDirections) {
  EXPECT_EQ(complaint({{0, 1, 0, 0, 1}, {1, 2, 0, 0, 1}, {2, 3, 0, 0, 1}}), "");
}

TEST(HangTogether, NamesModelsThatNeverMetTheOthers) {
  EXPECT_EQ(complaint({{0, 2, 1, 1, 0}, {1, 3, 1, 1, 0}}),
            "ada, cyd (2 of 4 models) never met the others");
  EXPECT_EQ(complaint({{0, 1, 1, 1, 0}, {1, 3, 1, 1, 0}}),
            "cyd (1 of 4 models) never met the others");
  EXPECT_EQ(complaint({}, {"ada", "bob"}), "ada (1 of 2 models) never met the others");
}

TEST(HangTogether, NamesModelsThatOnlyLost) {
  EXPECT_EQ(complaint({{0, 1, 1, 1, 0}, {1, 2, 1, 1, 0}, {0, 3, 5, 0, 0}, {2, 3, 1, 0, 0}}),
            "dan (1 of 4 models) lost every vote against the others");
  EXPECT_EQ(complaint({{0, 1, 0, 5, 0}, {1, 2, 1, 1, 0}, {2, 3, 1, 1, 0}}),
            "ada (1 of 4 models) lost every vote against the others");
}

TEST(HangTogether, NamesModelsThatOnlyWonWhenTheyAreFewer) {
  EXPECT_EQ(complaint({{0, 1, 1, 1, 0}, {1, 2, 1, 1, 0}, {0, 3, 0, 5, 0}}),
            "dan (1 of 4 models) won every vote against the others");
  EXPECT_EQ(complaint({{0, 1, 5, 0, 0}, {1, 2, 1, 1, 0}, {2, 3, 1, 1, 0}}),
            "ada (1 of 4 models) won every vote against the others");
}

TEST(HangTogether, DoesNotTakePairingsWithoutVotesForMeetings) {
  EXPECT_EQ(complaint({{0, 1, 0, 0, 0}}, {"ada", "bob"}),
            "ada (1 of 2 models) never met the others");
}

TEST(HangTogether, NamesAFewOfMany) {
  std::vector<std::string> models(30);
  for (std::size_t model = 0; model < 30; ++model) models[model] = "m" + std::to_string(model);
  std::vector<Pairing> pairings;
  for (std::uint32_t model = 0; model + 1 < 30; ++model) {
    if (model != 11) pairings.push_back({model, model + 1, 1, 1, 0});
  }
  EXPECT_EQ(complaint(pairings, models),
            "m0, m1, m2, m3, m4, m5, m6, m7 and 4 more (12 of 30 models) never met the others");
}

TEST(HangTogether, AcceptsOneModelAndNone) {
  EXPECT_EQ(complaint({}, {"ada"}), "");
  EXPECT_EQ(complaint({}, {}), "");
}

}  // namespace
}  // namespace assay::stats
