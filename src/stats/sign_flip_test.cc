#include "stats/sign_flip.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

std::vector<Look> all_at_once(std::size_t differences) { return {{differences, 1}}; }

/// The share of sign patterns whose sum is at least as large, by going through all of them.
double by_enumeration(const std::vector<double>& differences) {
  double seen = 0;
  for (const double difference : differences) seen += difference;
  const std::uint64_t patterns = std::uint64_t{1} << differences.size();
  double extreme = 0;
  for (std::uint64_t pattern = 0; pattern < patterns; ++pattern) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      sum += (pattern >> i & 1U) != 0 ? differences[i] : -differences[i];
    }
    if (std::abs(sum) >= std::abs(seen) - 1e-9) extreme += 1;
  }
  return extreme / static_cast<double>(patterns);
}

TEST(SignFlip, AgreesWithEnumeration) {
  base::Random random(11);
  for (int study = 0; study < 50; ++study) {
    std::vector<double> differences;
    const std::size_t canaries = 3 + random.below(9);
    for (std::size_t i = 0; i < canaries; ++i) {
      differences.push_back((static_cast<double>(random.below(7)) - 2) / 3);
    }
    const double expected = by_enumeration(differences);
    EXPECT_NEAR(sign_flip_p_value(differences, all_at_once(canaries)), expected,
                2e-3 * expected + 1e-3);
  }
}

TEST(SignFlip, NeedsSixCanariesOneWay) {
  // Two in thirty-two patterns of five, two in sixty-four of six: as McNemar's exact test.
  EXPECT_FALSE(sign_flip_crossing(std::vector<double>(5, 1), all_at_once(5), 0.05));
  const auto crossing = sign_flip_crossing(std::vector<double>(6, -1), all_at_once(6), 0.05);
  ASSERT_TRUE(crossing);
  EXPECT_FALSE(crossing->is_positive);
  EXPECT_NEAR(sign_flip_p_value(std::vector<double>(6, -1), all_at_once(6)), 0.03125, 1e-5);
}

TEST(SignFlip, FollowsFishersDarwinData) {
  // Fisher 1935, section 21: 863 of 32768 patterns of Darwin's fifteen pairs are as high or
  // higher, so 1726/32768 = 0.05267 two-sided.
  const std::vector<double> eighths{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
  std::vector<double> differences;
  for (const double eighth : eighths) differences.push_back(eighth / 75);
  EXPECT_NEAR(sign_flip_p_value(differences, all_at_once(15)), 0.05267, 1e-3);
}

TEST(SignFlip, ErrsAtMostAsOftenAsAllowedHoweverOftenItLooks) {
  // All 2^12 sign patterns of twelve differences, looked at three times: each pattern is as likely
  // as every other if the cell changes nothing.
  const std::vector<double> sizes{1, 2, 1, 3, 1, 2, 3, 3, 1, 2, 2, 1};
  const std::vector<Look> looks{{4, 1.0 / 3}, {8, 2.0 / 3}, {12, 1}};
  for (const Spending spending : {Spending::OBrienFleming, Spending::Pocock}) {
    for (const double alpha : {0.01, 0.05, 0.2}) {
      double crossed = 0;
      for (std::uint64_t pattern = 0; pattern < 4096; ++pattern) {
        std::vector<double> differences;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
          differences.push_back(((pattern >> i & 1U) != 0 ? sizes[i] : -sizes[i]) / 3);
        }
        crossed += sign_flip_crossing(differences, looks, alpha, spending) ? 1 : 0;
      }
      EXPECT_LE(crossed / 4096, alpha);
      EXPECT_GT(crossed / 4096, alpha / 3) << "an exact test should not waste most of its level";
    }
  }
}

TEST(SignFlip, StopsEarlyOnAnOverwhelmingEffectOnly) {
  const std::vector<Look> looks{{20, 0.25}, {40, 0.5}, {60, 0.75}, {80, 1}};
  const auto large = sign_flip_crossing(std::vector<double>(80, 1), looks, 0.005);
  ASSERT_TRUE(large);
  EXPECT_EQ(large->look, 1);  // 2^-39 against a budget of 2e-4; 2^-19 is above the first one.
  std::vector<double> weak(80, 0);
  for (std::size_t i = 0; i < 80; i += 5) weak[i] = 1.0 / 3;
  const auto late = sign_flip_crossing(weak, looks, 0.005);
  ASSERT_TRUE(late);
  EXPECT_GE(late->look, 2);
}

TEST(SignFlip, KnowsNothingWithoutDifferences) {
  EXPECT_FALSE(sign_flip_crossing({}, all_at_once(0), 0.05));
  EXPECT_EQ(sign_flip_p_value(std::vector<double>(30, 0), all_at_once(30)), 1);
}

TEST(SignFlip, TakesGradedScores) {
  std::vector<double> differences;
  for (int i = 0; i < 30; ++i) differences.push_back(0.1 + 0.017 * (i % 7));
  EXPECT_LT(sign_flip_p_value(differences, all_at_once(30)), 1e-8);
}

}  // namespace
}  // namespace assay::stats
