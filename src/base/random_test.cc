#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

namespace assay::base {
namespace {

TEST(Random, IsSplitMix64) {
  Random random(0);
  EXPECT_EQ(random.next(), 0xe220a8397b1dcdafU);
  EXPECT_EQ(random.next(), 0x6e789e6aa1b965f4U);
}

TEST(Random, StaysInRangeAndReachesAllOfIt) {
  Random random(1);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) ++seen[random.below(7)];
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
  for (int i = 0; i < 1000; ++i) {
    const double unit = random.unit();
    EXPECT_GE(unit, 0.0);
    EXPECT_LT(unit, 1.0);
  }
}

TEST(Random, ShufflesTheSameWayForTheSameSeed) {
  std::array<int, 20> first{};
  std::iota(first.begin(), first.end(), 0);
  auto second = first;
  const auto sorted = first;
  Random(42).shuffle(std::span<int>(first));
  Random(42).shuffle(std::span<int>(second));
  EXPECT_EQ(first, second);
  EXPECT_NE(first, sorted);
  EXPECT_TRUE(std::is_permutation(first.begin(), first.end(), sorted.begin()));
}

}  // namespace
}  // namespace assay::base
