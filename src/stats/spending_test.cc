#include "stats/spending.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay::stats {
namespace {

const std::vector<double> kFifths{0.2, 0.4, 0.6, 0.8, 1};

void expect_near(const std::vector<double>& found, const std::vector<double>& expected,
                 double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance);
}

// R: gsDesign::gsDesign(k = 5, test.type = 2, alpha = 0.025, sfu = sfLDOF), rounded to four places.
TEST(NormalBoundaries, OfOBrienAndFlemingAgreeWithPublishedOnes) {
  expect_near(normal_boundaries(Spending::OBrienFleming, 0.025, kFifths),
              {4.8769, 3.3569, 2.6803, 2.2898, 2.0310}, 2e-4);
}

// R: gsDesign with sfu = sfLDPocock.
TEST(NormalBoundaries, OfPocockAgreeWithPublishedOnes) {
  expect_near(normal_boundaries(Spending::Pocock, 0.025, kFifths),
              {2.4380, 2.4268, 2.4101, 2.3966, 2.3859}, 3e-4);
}

TEST(NormalBoundaries, OfOneLookIsTheQuantile) {
  expect_near(normal_boundaries(Spending::OBrienFleming, 0.025, std::vector{1.0}), {1.959964},
              1e-6);
}

TEST(Spent, StartsAtNothingAndEndsAtAll) {
  for (const Spending spending : {Spending::OBrienFleming, Spending::Pocock}) {
    EXPECT_EQ(spent(spending, 0.05, 0), 0);
    EXPECT_EQ(spent(spending, 0.05, 1), 0.05);
    double before = 0;
    for (const double fraction : kFifths) {
      EXPECT_GT(spent(spending, 0.05, fraction), before);
      before = spent(spending, 0.05, fraction);
    }
  }
  // 2 − 2Φ(2.241403 / √0.5).
  EXPECT_NEAR(spent(Spending::OBrienFleming, 0.025, 0.5), 0.001525, 1e-6);
}

}  // namespace
}  // namespace assay::stats
