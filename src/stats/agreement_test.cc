#include "stats/agreement.h"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::stats {
namespace {

TEST(Spearman, AgreesWithTextbooks) {
  // Wikipedia's example of IQ and hours of television: −29/165.
  EXPECT_NEAR(spearman(std::vector<double>{106, 100, 86, 101, 99, 103, 97, 113, 112, 110},
                       std::vector<double>{7, 27, 2, 50, 28, 29, 20, 12, 6, 17}),
              -29.0 / 165, 1e-15);
  EXPECT_NEAR(spearman(std::vector<double>{1, 2, 3, 4}, std::vector<double>{1, 3, 2, 4}), 0.8,
              1e-15);
}

TEST(Spearman, SharesRanksAmongEqualValues) {
  // scipy 1.17, spearmanr, as R's cor(method = "spearman").
  EXPECT_NEAR(
      spearman(std::vector<double>{1, 2, 2, 3, 5, 5, 5}, std::vector<double>{2, 1, 3, 3, 4, 6, 6}),
      0.8860760232362958, 1e-12);
}

TEST(Spearman, IsOneForAnyIncreasingRelation) {
  EXPECT_EQ(spearman(std::vector<double>{1, 2, 5}, std::vector<double>{1, 100, 101}), 1);
  EXPECT_EQ(spearman(std::vector<double>{1, 2, 5}, std::vector<double>{3, 2, 1}), -1);
}

TEST(Spearman, IsUndefinedWhereNothingVaries) {
  EXPECT_TRUE(std::isnan(spearman({}, {})));
  EXPECT_TRUE(std::isnan(spearman(std::vector<double>{1}, std::vector<double>{2})));
  EXPECT_TRUE(std::isnan(spearman(std::vector<double>{1, 1}, std::vector<double>{2, 3})));
}

std::vector<int> repeated(std::initializer_list<std::pair<int, int>> counts) {
  std::vector<int> ratings;
  for (const auto& [count, rating] : counts) {
    ratings.insert(ratings.end(), static_cast<std::size_t>(count), rating);
  }
  return ratings;
}

TEST(CohensKappa, AgreesWithWikipedia) {
  // Tables (20, 5; 10, 15): 0.4; (45, 15; 25, 15): 3/23 = 0.1304; (25, 35; 5, 35): 7/27 = 0.2593.
  const auto kappa = [](int yes_yes, int yes_no, int no_yes, int no_no) {
    return cohens_kappa(repeated({{yes_yes, 0}, {yes_no, 0}, {no_yes, 1}, {no_no, 1}}),
                        repeated({{yes_yes, 0}, {yes_no, 1}, {no_yes, 0}, {no_no, 1}}));
  };
  EXPECT_NEAR(kappa(20, 5, 10, 15), 0.4, 1e-15);
  EXPECT_NEAR(kappa(45, 15, 25, 15), 3.0 / 23, 1e-15);
  EXPECT_NEAR(kappa(25, 35, 5, 35), 7.0 / 27, 1e-15);
}

TEST(CohensKappa, WeighsDistantCategories) {
  // scikit-learn 1.9, cohen_kappa_score: 0.43396…, 0.625 and 0.79166… with weights.
  const std::vector<int> one{0, 1, 2, 2, 1, 0, 3, 3, 2, 1, 0, 2};
  const std::vector<int> other{0, 1, 1, 2, 2, 0, 3, 2, 2, 1, 1, 3};
  EXPECT_NEAR(cohens_kappa(one, other), 0.4339622641509433, 1e-12);
  EXPECT_NEAR(cohens_kappa(one, other, KappaWeights::Linear), 0.625, 1e-12);
  EXPECT_NEAR(cohens_kappa(one, other, KappaWeights::Quadratic), 19.0 / 24, 1e-12);
}

TEST(CohensKappa, OfAgreementIsOneAndOfOppositesMinusOne) {
  const std::vector<int> one{0, 1, 0, 1};
  EXPECT_EQ(cohens_kappa(one, one), 1);
  EXPECT_EQ(cohens_kappa(one, std::vector<int>{1, 0, 1, 0}), -1);
}

TEST(CohensKappa, IsUndefinedWhereNothingVaries) {
  EXPECT_TRUE(std::isnan(cohens_kappa({}, {})));
  EXPECT_TRUE(std::isnan(cohens_kappa(std::vector<int>{2, 2}, std::vector<int>{2, 2})));
  EXPECT_EQ(cohens_kappa(std::vector<int>{2, 2}, std::vector<int>{2, 1}), 0);
}

/// Krippendorff (2011), example C: four observers, twelve units, some values missing.
const std::vector<std::vector<double>> kExampleC{
    {1, 1, 1},    {2, 2, 3, 2}, {3, 3, 3, 3}, {3, 3, 3, 3}, {2, 2, 2, 2}, {1, 2, 3, 4},
    {4, 4, 4, 4}, {1, 1, 2, 1}, {2, 2, 2, 2}, {5, 5, 5},    {1, 1},       {3}};

TEST(KrippendorffAlpha, AgreesWithItsAuthor) {
  // He gives 0.743, 0.815 and 0.849; the digits beyond are from the Python package krippendorff.
  EXPECT_NEAR(krippendorff_alpha(kExampleC, RatingLevel::Nominal), 0.743421052631579, 1e-12);
  EXPECT_NEAR(krippendorff_alpha(kExampleC, RatingLevel::Ordinal), 0.8153875037548814, 1e-12);
  EXPECT_NEAR(krippendorff_alpha(kExampleC, RatingLevel::Interval), 0.8491071428571428, 1e-12);
}

TEST(KrippendorffAlpha, AgreesWithHisBinaryExample) {
  // Example A: two observers, ten units, 0.095 = 2/21.
  const std::vector<std::vector<double>> units{{0, 1}, {1, 1}, {0, 1}, {0, 0}, {0, 0},
                                               {0, 1}, {0, 0}, {0, 0}, {1, 0}, {0, 0}};
  EXPECT_NEAR(krippendorff_alpha(units, RatingLevel::Nominal), 2.0 / 21, 1e-12);
  EXPECT_NEAR(krippendorff_alpha(units, RatingLevel::Interval), 2.0 / 21, 1e-12);
}

TEST(KrippendorffAlpha, AgreesWithWikipedia) {
  // Three coders, 15 units: nominal 0.691, interval 0.811; 56/81 as a fraction.
  const std::vector<std::vector<double>> units{{1},       {},        {2, 2}, {1, 1}, {3, 3},
                                               {3, 3, 4}, {4, 4, 4}, {1, 3}, {2, 2}, {1, 1},
                                               {1, 1},    {3, 3},    {3, 3}, {},     {3, 4}};
  EXPECT_NEAR(krippendorff_alpha(units, RatingLevel::Nominal), 56.0 / 81, 1e-12);
  EXPECT_NEAR(krippendorff_alpha(units, RatingLevel::Ordinal), 0.8067214199413153, 1e-12);
  EXPECT_NEAR(krippendorff_alpha(units, RatingLevel::Interval), 0.8108448928121059, 1e-12);
}

TEST(KrippendorffAlpha, AgreesWithTheNumberInItsContract) {
  const std::vector<std::vector<double>> units{{1, 1}, {2, 2}, {1, 2}};
  EXPECT_NEAR(krippendorff_alpha(units, RatingLevel::Nominal), 4.0 / 9, 1e-15);
}

TEST(KrippendorffAlpha, OfAgreementIsOneAndOfOneValueUndefined) {
  const std::vector<std::vector<double>> agreed{{1, 1}, {2, 2, 2}};
  const std::vector<std::vector<double>> same{{1, 1}, {1, 1}, {2}};
  const std::vector<std::vector<double>> single{{1}, {2}, {3}};
  for (const RatingLevel level :
       {RatingLevel::Nominal, RatingLevel::Ordinal, RatingLevel::Interval}) {
    EXPECT_EQ(krippendorff_alpha(agreed, level), 1);
    EXPECT_TRUE(std::isnan(krippendorff_alpha(same, level)));
    EXPECT_TRUE(std::isnan(krippendorff_alpha(single, level)));
    EXPECT_TRUE(std::isnan(krippendorff_alpha({}, level)));
  }
}

}  // namespace
}  // namespace assay::stats
