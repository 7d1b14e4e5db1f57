#include "stats/permutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "stats/mcnemar.h"

namespace assay::stats {
namespace {

double enumerated_p(const std::vector<double>& differences) {
  double seen = 0;
  for (const double difference : differences) seen += difference;
  int as_far = 0;
  for (unsigned signs = 0; signs < 1U << differences.size(); ++signs) {
    double sum = 0;
    for (std::size_t index = 0; index < differences.size(); ++index) {
      sum += (signs >> index & 1U) != 0 ? differences[index] : -differences[index];
    }
    if (std::abs(sum) >= std::abs(seen) - 1e-9) ++as_far;
  }
  return as_far / std::pow(2.0, differences.size());
}

std::vector<double> random_differences(std::uint64_t seed, int count, std::uint64_t steps) {
  base::Random random(seed);
  std::vector<double> differences;
  for (int index = 0; index < count; ++index) {
    const auto one = static_cast<double>(random.below(steps + 1));
    const auto other = static_cast<double>(random.below(steps + 1));
    differences.push_back(one / static_cast<double>(steps) - other / static_cast<double>(steps));
  }
  return differences;
}

TEST(SignFlipTest, AgreesWithScipy) {
  // scipy 1.17, permutation_test of the mean, permutation_type="samples", exact: 14/128.
  const SignFlipTest test =
      sign_flip_test(std::vector<double>{1.3, -0.2, 2.1, 0.4, -0.7, 3.0, 0.9}, 1);
  EXPECT_TRUE(test.exact);
  EXPECT_NEAR(test.p, 14.0 / 128, 1e-15);
  EXPECT_NEAR(test.mean, 6.8 / 7, 1e-15);
}

TEST(SignFlipTest, AgreesWithEnumeration) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (const std::uint64_t steps : {1U, 3U, 7U, 1'000'003U}) {
      const std::vector<double> differences =
          random_differences(seed, 1 + static_cast<int>(seed % 12), steps);
      EXPECT_NEAR(sign_flip_test(differences, 1).p, enumerated_p(differences), 1e-12) << seed;
    }
  }
}

TEST(SignFlipTest, OfDifferencesOfOneIsMcNemarsTest) {
  std::vector<double> differences(25, 1);
  differences.resize(35, -1);
  differences.resize(300, 0);
  const SignFlipTest test = sign_flip_test(differences, 1);
  EXPECT_TRUE(test.exact);
  EXPECT_NEAR(test.p, mcnemar({.better = 25, .worse = 10}).p_exact, 1e-14);
}

TEST(SignFlipTest, StaysExactForManyCanariesOfThirds) {
  const std::vector<double> differences = random_differences(4, 600, 3);
  EXPECT_TRUE(sign_flip_test(differences, 1).exact);
  EXPECT_FALSE(sign_flip_test(random_differences(4, 60, 1'000'003), 1, 100).exact);
}

TEST(SignFlipTest, DrawsNearTheExactValueAndNeverZero) {
  // Of 40 unlike differences around 0 the normal approximation is good to a percent.
  std::vector<double> differences = random_differences(9, 40, 1'000'003);
  double sum = 0;
  double squares = 0;
  for (const double difference : differences) {
    sum += difference;
    squares += difference * difference;
  }
  const SignFlipTest test = sign_flip_test(differences, 5);
  EXPECT_FALSE(test.exact);
  EXPECT_NEAR(test.p, std::erfc(std::abs(sum) / std::sqrt(2 * squares)), 0.01);
  for (double& difference : differences) difference = std::abs(difference);
  EXPECT_EQ(sign_flip_test(differences, 5, 999).p, 1.0 / 1000);
}

TEST(SignFlipTest, DependsOnTheSeedAlone) {
  const std::vector<double> differences = random_differences(2, 50, 1'000'003);
  EXPECT_EQ(sign_flip_test(differences, 3, 1000).p, sign_flip_test(differences, 3, 1000).p);
  EXPECT_NE(sign_flip_test(differences, 3, 1000).p, sign_flip_test(differences, 4, 1000).p);
}

TEST(SignFlipTest, NeedsSixCanariesAllOneWay) {
  EXPECT_NEAR(sign_flip_test(std::vector<double>(6, 0.25), 1).p, 0.03125, 1e-15);
  EXPECT_NEAR(sign_flip_test(std::vector<double>(5, 0.25), 1).p, 0.0625, 1e-15);
  EXPECT_GT(sign_flip_test(std::vector<double>(2000, 0.25), 1).p, 0);
}

TEST(SignFlipTest, OfNothingIsOne) {
  EXPECT_EQ(sign_flip_test({}, 1).p, 1);
  EXPECT_EQ(sign_flip_test(std::vector<double>(9, 0), 1).p, 1);
  EXPECT_TRUE(sign_flip_test(std::vector<double>(9, 0), 1).exact);
  EXPECT_NEAR(sign_flip_test(std::vector<double>{0.5, -0.5}, 1).p, 1, 1e-15);
}

}  // namespace
}  // namespace assay::stats
