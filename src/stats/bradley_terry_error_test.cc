#include "stats/bradley_terry_error.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/bradley_terry.h"

namespace assay::stats {
namespace {

/// The citations and games of bradley_terry_test.cc.
const std::vector<Pairing> kCitations{{0, 1, 730, 33, 0}, {0, 2, 498, 320, 0}, {0, 3, 221, 284, 0},
                                      {1, 2, 68, 813, 0}, {1, 3, 17, 276, 0},  {2, 3, 142, 325, 0}};
const std::vector<Pairing> kGames{
    {0, 1, 2, 3, 0}, {0, 3, 1, 4, 0}, {1, 2, 5, 3, 0}, {2, 3, 1, 3, 0}};
const std::vector<Pairing> kTies{{0, 1, 4, 1, 2}, {0, 2, 2, 3, 0}, {1, 2, 5, 2, 1}};

std::vector<double> fitted(const std::vector<Pairing>& pairings, std::size_t models) {
  return log_strengths_near(pairings, std::vector<double>(models, 0.0));
}

TEST(InformationCovariance, AgreesWithBradleyTerry2) {
  // Its vignette: errors of the differences from Biometrika 0.10255, 0.06059 and 0.07083.
  const StrengthCovariance covariance = information_covariance(kCitations, fitted(kCitations, 4));
  EXPECT_NEAR(covariance.error_of_difference(1, 0), 0.10254533551120883, 1e-9);
  EXPECT_NEAR(covariance.error_of_difference(2, 0), 0.0605887292482307, 1e-9);
  EXPECT_NEAR(covariance.error_of_difference(3, 0), 0.07082996511114129, 1e-9);
  EXPECT_EQ(covariance.error_of_difference(2, 2), 0);
}

TEST(InformationCovariance, AgreesWithThePseudoInverse) {
  // Square roots of the diagonal of numpy's pinv of the Hessian.
  const StrengthCovariance covariance = information_covariance(kGames, fitted(kGames, 4));
  const double expected[] = {0.54806966, 0.48178052, 0.52040123, 0.62134262};
  for (std::size_t model = 0; model < 4; ++model) {
    EXPECT_NEAR(std::sqrt(covariance.at(model, model)), expected[model], 1e-8);
    double row = 0;
    for (std::size_t other = 0; other < 4; ++other) row += covariance.at(model, other);
    EXPECT_NEAR(row, 0, 1e-12);
  }
}

TEST(SandwichCovariance, AgreesWithNumpy) {
  const StrengthCovariance citations = sandwich_covariance(kCitations, fitted(kCitations, 4));
  EXPECT_NEAR(citations.error_of_difference(1, 0), 0.10206701600997524, 1e-9);
  EXPECT_NEAR(citations.error_of_difference(3, 0), 0.07109705684212837, 1e-9);
  const StrengthCovariance ties = sandwich_covariance(kTies, fitted(kTies, 3));
  const double expected[] = {0.37130621, 0.29554856, 0.37607324};
  for (std::size_t model = 0; model < 3; ++model) {
    EXPECT_NEAR(std::sqrt(ties.at(model, model)), expected[model], 1e-8);
  }
}

TEST(SandwichCovariance, OfTwoModelsIsTheErrorOfLogOdds) {
  // √(1/3 + 1/1), the delta method's error of a log odds; both estimates agree without a tie.
  const std::vector<Pairing> pairings{{0, 1, 3, 1, 0}};
  const std::vector<double> strengths = fitted(pairings, 2);
  for (const StrengthCovariance& covariance :
       {information_covariance(pairings, strengths), sandwich_covariance(pairings, strengths)}) {
    EXPECT_NEAR(covariance.error_of_difference(0, 1), std::sqrt(4.0 / 3), 1e-12);
  }
}

TEST(SandwichCovariance, KnowsThatTiesVaryLess) {
  const std::vector<Pairing> pairings{{0, 1, 1, 1, 98}};
  const std::vector<double> strengths = fitted(pairings, 2);
  EXPECT_NEAR(information_covariance(pairings, strengths).error_of_difference(0, 1), 0.2, 1e-12);
  EXPECT_NEAR(sandwich_covariance(pairings, strengths).error_of_difference(0, 1),
              0.2 * std::sqrt(0.02), 1e-12);
}

TEST(StrengthIntervals, AreTheEstimateAndItsErrors) {
  const std::vector<double> strengths = fitted(kGames, 4);
  const auto intervals = strength_intervals(strengths, information_covariance(kGames, strengths));
  ASSERT_EQ(intervals.size(), 4U);
  EXPECT_NEAR(intervals[3].low, strengths[3] - 1.959963985 * 0.62134262, 1e-7);
  EXPECT_NEAR(intervals[3].high, strengths[3] + 1.959963985 * 0.62134262, 1e-7);
}

std::vector<Pairing> times(double factor, std::vector<Pairing> pairings) {
  for (Pairing& pairing : pairings) {
    pairing.first_won *= factor;
    pairing.second_won *= factor;
    pairing.tied *= factor;
  }
  return pairings;
}

TEST(BootstrapStrengths, AgreesWithTheSandwichOfManyVotes) {
  // With ties, which it must draw again as ties, and without. The errors are 0.02 to 0.05.
  for (const auto& [pairings, models] :
       {std::pair(times(25, kCitations), 4U), std::pair(times(50, kTies), 3U)}) {
    const std::vector<double> strengths = fitted(pairings, models);
    const auto expected = strength_intervals(strengths, sandwich_covariance(pairings, strengths));
    const auto bootstrap = bootstrap_strengths(pairings, strengths, {.seed = 3, .rounds = 4000});
    ASSERT_TRUE(bootstrap.has_value());
    EXPECT_EQ(bootstrap->rounds_redrawn, 0);
    for (std::size_t model = 0; model < models; ++model) {
      EXPECT_NEAR(bootstrap->intervals[model].low, expected[model].low, 0.005);
      EXPECT_NEAR(bootstrap->intervals[model].high, expected[model].high, 0.005);
    }
  }
}

TEST(BootstrapStrengths, DependsOnTheSeedAlone) {
  const std::vector<double> strengths = fitted(kCitations, 4);
  const auto one = bootstrap_strengths(kCitations, strengths, {.seed = 1});
  const auto again = bootstrap_strengths(kCitations, strengths, {.seed = 1});
  const auto other = bootstrap_strengths(kCitations, strengths, {.seed = 2});
  EXPECT_EQ(one->intervals[2].low, again->intervals[2].low);
  EXPECT_NE(one->intervals[2].low, other->intervals[2].low);
}

TEST(BootstrapStrengths, DrawsRoundsThatFallApartAgain) {
  const std::vector<double> strengths = fitted(kGames, 4);
  const auto bootstrap = bootstrap_strengths(kGames, strengths, {.seed = 1});
  ASSERT_TRUE(bootstrap.has_value());
  EXPECT_GT(bootstrap->rounds_redrawn, 0);
  for (std::size_t model = 0; model < 4; ++model) {
    EXPECT_LT(bootstrap->intervals[model].low, strengths[model]);
    EXPECT_GT(bootstrap->intervals[model].high, strengths[model]);
    EXPECT_TRUE(std::isfinite(bootstrap->intervals[model].high));
  }
}

TEST(BootstrapStrengths, RefusesVotesThatNearlyAlwaysFallApart) {
  // A circle of single wins: all twelve must be drawn again for a round to count.
  std::vector<Pairing> circle;
  for (std::uint32_t model = 0; model < 11; ++model) circle.push_back({model, model + 1, 1, 0, 0});
  circle.push_back({0, 11, 0, 1, 0});
  const auto bootstrap = bootstrap_strengths(circle, fitted(circle, 12));
  ASSERT_FALSE(bootstrap.has_value());
  EXPECT_EQ(bootstrap.error().kind, base::ErrorKind::BadInput);
  EXPECT_NE(bootstrap.error().message.find("fell apart 3800 times"), std::string::npos)
      << bootstrap.error().message;
}

TEST(BootstrapStrengths, OfOneModelIsAPoint) {
  const auto bootstrap = bootstrap_strengths({}, std::vector<double>{0});
  ASSERT_TRUE(bootstrap.has_value());
  EXPECT_EQ(bootstrap->intervals[0].low, 0);
  EXPECT_EQ(bootstrap->intervals[0].high, 0);
}

}  // namespace
}  // namespace assay::stats
