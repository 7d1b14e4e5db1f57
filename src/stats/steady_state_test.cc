#include "stats/steady_state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace assay::stats {
namespace {

std::vector<double> noise(std::size_t size, std::uint64_t seed) {
  base::Random random(seed);
  std::vector<double> series(size);
  for (double& value : series) value = random.unit();
  return series;
}

TEST(SteadyState, OfASteadySeriesIsNearItsStart) {
  const SteadyState found = find_steady_state(noise(1000, 1));
  EXPECT_TRUE(found.was_reached);
  EXPECT_LE(found.start, 150U);
}

TEST(SteadyState, LeavesOutASlowStart) {
  std::vector<double> series = noise(1000, 2);
  for (std::size_t i = 0; i < 200; ++i) {
    series[i] += 20 * std::exp(-static_cast<double>(i) / 40);
  }
  const SteadyState found = find_steady_state(series);
  EXPECT_TRUE(found.was_reached);
  EXPECT_GE(found.start, 80U);
  EXPECT_LE(found.start, 300U);
}

TEST(SteadyState, IsNotReachedByASeriesThatKeepsRising) {
  std::vector<double> series = noise(1000, 3);
  for (std::size_t i = 0; i < series.size(); ++i) series[i] += 0.05 * static_cast<double>(i);
  EXPECT_FALSE(find_steady_state(series).was_reached);
}

TEST(SteadyState, OfFewOrEqualValuesIsTheStart) {
  EXPECT_EQ(find_steady_state({}).start, 0U);
  EXPECT_EQ(find_steady_state(noise(19, 4)).start, 0U);
  const SteadyState equal = find_steady_state(std::vector<double>(100, 3.0));
  EXPECT_TRUE(equal.was_reached);
  EXPECT_EQ(equal.start, 0U);
}

}  // namespace
}  // namespace assay::stats
