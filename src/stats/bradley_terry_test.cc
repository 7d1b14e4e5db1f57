#include "stats/bradley_terry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace assay::stats {
namespace {

std::vector<double> fitted(const std::vector<Pairing>& pairings, std::size_t models) {
  const auto strengths = log_strengths(pairings, std::vector<std::string>(models, "model"));
  EXPECT_TRUE(strengths.has_value());
  return strengths.has_value() ? *strengths : std::vector<double>(models);
}

/// Citations of statistics journals, cited against citing (Stigler 1994; R's BradleyTerry2, data
/// set `citations`): Biometrika, Communications in Statistics, JASA, JRSS-B.
const std::vector<Pairing> kCitations{{0, 1, 730, 33, 0}, {0, 2, 498, 320, 0}, {0, 3, 221, 284, 0},
                                      {1, 2, 68, 813, 0}, {1, 3, 17, 276, 0},  {2, 3, 142, 325, 0}};

/// Wikipedia, "Bradley–Terry model", 22 games of A, B, C and D.
const std::vector<Pairing> kGames{
    {0, 1, 2, 3, 0}, {0, 3, 1, 4, 0}, {1, 2, 5, 3, 0}, {2, 3, 1, 3, 0}};

TEST(LogStrengths, AgreeWithStiglersCitations) {
  // The vignette of BradleyTerry2, to its five digits; the digits beyond by numpy's Newton method.
  const std::vector<double> strengths = fitted(kCitations, 4);
  EXPECT_NEAR(strengths[1] - strengths[0], -2.94907, 5e-6);
  EXPECT_NEAR(strengths[2] - strengths[0], -0.47957, 5e-6);
  EXPECT_NEAR(strengths[3] - strengths[0], 0.26895, 5e-6);
  EXPECT_NEAR(strengths[1] - strengths[0], -2.9490725, 5e-8);
}

TEST(LogStrengths, AgreeWithWikipediasGames) {
  // .640, 1.043, .660 and 2.270, their product being 1; the digits beyond by numpy.
  const std::vector<double> strengths = fitted(kGames, 4);
  EXPECT_NEAR(std::exp(strengths[0]), 0.63983482, 1e-8);
  EXPECT_NEAR(std::exp(strengths[1]), 1.0433144, 1e-7);
  EXPECT_NEAR(std::exp(strengths[2]), 0.6598102, 1e-7);
  EXPECT_NEAR(std::exp(strengths[3]), 2.27037663, 1e-8);
}

TEST(LogStrengths, OfTwoModelsAreTheLogOdds) {
  const std::vector<double> strengths = fitted({{0, 1, 3, 1, 0}}, 2);
  EXPECT_NEAR(strengths[0], std::log(3) / 2, 1e-12);
  EXPECT_NEAR(strengths[1], -std::log(3) / 2, 1e-12);
  const RatingScale scale;
  EXPECT_NEAR(scale.rating(strengths[0]), 1000 + 200 * std::log10(3), 1e-9);
  EXPECT_NEAR((RatingScale{.mean = 0, .per_logit = 1}).rating(strengths[0]), strengths[0], 1e-15);
}

TEST(LogStrengths, CountATieAsHalfAWinOfEach) {
  const std::vector<double> tied = fitted({{0, 1, 4, 1, 2}, {1, 2, 3, 2, 5}, {0, 2, 1, 1, 1}}, 3);
  const std::vector<double> halves =
      fitted({{0, 1, 5, 2, 0}, {1, 2, 5.5, 4.5, 0}, {0, 2, 1.5, 1.5, 0}}, 3);
  for (std::size_t model = 0; model < 3; ++model) EXPECT_NEAR(tied[model], halves[model], 1e-12);
  // Wins and ties of three, by numpy's Newton method.
  const std::vector<double> three = fitted({{0, 1, 4, 1, 2}, {0, 2, 2, 3, 0}, {1, 2, 5, 2, 1}}, 3);
  EXPECT_NEAR(three[0], 0.23697781, 1e-8);
  EXPECT_NEAR(three[1], -0.01039344, 1e-8);
  EXPECT_NEAR(three[2], -0.22658436, 1e-8);
}

TEST(LogStrengths, DoNotChangeWhenAllWeightsAreMultiplied) {
  std::vector<Pairing> heavier = kGames;
  for (Pairing& pairing : heavier) {
    pairing.first_won *= 0.37;
    pairing.second_won *= 0.37;
  }
  const std::vector<double> one = fitted(kGames, 4);
  const std::vector<double> other = fitted(heavier, 4);
  for (std::size_t model = 0; model < 4; ++model) EXPECT_NEAR(one[model], other[model], 1e-10);
}

TEST(LogStrengths, ExpectAsManyWinsAsThereWere) {
  // The likelihood equations, of a random tournament.
  base::Random random(5);
  constexpr std::size_t kModels = 25;
  std::vector<Pairing> pairings;
  for (std::uint32_t first = 0; first < kModels; ++first) {
    for (std::uint32_t second = first + 1; second < kModels; ++second) {
      pairings.push_back({first, second, static_cast<double>(random.below(5 + second)),
                          static_cast<double>(random.below(5 + first)),
                          static_cast<double>(random.below(3))});
    }
  }
  const std::vector<double> strengths = fitted(pairings, kModels);
  std::vector<double> surplus(kModels);
  for (const Pairing& pairing : pairings) {
    const double votes = pairing.first_won + pairing.second_won + pairing.tied;
    const double expected =
        votes / (1 + std::exp(strengths[pairing.second] - strengths[pairing.first]));
    surplus[pairing.first] += pairing.first_won + pairing.tied / 2 - expected;
    surplus[pairing.second] -= pairing.first_won + pairing.tied / 2 - expected;
  }
  for (const double wins : surplus) EXPECT_NEAR(wins, 0, 1e-9);
  EXPECT_NEAR(std::accumulate(strengths.begin(), strengths.end(), 0.0), 0, 1e-12);
}

TEST(LogStrengths, AreFoundFarFromEqual) {
  // A ladder on which each model nearly always beats the next: exact log odds, as a tree has.
  std::vector<Pairing> ladder;
  for (std::uint32_t model = 0; model < 9; ++model) ladder.push_back({model, model + 1, 1e6, 1, 0});
  const std::vector<double> strengths = fitted(ladder, 10);
  for (std::size_t model = 0; model < 9; ++model) {
    EXPECT_NEAR(strengths[model] - strengths[model + 1], std::log(1e6), 1e-6);
  }
}

TEST(LogStrengths, DoNotDependOnTheFirstGuess) {
  const std::vector<double> strengths = fitted(kGames, 4);
  const std::vector<double> far = log_strengths_near(kGames, {8, -3, 4, -9});
  for (std::size_t model = 0; model < 4; ++model) EXPECT_NEAR(far[model], strengths[model], 1e-9);
}

TEST(LogStrengths, RefuseModelsThatDoNotHangTogether) {
  const auto result =
      log_strengths(std::vector<Pairing>{{0, 1, 3, 0, 0}}, std::vector<std::string>{"ada", "bob"});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, base::ErrorKind::BadInput);
  EXPECT_NE(result.error().message.find("bob (1 of 2 models) lost every vote"), std::string::npos)
      << result.error().message;
}

TEST(LogStrengths, OfOneModelAndNone) {
  EXPECT_EQ(fitted({}, 1), std::vector<double>{0});
  EXPECT_TRUE(fitted({}, 0).empty());
}

}  // namespace
}  // namespace assay::stats
